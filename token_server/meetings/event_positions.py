"""Where a listener of a meeting stands: the ids of its events."""

import re
from dataclasses import dataclass
from typing import Final, Self

from records.live import LiveMark
from token_server.meetings.access import MeetingReader

_ID: Final = re.compile(r"t(\d{1,15})-h(\d{1,15})-m(\d{1,15})(-end)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPosition:
    """Up to where somebody has heard of a meeting; by the store's own numbers."""

    transcript: int = 0
    """Number of the last final, erasure or gap."""
    private: int = 0
    """Number of the last message to hosts."""
    minutes_ms: int = 0
    """When the last minutes were written that were told of."""
    ended: bool = False
    """Whether the end of the meeting was told."""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the position of an id; None: it is none of ours."""
        found = _ID.fullmatch(text)
        if found is None:
            return None
        transcript, private, minutes_ms = (int(number) for number in found.groups()[:3])
        return cls(
            transcript=transcript,
            private=private,
            minutes_ms=minutes_ms,
            ended=found[4] is not None,
        )

    def __str__(self) -> str:
        """Return the id of an event behind which somebody stands here."""
        end = "-end" if self.ended else ""
        return f"t{self.transcript}-h{self.private}-m{self.minutes_ms}{end}"


def position_of(mark: LiveMark, reader: MeetingReader) -> EventPosition:
    """Return where somebody stands who has read all that there is."""
    return EventPosition(
        transcript=mark.meeting.last_transcript_sequence,
        private=mark.meeting.last_sequence if reader.is_host else 0,
        minutes_ms=mark.minutes_at_ms if reader.may_read_minutes else 0,
    )
