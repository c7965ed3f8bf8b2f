"""What a host may ask of the agent by RPC, beside consent. Requests and replies are JSON.

Every method answers a caller who is no host with `NOT_ALLOWED` (but `CATCH_UP_METHOD`, which
answers everybody with what they may see), a malformed or oversized request with `BAD_REQUEST`,
an id that the meeting does not have with `NOT_FOUND`; then nothing has changed.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from wire.answers import Answer
from wire.consent import Erased
from wire.gap import Gap
from wire.talking_point import TalkingPoint
from wire.tasks import Due, Task, TaskPriority
from wire.topics import PROTOCOL_VERSION

PAUSE_METHOD: Final = "sidenote.pause"
"""`Empty` to `CallState`: no advice until `RESUME_METHOD`; the transcript goes on."""
RESUME_METHOD: Final = "sidenote.resume"
"""`Empty` to `CallState`."""
MUTE_METHOD: Final = "sidenote.mute"
"""`Empty` to `CallState`: the agent says nothing aloud, and stops what it says."""
UNMUTE_METHOD: Final = "sidenote.unmute"
"""`Empty` to `CallState`."""
ASK_METHOD: Final = "sidenote.ask"
"""`AskRequest` to `Accepted`, with the id of the `wire.answers.Answer` that follows."""
PROMPT_METHOD: Final = "sidenote.prompt"
"""`PromptRequest` to `CallState`: an instruction to the advising model for this call."""
PIN_METHOD: Final = "sidenote.pin"
"""`PinRequest` to `Accepted`."""
DISMISS_METHOD: Final = "sidenote.dismiss"
"""`PointRequest` to `Accepted`: put a talking point away; less of its kind comes."""
USEFUL_METHOD: Final = "sidenote.useful"
"""`UsefulRequest` to `Accepted`: what comes next follows it."""
TASK_CONFIRM_METHOD: Final = "sidenote.task_confirm"
"""`TaskConfirmRequest` to `Accepted`: do what the task proposes, as it stands or as edited."""
TASK_REJECT_METHOD: Final = "sidenote.task_reject"
"""`TaskRequest` to `Accepted`: forget what the task proposes."""
PLAYBOOK_SET_METHOD: Final = "sidenote.playbook_set"
"""`PlaybookRequest` to `CallState`: another playbook from now on."""
CATCH_UP_METHOD: Final = "sidenote.catch_up"
"""`CatchUpRequest` to `CatchUpReply`, from any participant: what it missed and may see."""

CALL_STATE: Final = "sidenote.call_state"
"""Data-message topic for hosts only; the payload is a `CallState`."""

NOT_FOUND: Final = 4004
"""RPC error code: this meeting has nothing of that id or name."""
CONFLICT: Final = 4009
"""RPC error code: it cannot be done to this thing any more, for it was done or undone already."""


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""


class Empty(_Request):
    """A request that needs no words."""


class AskRequest(_Request):
    """A question about this call."""

    question: str = Field(min_length=1, max_length=1000)
    aloud: bool = False
    """Read the answer to everyone."""


class PromptRequest(_Request):
    """What the advising model should keep in mind."""

    goal: str | None = Field(default=None, max_length=1000)
    """What the host wants of this call; None: as before."""
    instruction: str | None = Field(default=None, max_length=2000)
    """How to advise; None: as before; empty: no instruction."""


class PointRequest(_Request):
    """A talking point."""

    id: str = Field(min_length=1, max_length=64)


class PinRequest(PointRequest):
    """Keep a talking point, or keep it no longer."""

    pinned: bool = True


class UsefulRequest(PointRequest):
    """What a host thinks of a talking point."""

    useful: bool | None = True
    """None: takes back what was said of it."""


class TaskRequest(_Request):
    """A task."""

    id: str = Field(min_length=1, max_length=64)


class TaskConfirmRequest(TaskRequest):
    """A task with what the host has corrected before confirming; None: as it was heard."""

    what: str | None = Field(default=None, min_length=1, max_length=500)
    who: str | None = Field(default=None, max_length=256)
    due: Due | None = None
    priority: TaskPriority | None = None


class PlaybookRequest(_Request):
    """Another playbook."""

    name: str = Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]*$")


class CatchUpRequest(_Request):
    """From where on the caller has seen nothing."""

    since: int = Field(default=0, ge=0)
    """Highest `sequence` of the numbered messages to hosts that the caller has, all before
    included; ignored for guests. More than was given out: everything."""
    transcript_since: int = Field(default=0, ge=0)
    """Highest number of the transcript's finals and erasures that the caller has, likewise."""


class CaughtSegment(BaseModel):
    """A final of the transcript."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: int = Field(ge=1)
    """Its place in the order of being kept, as in `sidenote.sequence`."""
    segment_id: str = Field(max_length=64)
    track_sid: str = Field(max_length=128)
    speaker_identity: str = Field(max_length=256)
    speaker_name: str = Field(max_length=256)
    speaker_role: str = Field(max_length=16)
    started_at_ms: int
    ended_at_ms: int
    text: str


class CatchUpReply(BaseModel):
    """A page of what the caller missed; ask again from `since` on while `more`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    meeting: str = Field(max_length=128)
    """Sid of the room: numbers count within one meeting."""
    since: int = Field(ge=0)
    """What to ask from next: without `more`, the highest number given out; 0 for guests."""
    transcript_since: int = Field(ge=0)
    """What to ask from next, likewise."""
    more: bool
    """Whether there is more: an RPC carries 15 KiB. One message that is longer is shortened."""
    segments: list[CaughtSegment] = Field(default_factory=list)
    erased: list[Erased] = Field(default_factory=list)
    """What became of earlier lines; numbered among the segments."""
    gaps: list[Gap] = Field(default_factory=list)
    """When nobody listened; numbered among the segments."""
    talking_points: list[TalkingPoint] = Field(default_factory=list)
    """The newest version of each; for hosts only, as all that follows. A version that was
    replaced before it was sent leaves its number out."""
    tasks: list[Task] = Field(default_factory=list)
    answers: list[Answer] = Field(default_factory=list)
    state: "CallState | None" = None
    """In the last page."""


class CallState(BaseModel):
    """What the hosts have set for this call, and who advises and speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    paused: bool
    """No advice is given."""
    muted: bool
    """Nothing is said aloud."""
    playbook: str = Field(max_length=64)
    """Name of the playbook."""
    playbooks: list[str] = Field(default_factory=list, max_length=100)
    """Names that `PLAYBOOK_SET_METHOD` takes."""
    goal: str = Field(default="", max_length=1000)
    instruction: str = Field(default="", max_length=2000)
    model: str = Field(default="", max_length=120)
    """The model that advises now; empty: none does, and the playbook goes on."""
    model_quiet_because: str = Field(default="", max_length=300)
    """In words for people, why no model advises; empty: one does, or none is set up."""
    voice: str = Field(default="", max_length=120)
    """What speaks aloud; empty: nothing can."""
    voice_missing_because: str = Field(default="", max_length=300)
    """In words for people, why nothing can speak; empty: something can."""


class Accepted(BaseModel):
    """It is done, or begun."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(max_length=64)
    """Of the thing that changed or that follows."""


CatchUpReply.model_rebuild()
