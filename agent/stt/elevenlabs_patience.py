"""How long ElevenLabs is waited for, and what is learned of how late it is."""

from dataclasses import dataclass
from typing import Final

MOST_EXTRA_SECONDS: Final = 10.0
_MARGIN: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited before a session, or the whole service, is given up."""

    give_up_seconds: float = 2.0
    """Longest time that speech goes unanswered after its end, or stays without a session."""
    answer_seconds: float = 1.2
    """After a commit; then a new session is sent the same speech."""
    catch_up_share: float = 0.25
    """Added to both for each second of speech that was over before a session could have it: the
    service hears it faster than it was spoken, and not in no time."""
    connect_seconds: float = 5.0
    """For one attempt to open a session."""
    keep_alive_seconds: float = 8.0
    """Longest silence towards the service, which closes after 10 to 15 s without a word."""
    waiting_seconds: float = 120.0
    """Speech kept while it waits for answers."""


class Lateness:
    """How much later than hoped the service answers, over all streams of a call.

    Speech that is sent again makes a slow service slower. So a service that was late is given more
    time, and a prompt one less again.
    """

    def __init__(self, patience: Patience) -> None:
        self._hoped_seconds = patience.answer_seconds
        self.extra_seconds = 0.0
        """To wait beyond what `Patience` says."""

    def missed(self) -> None:
        """No answer has come in time: the next one is waited for twice as long."""
        self._allow(2 * (self._hoped_seconds + self.extra_seconds))

    def answered(self, after_seconds: float) -> None:
        """An answer has come so long after its commit."""
        self._allow(_MARGIN * after_seconds)

    def _allow(self, seconds: float) -> None:
        extra = seconds - self._hoped_seconds
        self.extra_seconds = min(MOST_EXTRA_SECONDS, max(0.0, extra))
