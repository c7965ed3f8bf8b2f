"""When no agent listened to a meeting that went on."""

from typing import Final

from sqlalchemy import select, update

from records.connection import DatabaseConnection
from records.meetings import highest_transcript_sequence
from records.tables import GapRow, MeetingRow
from records.work import queue_minutes_if_ended, queue_minutes_of_end
from wire.gap import Gap

WORTH_MARKING_MS: Final = 500
"""What is shorter costs nobody a word that a pause of the network would not."""


class GapRecords(DatabaseConnection):
    """The gaps of meetings."""

    async def add_gap(self, room_sid: str, gap: Gap) -> None:
        """Keep a gap, in place of one that began at the same time and was thought to be shorter.

        A successor may die before it has listened: the next one finds the same beginning. The
        minutes of a meeting that has ended are written anew: they tell of it.
        """
        row = {"room_sid": room_sid, **gap.model_dump(exclude={"v"})}
        statement = self._insert(GapRow).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=[GapRow.room_sid, GapRow.started_at_ms],
            set_=row,
            where=GapRow.ended_at_ms < statement.excluded.ended_at_ms,
        )
        async with self._transaction() as connection:
            if (await connection.execute(statement)).rowcount == 1:
                await queue_minutes_if_ended(self._insert, connection, room_sid)

    async def list_gaps(self, room_sid: str) -> list[Gap]:
        """Return the gaps of a meeting, oldest first."""
        query = (
            select(GapRow.__table__)
            .where(GapRow.room_sid == room_sid)
            .order_by(GapRow.started_at_ms)
        )
        async with self._transaction() as connection:
            return [read_gap(dict(row)) for row in (await connection.execute(query)).mappings()]

    async def note_heard(self, room_sid: str, *, until_ms: int) -> None:
        """Record that a meeting that goes on was heard longer than the last beat said."""
        statement = (
            update(MeetingRow)
            .where(MeetingRow.room_sid == room_sid, MeetingRow.seen_at_ms < until_ms)
            .values(seen_at_ms=until_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def end_unserved_meeting(self, room_sid: str, *, ended_at_ms: int) -> None:
        """End a meeting that no agent served to its end, and mark the time nobody listened.

        Args:
            room_sid: of the meeting.
            ended_at_ms: when its last participant left, as far as one knows.
        """
        meeting = select(
            MeetingRow.seen_at_ms, highest_transcript_sequence(room_sid).label("last")
        ).where(MeetingRow.room_sid == room_sid, MeetingRow.ended_at_ms.is_(None))
        async with self._transaction() as connection:
            found = (await connection.execute(meeting)).first()
            if found is None:
                return
            seen_at_ms = found.seen_at_ms or ended_at_ms
            if ended_at_ms - seen_at_ms >= WORTH_MARKING_MS:
                row = {
                    "room_sid": room_sid,
                    "started_at_ms": seen_at_ms,
                    "ended_at_ms": ended_at_ms,
                    "reason": "agent_away",
                    "transcript_sequence": found.last + 1,
                }
                statement = self._insert(GapRow).values(**row).on_conflict_do_nothing()
                await connection.execute(statement)
            ended_at_ms = max(ended_at_ms, seen_at_ms)
            await connection.execute(
                update(MeetingRow)
                .where(MeetingRow.room_sid == room_sid)
                .values(ended_at_ms=ended_at_ms)
            )
            await queue_minutes_of_end(self._insert, connection, room_sid, ended_at_ms)


def read_gap(row: dict[str, object]) -> Gap:
    """Return the gap that a row of the table holds."""
    return Gap.model_validate({key: value for key, value in row.items() if key != "room_sid"})
