"""Faults that the emulator of ElevenLabs plays by script, and the record of what it received."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

ErrorType = Literal[
    "error",
    "auth_error",
    "quota_exceeded",
    "commit_throttled",
    "unaccepted_terms",
    "rate_limited",
    "queue_overflow",
    "resource_exhausted",
    "session_time_limit_exceeded",
    "input_error",
    "invalid_request",
    "chunk_size_exceeded",
    "insufficient_audio_activity",
    "transcriber_error",
]


class FaultKind(StrEnum):
    """What goes wrong."""

    REFUSE = "refuse"
    """Handshake: the connection breaks without an answer."""
    STATUS = "status"
    """Handshake or batch request: answered with the HTTP status `status`."""
    ERROR = "error"
    """The message `message_type`; then the session closes, or with `closes` false goes silent."""
    DROP = "drop"
    """The connection breaks."""
    CLOSE = "close"
    """The session closes with `code`, without an error message."""
    SILENT = "silent"
    """From here on the session takes audio and answers nothing."""
    SLOW = "slow"
    """The answer of a commit comes `seconds` late."""
    TRIPLED = "tripled"
    """The committed text stands there three times."""
    DOUBLE = "double"
    """A commit is answered by two committed_transcript."""
    STALE = "stale"
    """The last partial comes again: after its commit, over silence, and when speech begins."""


class Moment(StrEnum):
    """When a fault can come."""

    HANDSHAKE = "handshake"
    AUDIO = "audio"
    COMMIT = "commit"


_AT_COMMIT: Final = frozenset(
    {FaultKind.SLOW, FaultKind.TRIPLED, FaultKind.DOUBLE, FaultKind.STALE}
)


class Fault(BaseModel):
    """One thing that goes wrong, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FaultKind
    at: Moment | None = None
    """None: as usual for the kind (a drop comes with audio, the rest where `kind` says)."""
    connection: Annotated[int, Field(ge=1)] | None = None
    """Only on this connection of the emulator's life, from 1; None: on any."""
    commit: Annotated[int, Field(ge=1)] | None = None
    """Only at this commit of a connection, from 1; None: at any."""
    after_seconds: Annotated[float, Field(ge=0)] = 0.0
    """For `at: audio`: when the connection has received so much audio."""
    times: Annotated[int, Field(ge=1)] | None = 1
    """How often; None: every time."""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    """For `slow`."""
    status: Annotated[int, Field(ge=300, le=599)] = 401
    """For `status`."""
    code: Annotated[int, Field(ge=1000, le=4999)] = 1000
    """For `close`; also what an `error` closes with."""
    message_type: ErrorType = "error"
    """For `error`."""
    closes: bool = True
    """For `error`: whether the session ends with it."""

    @property
    def moment(self) -> Moment:
        """When it comes."""
        if self.at:
            return self.at
        if self.kind in {FaultKind.REFUSE, FaultKind.STATUS}:
            return Moment.HANDSHAKE
        return Moment.COMMIT if self.kind in _AT_COMMIT else Moment.AUDIO


FAULT_LIST: Final = TypeAdapter(list[Fault])


class FaultScript:
    """The faults still to come; each is taken as often as it says."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int | None]] = []
        self.played: list[str] = []
        """The kinds of the faults that were taken, in their order."""

    @property
    def left(self) -> list[Fault]:
        """The faults that have not been played to the end."""
        return [fault for fault, _ in self._left]

    def add(self, *faults: Fault) -> None:
        """Add faults to the script."""
        self._left += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._left.clear()

    def take(
        self, moment: Moment, *, connection: int, commit: int | None = None, seconds: float = 0.0
    ) -> list[Fault]:
        """Return the faults that come now; each kind at most once."""
        taken: dict[FaultKind, Fault] = {}
        kept: list[tuple[Fault, int | None]] = []
        for fault, times in self._left:
            comes = (
                fault.kind not in taken
                and fault.moment is moment
                and fault.connection in {None, connection}
                and fault.commit in {None, commit}
                and seconds >= fault.after_seconds
            )
            if comes:
                taken[fault.kind] = fault
                times = None if times is None else times - 1
            if times != 0:
                kept.append((fault, times))
        self._left = kept
        self.played += taken
        return list(taken.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A stretch of audio that was committed."""

    connection: int
    seconds: float
    """Audio since the commit before."""
    text: str
    """What was recognized, before any fault."""
    automatic: bool = False
    """Whether the service committed by itself."""


@dataclass(slots=True)
class Record:
    """What an emulator has received since it began."""

    connections: int = 0
    """Sessions that were asked for, with the refused ones."""
    sessions: int = 0
    """Sessions that were started."""
    open_sessions: int = 0
    audio_seconds: float = 0.0
    """Audio received, silence included."""
    keep_alives: int = 0
    """Messages without audio and without commit."""
    commits: list[Commit] = field(default_factory=list)
    queries: list[dict[str, list[str]]] = field(default_factory=list)
    """Query parameters of each connection, without secrets."""
    headers: list[list[str]] = field(default_factory=list)
    """Names of the headers of each connection; values may be secrets."""
    batch_requests: list[dict[str, list[str]]] = field(default_factory=list)
    """Fields of each batch request, without the audio."""
