"""Who has spoken how much so far: the payload of `sidenote.statistics`, and of the final ones."""

from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from transcript_buffer.statistics import MeetingStatistics, SpeakerStatistics
from wire.topics import PROTOCOL_VERSION

STATISTICS: Final = "sidenote.statistics"
"""Data-message topic for hosts only; the payload is a `StatisticsReport`."""

MOST_SPEAKERS: Final = 50
"""Of more, those who have spoken most are in the report: it must fit into a data message."""


class SpeakerReport(BaseModel):
    """One participant's part in a meeting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identity: str = Field(max_length=256)
    name: str = Field(max_length=256)
    talk_seconds: float = Field(ge=0)
    share: float = Field(ge=0)
    """Of everybody's talk time, from 0 to 1."""
    turns: int = Field(ge=0)
    """Stretches of speech between those of others; "yes" alone is none."""
    longest_monologue_seconds: float = Field(ge=0)
    interruptions: int = Field(ge=0)
    """How often this participant broke into another's words."""
    questions: int = Field(ge=0)
    words: int = Field(ge=0)
    words_per_minute: float = Field(ge=0)
    """Over the talk time."""
    keywords: dict[str, int] = Field(default_factory=dict)
    """How often each keyword was said; those never said are left out."""


class StatisticsReport(BaseModel):
    """A meeting, or the part of it that has been; live at most once in ten seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    at_ms: int
    """When it was reckoned: milliseconds since the Unix epoch."""
    seconds: float = Field(ge=0)
    """From the first word to the last."""
    silent_seconds: float = Field(ge=0)
    """Of these, the time in which nobody spoke."""
    overlapping_seconds: float = Field(ge=0)
    """Of these, the time in which more than one spoke."""
    speakers: list[SpeakerReport] = Field(max_length=MOST_SPEAKERS)
    """Who spoke, the longest talk time first."""

    @classmethod
    def of(cls, statistics: MeetingStatistics, *, at_ms: int) -> Self:
        """Return what is told of some statistics, rounded to what people read."""
        return cls(
            at_ms=at_ms,
            seconds=round(statistics.seconds, 1),
            # A sum of many times may end up a hair below nothing.
            silent_seconds=round(max(0.0, statistics.silent_seconds), 1),
            overlapping_seconds=round(statistics.overlapping_seconds, 1),
            speakers=[_speaker(one) for one in statistics.speakers[:MOST_SPEAKERS]],
        )


def _speaker(one: SpeakerStatistics) -> SpeakerReport:
    return SpeakerReport(
        identity=one.speaker,
        name=one.name,
        talk_seconds=round(one.talk_seconds, 1),
        share=round(one.share, 4),
        turns=one.turns,
        longest_monologue_seconds=round(one.longest_monologue_seconds, 1),
        interruptions=one.interruptions,
        questions=one.questions,
        words=one.words,
        words_per_minute=round(one.words_per_minute, 1),
        keywords=dict(one.keywords),
    )
