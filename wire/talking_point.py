"""What the host is told to say: the payload of `sidenote.talking_point`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION


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
    """Counts the messages of a meeting without a gap, over restarts of the worker."""
    source: Literal["playbook", "model"]
    """Who says so: a rule of the playbook, or a language model."""
    rule_id: str | None = Field(default=None, max_length=120)
    """The rule that fired; None when a model spoke unprompted by a rule."""
    text: str = Field(max_length=4000)
    """What the host is advised to say or do."""
    complete: bool = True
    """False while a model is still writing; a later version of the same id follows."""
    quote: str = Field(max_length=4000)
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
