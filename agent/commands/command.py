"""What a host can want of Sidenote."""

from dataclasses import dataclass
from typing import Literal

from wire.tasks import TaskPriority

Intent = Literal[
    "task_create",
    "task_list",
    "task_complete",
    "task_change",
    "note",
    "summarize",
    "pause",
    "resume",
    "speak",
    "mute",
    "ask",
]
"""speak: say aloud from now on, and the last answer at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, as far as its words say."""

    intent: Intent
    what: str = ""
    """What is to be done or noted, or the question, in the words spoken."""
    about: str = ""
    """The task that is meant, in the words spoken."""
    who: str = ""
    """Display name of who is to do it; empty: nobody in the room was named."""
    due: str = ""
    """ISO 8601, local to the call; empty: no date was spoken."""
    due_spoken: str = ""
    priority: TaskPriority | None = None
    """None: nothing was said of it."""
    aloud: bool = False
    """The answer is for everyone's ears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """Who gives a command, and who could be meant in it."""

    host_name: str
    people: tuple[str, ...]
    """Display names of everybody in the call."""
