"""What tells that something is new in a meeting."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from records.meetings import Meeting, MeetingRecords
from records.tables import MinutesRow, WorkRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMark:
    """How far a meeting has come; another one tells that something is new."""

    meeting: Meeting
    minutes_at_ms: int
    """When minutes were written last; 0: there are none."""
    is_written_for: bool
    """Whether minutes are being written, or wait for it."""


class LiveRecords(MeetingRecords):
    """Looks how far meetings have come."""

    async def find_live_mark(self, room_sid: str) -> LiveMark | None:
        """Return how far a meeting has come; None: there is none, or none any more."""
        meeting = await self.find_meeting(room_sid)
        if meeting is None:
            return None
        query = select(
            select(func.coalesce(func.max(MinutesRow.written_at_ms), 0))
            .where(MinutesRow.room_sid == meeting.room_sid, MinutesRow.content.is_not(None))
            .scalar_subquery(),
            exists().where(
                WorkRow.room_sid == meeting.room_sid, WorkRow.state.in_(("waiting", "under_way"))
            ),
        )
        async with self._transaction() as connection:
            minutes_at_ms, is_written_for = (await connection.execute(query)).one()
        return LiveMark(
            meeting=meeting, minutes_at_ms=minutes_at_ms, is_written_for=bool(is_written_for)
        )
