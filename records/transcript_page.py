"""A meeting's finals page by page, and whether any is left."""

from sqlalchemy import select, tuple_

from records.connection import DatabaseConnection
from records.meetings import read_segment
from records.tables import SegmentRow
from transcript_buffer import Segment


class TranscriptPageRecords(DatabaseConnection):
    """Pages of transcripts."""

    async def list_segment_page(
        self, room_sid: str, *, after: tuple[int, str] | None, most: int
    ) -> list[Segment]:
        """Return finals in the order in which they were spoken.

        Args:
            room_sid: of the meeting.
            after: start in ms and id of the last one that is known already.
            most: so many at most.
        """
        query = (
            select(SegmentRow.__table__)
            .where(SegmentRow.room_sid == room_sid)
            .order_by(SegmentRow.started_at_ms, SegmentRow.id)
            .limit(most)
        )
        if after is not None:
            query = query.where(tuple_(SegmentRow.started_at_ms, SegmentRow.id) > after)
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_segment(row) for row in rows]
