"""What happened in a meeting: what was said, and what the hosts were told."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from records.connection import DatabaseConnection, StoreUnavailableError
from records.tables import MeetingRow, SegmentRow, TalkingPointRow
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One life of a room."""

    room_sid: str
    room_name: str
    started_at_ms: int
    ended_at_ms: int | None
    last_sequence: int
    """Highest sequence number of a talking point so far; 0 if there is none."""


class MeetingRecords(DatabaseConnection):
    """Meetings with their segments and talking points."""

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

    async def find_meeting(self, room_sid: str) -> Meeting | None:
        """Return a meeting, or None."""
        sequence = (
            select(func.coalesce(func.max(TalkingPointRow.sequence), 0))
            .where(TalkingPointRow.room_sid == room_sid)
            .scalar_subquery()
            .label("last_sequence")
        )
        query = select(MeetingRow.__table__, sequence).where(MeetingRow.room_sid == room_sid)
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
            )
            for row in rows
        ]

    async def put_talking_point(self, room_sid: str, point: TalkingPoint) -> None:
        """Keep a talking point; a newer version replaces an older one."""
        row = {"room_sid": room_sid, **point.model_dump(mode="json", exclude={"v"})}
        statement = self._insert(TalkingPointRow).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=[TalkingPointRow.id],
            set_=row,
            where=TalkingPointRow.version < statement.excluded.version,
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_talking_points(self, room_sid: str) -> list[TalkingPoint]:
        """Return the talking points of a meeting by sequence number."""
        query = (
            select(TalkingPointRow.__table__)
            .where(TalkingPointRow.room_sid == room_sid)
            .order_by(TalkingPointRow.sequence)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            TalkingPoint(**{key: value for key, value in row.items() if key != "room_sid"})
            for row in rows
        ]

    async def erase_speaker(self, room_sid: str, identity: str) -> int:
        """Forget what a participant said, and what rests on it; return the segments erased.

        What rests on it: talking points that quote it, and those for which a model read it.

        When this returns, no byte of it is left in a SQLite file or beside it.

        Raises:
            StoreUnavailableError: nothing was erased, or traces are left; erase again.
        """
        written = select(TalkingPointRow.id, TalkingPointRow.read_identities).where(
            TalkingPointRow.room_sid == room_sid
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(written)).all()
            echoing = [point_id for point_id, read in rows if identity in read]
            points = await connection.execute(
                delete(TalkingPointRow).where(
                    TalkingPointRow.room_sid == room_sid,
                    (TalkingPointRow.speaker_identity == identity)
                    | TalkingPointRow.id.in_(echoing),
                )
            )
            segments = await connection.execute(
                delete(SegmentRow).where(
                    SegmentRow.room_sid == room_sid, SegmentRow.speaker_identity == identity
                )
            )
        await self._scrub(deleted=points.rowcount + segments.rowcount > 0)
        return segments.rowcount
