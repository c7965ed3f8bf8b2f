"""What was said and told since a number."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection
from records.gaps import read_gap
from records.points import read_talking_point
from records.tables import AnswerRow, ErasureRow, GapRow, SegmentRow, TalkingPointRow, TaskRow
from records.tasks import read_task
from wire.answers import Answer
from wire.consent import Erased
from wire.controls import CaughtSegment
from wire.gap import Gap
from wire.talking_point import TalkingPoint
from wire.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What a participant has not seen, each list by number."""

    transcript: list[CaughtSegment | Erased | Gap]
    """For everyone."""
    private: list[TalkingPoint | Task | Answer] = field(default_factory=list)
    """For hosts only; the newest version of each that was sent."""
    more: bool = False
    """Whether there may be more behind these."""


class CatchUpRecords(DatabaseConnection):
    """Reads a meeting by number."""

    async def list_missed(
        self,
        room_sid: str,
        *,
        transcript_since: int,
        since: int | None,
        most: int,
    ) -> Missed:
        """Return what has a higher number.

        Args:
            room_sid: of the meeting.
            transcript_since: highest number of a final, an erasure or a gap that is not missed.
            since: highest number of a message to hosts that is not missed; None: do not look.
            most: the first so many of finals, of erasures, of gaps, and of each kind of message.
        """
        async with self._transaction() as connection:
            transcript: list[CaughtSegment | Erased | Gap] = [
                *await _segments(connection, room_sid, transcript_since, most),
                *await _erasures(connection, room_sid, transcript_since, most),
                *await _gaps(connection, room_sid, transcript_since, most),
            ]
            private: list[TalkingPoint | Task | Answer] = []
            if since is not None:
                private += [
                    *await _points(connection, room_sid, since, most),
                    *await _tasks(connection, room_sid, since, most),
                    *await _answers(connection, room_sid, since, most),
                ]
        # Only as far as each list was read to: behind the `most`-th, others may lack.
        return Missed(
            transcript=sorted(transcript, key=transcript_number)[:most],
            private=sorted(private, key=lambda message: message.sequence)[:most],
            more=max(len(transcript), len(private)) >= most,
        )


def transcript_number(item: CaughtSegment | Erased | Gap) -> int:
    """Return the place of a final, an erasure or a gap in the transcript."""
    return item.sequence if isinstance(item, CaughtSegment) else item.transcript_sequence


async def _rows(
    connection: AsyncConnection, query: Any, number: Any, since: int, most: int
) -> list[dict[str, Any]]:
    query = query.where(number > since).order_by(number).limit(most)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def _segments(
    connection: AsyncConnection, room_sid: str, since: int, most: int
) -> list[CaughtSegment]:
    query = select(SegmentRow.__table__).where(SegmentRow.room_sid == room_sid)
    rows = await _rows(connection, query, SegmentRow.sequence, since, most)
    return [
        CaughtSegment(segment_id=row.pop("id"), **{k: v for k, v in row.items() if k != "room_sid"})
        for row in rows
    ]


async def _erasures(
    connection: AsyncConnection, room_sid: str, since: int, most: int
) -> list[Erased]:
    query = select(
        ErasureRow.identity.label("speaker_identity"),
        ErasureRow.transcript_sequence,
        ErasureRow.sequence,
    ).where(ErasureRow.room_sid == room_sid)
    rows = await _rows(connection, query, ErasureRow.transcript_sequence, since, most)
    return [Erased(**row) for row in rows]


async def _gaps(connection: AsyncConnection, room_sid: str, since: int, most: int) -> list[Gap]:
    query = select(GapRow.__table__).where(GapRow.room_sid == room_sid)
    rows = await _rows(connection, query, GapRow.transcript_sequence, since, most)
    return [read_gap(row) for row in rows]


async def _points(
    connection: AsyncConnection, room_sid: str, since: int, most: int
) -> list[TalkingPoint]:
    query = select(TalkingPointRow.__table__).where(TalkingPointRow.room_sid == room_sid)
    rows = await _rows(connection, query, TalkingPointRow.sequence, since, most)
    return [read_talking_point(row) for row in rows]


async def _tasks(connection: AsyncConnection, room_sid: str, since: int, most: int) -> list[Task]:
    # A version that is not announced yet has no number, and comes to everybody soon.
    query = select(TaskRow.__table__).where(
        TaskRow.room_sid == room_sid, TaskRow.announced.is_(True)
    )
    return [read_task(row) for row in await _rows(connection, query, TaskRow.sequence, since, most)]


async def _answers(
    connection: AsyncConnection, room_sid: str, since: int, most: int
) -> list[Answer]:
    query = select(AnswerRow.content).where(AnswerRow.room_sid == room_sid)
    rows = await _rows(connection, query, AnswerRow.sequence, since, most)
    return [Answer.model_validate_json(row["content"]) for row in rows]
