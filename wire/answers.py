"""What Sidenote answers a host who asks about the call: the payload of `sidenote.answer`."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

ANSWER: Final = "sidenote.answer"
"""Data-message topic for hosts only; the payload is an `Answer`."""
ERASED_TEXT: Final = "What this answer rested on was erased."


class AnswerQuote(BaseModel):
    """Words of the transcript that an answer rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment_id: str = Field(max_length=64)
    speaker_identity: str = Field(max_length=256)
    speaker_name: str = Field(max_length=256)
    quote: str = Field(max_length=1000)
    """Exactly as it stands in the segment."""
    at_ms: int
    """When it was said, milliseconds since the Unix epoch."""


class Answer(BaseModel):
    """One version of one answer, for hosts only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    id: str = Field(min_length=1, max_length=64)
    """Stays the same while the answer grows."""
    version: int = Field(ge=1)
    """Counts the steps; a reader keeps the highest one it has seen of an id."""
    sequence: int = Field(ge=1)
    """Counts the numbered messages to the hosts of a meeting, over restarts of the worker."""
    host_identity: str = Field(max_length=256)
    """The host who asked."""
    question: str = Field(max_length=1000)
    text: str = Field(max_length=4000)
    """The answer as far as it is written; says in words why there is none, if there is none."""
    complete: bool
    """False while it is being written."""
    quotes: list[AnswerQuote] = Field(default_factory=list, max_length=8)
    """What it rests on, in the order of time."""
    gaps: str = Field(default="", max_length=500)
    """What the transcript lacks (who was not heard, when nobody was), in words; empty: nothing."""
    spoken: bool = False
    """Whether the agent reads it aloud to everyone, because the host asked for that."""
    answered_by: str = Field(default="", max_length=120)
    """The model that wrote it, or `search` for lines found without one; `note` for what the host
    had noted, `tasks` for the list of the tasks."""
    read_identities: tuple[Annotated[str, Field(max_length=256)], ...] = ()
    """Everybody whose words it may echo: of those quoted, and of all that a model read. When one
    of them is erased, so is this."""
    asked_at_ms: int
    """Milliseconds since the Unix epoch."""

    @property
    def rests_on(self) -> frozenset[str]:
        """Everybody whose words it holds or may hold: erasing one of them erases it."""
        quoted = (quote.speaker_identity for quote in self.quotes)
        return frozenset({self.host_identity, *self.read_identities, *quoted})

    def without(self, identity: str) -> Self:
        """Return the next version of it, in which nothing is left of a participant's words."""
        question = "(erased)" if self.host_identity == identity else self.question
        return self.model_copy(
            update={
                "question": question,
                "text": ERASED_TEXT,
                "quotes": [],
                "read_identities": (),
                "complete": True,
                "version": self.version + 1,
            }
        )
