"""What a model, the playbook or the brief would tell the hosts."""

from dataclasses import dataclass, field
from typing import Any, Final

from transcript_buffer import Segment
from wire.talking_point import BriefLine, TalkingPointSource

LONGEST_TEXT: Final = 1000
"""Characters of a text or a quote; nobody reads more during a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A talking point as far as its author has written it."""

    id: str
    """Of a hit: refines it. Else an id from `TalkingPoints.new_id`, the same while it grows."""
    source: TalkingPointSource
    rule_id: str | None
    text: str
    complete: bool
    quote: str
    segment: Segment
    """Holds the quote."""
    answer: BriefLine | None = None
    read_identities: frozenset[str] = field(default=frozenset())
    """Everybody whose words a model read before it wrote this."""

    def content(self) -> dict[str, Any]:
        """Return the part of a `wire.talking_point.TalkingPoint` that its author writes."""
        segment = self.segment
        return {
            "source": self.source,
            "rule_id": self.rule_id,
            "text": self.text[:LONGEST_TEXT],
            "complete": self.complete,
            "quote": self.quote[:LONGEST_TEXT],
            "segment_id": segment.id,
            "speaker_identity": segment.speaker,
            "speaker_name": segment.name,
            "read_identities": tuple(sorted(self.read_identities)),
            "heard_at_ms": round(segment.end_seconds * 1000),
            "answer": self.answer,
        }
