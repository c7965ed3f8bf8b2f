"""What the host is told to say: the payload of `sidenote.talking_point`."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

_LONGEST: Final = 4000

TalkingPointSource = Literal["playbook", "model", "brief"]
"""playbook: a rule fired. model: a language model wrote it. brief: a line of the brief answers."""
TalkingPointState = Literal["shown", "withdrawn", "expired", "dismissed"]
"""withdrawn: it is no longer worth saying (the host has said it, or what it rests on is gone).
expired: its time is over. dismissed: a host put it away."""


class BriefLine(BaseModel):
    """A place in the host's own documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str = Field(max_length=256)
    """Name of the document as it was given."""
    line: int = Field(ge=1)
    """Line (of a PDF: page) where the text stands, from 1."""
    text: str = Field(max_length=_LONGEST)
    """The text itself, as it stands there."""


class TalkingPoint(BaseModel):
    """One version of one talking point, for hosts only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(min_length=1, max_length=64)
    """Stays the same while the talking point is refined."""
    version: int = Field(ge=1)
    """Counts the refinements; a reader keeps the highest one it has seen of an id."""
    sequence: int = Field(ge=1)
    """Counts the numbered messages to the hosts of a meeting, over restarts of the worker."""
    source: TalkingPointSource
    """Who says so."""
    rule_id: str | None = Field(default=None, max_length=120)
    """The rule that fired; None when a model or the brief spoke unprompted by a rule."""
    text: str = Field(max_length=_LONGEST)
    """What the host is advised to say or do."""
    complete: bool = True
    """False while a model is still writing; a later version of the same id follows."""
    quote: str = Field(max_length=_LONGEST)
    """The words heard that this talking point rests on."""
    segment_id: str = Field(max_length=64)
    """The segment that holds the quote."""
    speaker_identity: str = Field(max_length=256)
    """Identity of the participant who said the quote."""
    speaker_name: str = Field(max_length=256)
    """Display name of that participant."""
    read_identities: tuple[Annotated[str, Field(max_length=256)], ...] = ()
    """Everybody whose words a model read before it wrote this: it may echo any of them, and goes
    when one of them is erased. Empty: no model read anything."""
    heard_at_ms: int
    """When the words of the quote had been heard, milliseconds since the Unix epoch."""
    sent_at_ms: int
    """When this message was sent, milliseconds since the Unix epoch."""
    answer: BriefLine | None = None
    """The line of the brief that answers what was asked; None: the brief has no part in it."""
    state: TalkingPointState = "shown"
    """Whether it is still worth the host's attention; only `shown` is on the screen."""
    pinned: bool = False
    """A host wants to keep it: it neither expires nor is withdrawn."""
    useful: bool | None = None
    """What a host said of it; None: nothing."""
    expires_at_ms: int | None = None
    """When it leaves the screen by itself, milliseconds since the Unix epoch; None: it stays."""
