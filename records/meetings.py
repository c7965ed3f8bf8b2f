"""The meetings, and what was said in them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, union_all, update

from records.connection import DatabaseConnection, StoreUnavailableError
from records.tables import (
    AnswerRow,
    ErasureRow,
    MeetingRow,
    SegmentRow,
    TalkingPointRow,
    TaskRow,
)
from transcript_buffer import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One life of a room."""

    room_sid: str
    room_name: str
    started_at_ms: int
    ended_at_ms: int | None
    last_sequence: int
    """Highest number of a message to hosts so far; 0: there is none."""
    last_transcript_sequence: int
    """Highest number of a final or an erasure so far; 0: there is none."""


class MeetingRecords(DatabaseConnection):
    """Meetings with their segments."""

    async def open_meeting(self, room_sid: str, *, room_name: str, now_ms: int) -> Meeting:
        """Record that a meeting has begun, or take up one that an earlier agent began."""
        values = {"room_sid": room_sid, "room_name": room_name, "started_at_ms": now_ms}
        statement = (
            self._insert(MeetingRow)
            .values(**values)
            .on_conflict_do_update(index_elements=[MeetingRow.room_sid], set_={"ended_at_ms": None})
        )
        async with self._transaction() as connection:
            await connection.execute(statement)
        meeting = await self.find_meeting(room_sid)
        if meeting is None:
            raise StoreUnavailableError(
                "a meeting vanished while it was opened; start the call anew"
            )
        return meeting

    async def end_meeting(self, room_sid: str, *, now_ms: int) -> None:
        """Record when a meeting ended."""
        statement = (
            update(MeetingRow).where(MeetingRow.room_sid == room_sid).values(ended_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def find_newest_meeting(self, room_name: str) -> Meeting | None:
        """Return the meeting of a room that began last, or None."""
        newest = (
            select(MeetingRow.room_sid)
            .where(MeetingRow.room_name == room_name)
            .order_by(MeetingRow.started_at_ms.desc(), MeetingRow.room_sid)
            .limit(1)
        )
        async with self._transaction() as connection:
            room_sid = (await connection.execute(newest)).scalar()
        return await self.find_meeting(room_sid) if room_sid else None

    async def find_meeting(self, room_sid: str) -> Meeting | None:
        """Return a meeting, or None."""
        query = select(
            MeetingRow.__table__,
            # What is erased leaves no number behind; the erasure remembers the highest.
            _highest(
                room_sid,
                TalkingPointRow.sequence,
                TaskRow.sequence,
                AnswerRow.sequence,
                ErasureRow.sequence,
            ).label("last_sequence"),
            _highest(room_sid, SegmentRow.sequence, ErasureRow.transcript_sequence).label(
                "last_transcript_sequence"
            ),
        ).where(MeetingRow.room_sid == room_sid)
        async with self._transaction() as connection:
            row = (await connection.execute(query)).first()
        return Meeting(**row._mapping) if row else None

    async def add_segment(self, room_sid: str, segment: Segment) -> bool:
        """Keep a final segment; False if one of its id is kept already.

        Raises:
            ValueError: the segment is an interim.
        """
        if not segment.final:
            raise ValueError(f"segment {segment.id} is an interim; only finals are kept")
        statement = (
            self._insert(SegmentRow)
            .values(
                id=segment.id,
                room_sid=room_sid,
                speaker_identity=segment.speaker,
                speaker_name=segment.name,
                speaker_role=segment.role,
                track_sid=segment.track_sid,
                text=segment.text,
                started_at_ms=round(segment.start_seconds * 1000),
                ended_at_ms=round(segment.end_seconds * 1000),
                sequence=segment.sequence,
            )
            .on_conflict_do_nothing()
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def list_segments(self, room_sid: str) -> list[Segment]:
        """Return the final segments of a meeting in the order in which they were spoken."""
        query = (
            select(SegmentRow.__table__)
            .where(SegmentRow.room_sid == room_sid)
            .order_by(SegmentRow.started_at_ms, SegmentRow.id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Segment(
                id=row["id"],
                speaker=row["speaker_identity"],
                name=row["speaker_name"],
                role=row["speaker_role"],
                track_sid=row["track_sid"],
                text=row["text"],
                start_seconds=row["started_at_ms"] / 1000,
                end_seconds=row["ended_at_ms"] / 1000,
                final=True,
                sequence=row["sequence"],
            )
            for row in rows
        ]


def _highest(room_sid: str, *columns: Any) -> Any:
    found = union_all(
        *(
            select(column.label("number")).where(column.class_.room_sid == room_sid)
            for column in columns
        )
    ).subquery()
    return select(func.coalesce(func.max(found.c.number), 0)).scalar_subquery()
