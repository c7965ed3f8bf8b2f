"""The minutes of a meeting: the payload of `sidenote.minutes`, and what `GET .../minutes` returns.

Every line rests on what was said: it names the segments and quotes them. What is not known stays
empty: an owner is one of the participants, a date was spoken.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

MINUTES: Final = "sidenote.minutes"
"""Text-stream topic for hosts only: a `Minutes` as JSON, which is too long for a data message."""
MINUTES_METHOD: Final = "sidenote.minutes"
"""RPC to the agent, from hosts only: `Empty` to `Accepted`, whose id is the meeting's key. The
minutes as far as the call has come follow on the topic of the same name."""

MinutesState = Literal["live", "final"]
"""live: the meeting went on when they were written."""


class Evidence(BaseModel):
    """A place in the transcript."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment_id: str = Field(max_length=64)
    quote: str = Field(min_length=1, max_length=500)
    """Words of that segment, as they stand there."""


class MinutesLine(BaseModel):
    """One statement of the minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, max_length=1000)
    evidence: list[Evidence] = Field(min_length=1, max_length=8)
    found_by: list[str] = Field(default_factory=list, max_length=8)
    """Labels of the models that found it; empty: the extractive writer did."""


class ActionItem(MinutesLine):
    """Something that somebody will do."""

    owner_identity: str = Field(default="", max_length=256)
    """One of the participants; empty: nobody was named."""
    owner_name: str = Field(default="", max_length=256)
    due: str = Field(default="", max_length=32)
    """ISO 8601 date, with time if one was spoken; empty: no date was spoken."""
    due_spoken: str = Field(default="", max_length=120)
    """The words of the date."""


class SpeakerInsight(BaseModel):
    """What one participant wanted, promised or asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identity: str = Field(max_length=256)
    name: str = Field(max_length=256)
    lines: list[MinutesLine] = Field(max_length=12)


class MinutesSection(BaseModel):
    """What a template asks for beside what all minutes have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(max_length=64)
    title: str = Field(max_length=120)
    lines: list[MinutesLine] = Field(max_length=40)


class Minutes(BaseModel):
    """The minutes of one meeting, whole or as far as it has come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    room_sid: str = Field(max_length=128)
    """The meeting's key."""
    version: int = Field(ge=1)
    """Counts how often they were written."""
    state: MinutesState
    template: str = Field(max_length=64)
    """Name of the template that says what is asked for."""
    profile_id: str = Field(default="", max_length=64)
    """Whose personal minutes these are; empty: everybody's."""
    written_at_ms: int
    """Milliseconds since the Unix epoch."""
    transcript_sequence: int = Field(ge=0)
    """Number of the last final that was read."""
    title: str = Field(max_length=200)
    summary: list[MinutesLine] = Field(max_length=40)
    """In reading order; together 200 to 300 words if so much was said and a model wrote them."""
    key_points: list[MinutesLine] = Field(max_length=40)
    decisions: list[MinutesLine] = Field(max_length=40)
    action_items: list[ActionItem] = Field(max_length=60)
    open_questions: list[MinutesLine] = Field(max_length=40)
    conclusion: MinutesLine | None = None
    sections: list[MinutesSection] = Field(default_factory=list, max_length=20)
    """What the template asks for beside that, in its order."""
    speakers: list[SpeakerInsight] = Field(default_factory=list, max_length=50)
    consent: str = Field(max_length=1000)
    """Who was transcribed by what right, in a sentence."""
    coverage: str = Field(max_length=2000)
    """What was not heard, in a sentence: gaps, off the record, erased, not understood."""
    written_by: list[str] = Field(default_factory=list, max_length=8)
    """Labels of the models that answered; empty: the extractive writer wrote them."""
    did_not_answer: list[str] = Field(default_factory=list, max_length=8)
    """Labels of the models that were asked and did not answer, or not for all of the meeting."""
    dropped: dict[str, int] = Field(default_factory=dict)
    """How many statements of the models were dropped, by reason, for example `no_evidence`."""
