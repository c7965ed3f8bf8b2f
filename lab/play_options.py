"""How a call is played, beside what its file says."""

from dataclasses import dataclass

from lab.models import RunningModels
from lab.provider import RunningProvider
from lab.sabotage import Sabotage


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """How a call is played, beside what its file says."""

    speed: float = 1.0
    """2.0 halves the silences between lines; speech is never faster."""
    sabotage: Sabotage | None = None
    """What to spoil on purpose, to see the score fail."""
    spies: bool = True
    """Whether spies take part; a call without them is cheaper, and proves nothing of privacy."""
    provider: RunningProvider | None = None
    """The emulated service that hears, which events may stop; None: there is none."""
    models: RunningModels | None = None
    """The emulated models that advise; None: there are none, or they are not the lab's."""
