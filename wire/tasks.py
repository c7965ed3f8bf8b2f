"""What a host asked Sidenote to remember: the payload of `sidenote.task`."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

TASK: Final = "sidenote.task"
"""Data-message topic for hosts only; the payload is a `Task`."""

TaskState = Literal["proposed", "confirmed", "done", "rejected"]
"""proposed: heard, and nothing is done until a host confirms it."""
TaskPriority = Literal["low", "normal", "high"]
TaskChange = Literal["create", "change", "complete"]
"""What the confirmation of a proposed task does."""


def _check_day(due: str) -> str:
    if due:
        datetime.fromisoformat(due)
    return due


Due = Annotated[
    str,
    Field(max_length=32, pattern=r"^(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?)?$"),
    AfterValidator(_check_day),
]
"""Day, or day and local time, in ISO 8601, that a calendar has; empty: none."""


class Task(BaseModel):
    """One version of one task of a meeting, for hosts only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(min_length=1, max_length=64)
    """Stays the same through all changes."""
    version: int = Field(ge=1)
    """Counts the changes; a reader keeps the highest one it has seen of an id."""
    sequence: int = Field(ge=1)
    """Counts the numbered messages to the hosts of a meeting, over restarts of the worker."""
    state: TaskState
    proposes: TaskChange = "create"
    """What a host is asked to confirm, while the state is `proposed`."""
    changes_task_id: str | None = Field(default=None, max_length=64)
    """The task that a confirmation changes or completes; None: it makes a new one."""
    changes_version: int | None = Field(default=None, ge=1)
    """The version of that task that was known when the change was proposed."""
    what: str = Field(min_length=1, max_length=500)
    who: str = Field(default="", max_length=256)
    """Display name of who is to do it, as it was spoken; empty: nobody was named."""
    due: Due = ""
    """Day, or day and local time, in ISO 8601; empty: no date was spoken."""
    due_spoken: str = Field(default="", max_length=120)
    """The date in the words in which it was spoken."""
    priority: TaskPriority = "normal"
    quote: str = Field(max_length=4000)
    """The words of the host that this task rests on; empty: it was typed."""
    segment_id: str = Field(default="", max_length=64)
    """The segment that holds the quote; empty: it was typed."""
    host_identity: str = Field(max_length=256)
    """The host who asked for it."""
    created_at_ms: int
    """Milliseconds since the Unix epoch."""
    changed_at_ms: int
    """Milliseconds since the Unix epoch."""

    @property
    def is_agreed(self) -> bool:
        """Whether it is a task that a host has confirmed, and no proposal to change one."""
        return self.state in ("confirmed", "done") and self.changes_task_id is None
