"""The meetings, and what was said in them."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import case, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection, StoreUnavailableError
from records.minutes import lock_meeting
from records.tables import (
    AnswerRow,
    ErasureRow,
    GapRow,
    LifeRow,
    MeetingRow,
    RoomRow,
    SegmentRow,
    SpeakerRow,
    TalkingPointRow,
    TaskRow,
)
from records.work import queue_minutes_if_ended, queue_minutes_of_end
from transcript_buffer import Segment

MeetingKind = Literal["call", "upload"]

SAME_MEETING_SECONDS: Final = 600.0
"""People who come back so long after the media server has lost their room are in their meeting
still. Clients give up sooner, and who opens the link again by hand takes some minutes."""
_REOPENED: Final = {
    "ended_at_ms": None,
    # Between a proper end and this nobody was there to be heard: that is no gap.
    "seen_at_ms": case((MeetingRow.ended_at_ms.is_(None), MeetingRow.seen_at_ms), else_=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What the people in a room take for one meeting, however often the room was made anew."""

    room_sid: str
    """The key: of the room's first life. The room may have another sid by now."""
    room_name: str
    started_at_ms: int
    ended_at_ms: int | None
    """None: it goes on, or whoever served it died and nobody has taken it up yet."""
    kind: MeetingKind
    seen_at_ms: int | None
    """Up to when all that was said is heard and kept; None: no agent has listened."""
    title: str
    """From its minutes; empty: there are none."""
    last_sequence: int
    """Highest number of a message to hosts so far; 0: there is none."""
    last_transcript_sequence: int
    """Highest number of a final, an erasure or a gap so far; 0: there is none."""


class MeetingRecords(DatabaseConnection):
    """Meetings with their segments."""

    async def open_meeting(
        self, room_sid: str, *, room_name: str, now_ms: int, kind: MeetingKind = "call"
    ) -> Meeting:
        """Record that a meeting has begun, or take up one that an earlier agent began.

        A room that the media server has made anew under its people (after a failover or a restart)
        has another sid, and is the same meeting: one of the room's name that nobody has ended and
        that was seen lately, unless the room was closed and opened again since.

        Returns:
            The meeting; its `room_sid` may be another than that of the room. It is not ended.
        """
        async with self._transaction() as connection:
            meeting_sid = await _known_sid(connection, room_sid)
            if meeting_sid is None:
                meeting_sid = await _earlier_sid(connection, room_name, now_ms)
                if meeting_sid:
                    life = {"life_sid": room_sid, "room_sid": meeting_sid, "began_at_ms": now_ms}
                    await connection.execute(self._insert(LifeRow).values(**life))
            row = {
                "room_sid": meeting_sid or room_sid,
                "room_name": room_name,
                "started_at_ms": now_ms,
                "kind": kind,
            }
            await connection.execute(
                self._insert(MeetingRow)
                .values(**row)
                .on_conflict_do_update(index_elements=[MeetingRow.room_sid], set_=_REOPENED)
            )
        meeting = await self.find_meeting(room_sid)
        if meeting is None:
            raise StoreUnavailableError(
                "a meeting vanished while it was opened; start the call anew"
            )
        return meeting

    async def end_meeting(self, room_sid: str, *, now_ms: int) -> None:
        """Record when a meeting ended, and have its minutes written."""
        statement = (
            update(MeetingRow).where(MeetingRow.room_sid == room_sid).values(ended_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)
            await queue_minutes_of_end(self._insert, connection, room_sid, now_ms)

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

    async def list_open_meetings(self) -> list[Meeting]:
        """Return the calls that nobody has ended, oldest first."""
        query = (
            select(MeetingRow.room_sid)
            .where(MeetingRow.ended_at_ms.is_(None), MeetingRow.kind == "call")
            .order_by(MeetingRow.started_at_ms, MeetingRow.room_sid)
        )
        async with self._transaction() as connection:
            sids = (await connection.execute(query)).scalars().all()
        return [meeting for sid in sids if (meeting := await self.find_meeting(sid))]

    async def find_meeting(self, room_sid: str) -> Meeting | None:
        """Return the meeting of a room's life, the first or a later one, or None."""
        async with self._transaction() as connection:
            meeting_sid = await _known_sid(connection, room_sid)
            query = select(
                MeetingRow.__table__,
                # What is erased leaves no number behind; the erasure remembers the highest.
                _highest(
                    meeting_sid,
                    TalkingPointRow.sequence,
                    TaskRow.sequence,
                    AnswerRow.sequence,
                    ErasureRow.sequence,
                ).label("last_sequence"),
                highest_transcript_sequence(meeting_sid).label("last_transcript_sequence"),
            ).where(MeetingRow.room_sid == meeting_sid)
            row = (await connection.execute(query)).first()
        return Meeting(**row._mapping) if row else None

    async def add_segment(
        self, room_sid: str, segment: Segment, *, erased_from: int | None = None
    ) -> bool:
        """Keep a final segment; False if one of its id is kept already.

        Args:
            room_sid: of the meeting.
            segment: final, and numbered.
            erased_from: it comes late: also False, and not kept, if its speaker's words were erased
                with a higher number than this; and if the meeting has ended, its minutes are
                written anew. None: whoever calls looks after that.

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
            if erased_from is not None:
                await lock_meeting(connection, room_sid)
                if await _is_erased(connection, room_sid, segment.speaker, erased_from):
                    return False
            kept = (await connection.execute(statement)).rowcount == 1
            if kept:
                await connection.execute(self._note_speaker(room_sid, segment))
                if erased_from is not None:
                    await queue_minutes_if_ended(self._insert, connection, room_sid)
            return kept

    def _note_speaker(self, room_sid: str, segment: Segment) -> Any:
        row = {
            "room_sid": room_sid,
            "identity": segment.speaker,
            "name": segment.name,
            "role": segment.role,
        }
        return (
            self._insert(SpeakerRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[SpeakerRow.room_sid, SpeakerRow.identity],
                set_={"name": segment.name},
                # Not a write for every final.
                where=SpeakerRow.name != segment.name,
            )
        )

    async def list_segments(self, room_sid: str) -> list[Segment]:
        """Return the final segments of a meeting in the order in which they were spoken."""
        query = (
            select(SegmentRow.__table__)
            .where(SegmentRow.room_sid == room_sid)
            .order_by(SegmentRow.started_at_ms, SegmentRow.id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_segment(row) for row in rows]


def read_segment(row: Any) -> Segment:
    """Return the final that a row of the table, as a mapping, holds."""
    return Segment(
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


async def _known_sid(connection: AsyncConnection, room_sid: str) -> str | None:
    """Return the sid of the meeting that a life of a room belongs to."""
    later = select(LifeRow.room_sid).where(LifeRow.life_sid == room_sid)
    first = select(MeetingRow.room_sid).where(MeetingRow.room_sid == room_sid)
    return (await connection.execute(union_all(later, first))).scalar()


async def _earlier_sid(connection: AsyncConnection, room_name: str, now_ms: int) -> str | None:
    """Return the sid of the meeting that goes on in a room of this name."""
    opened_at_ms = select(func.coalesce(func.max(RoomRow.created_at_ms), 0)).where(
        RoomRow.name == room_name
    )
    query = (
        select(MeetingRow.room_sid)
        .where(
            MeetingRow.room_name == room_name,
            MeetingRow.kind == "call",
            MeetingRow.ended_at_ms.is_(None),
            MeetingRow.started_at_ms >= opened_at_ms.scalar_subquery(),
            func.coalesce(MeetingRow.seen_at_ms, MeetingRow.started_at_ms)
            >= now_ms - round(SAME_MEETING_SECONDS * 1000),
        )
        .order_by(MeetingRow.started_at_ms.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar()


async def _is_erased(
    connection: AsyncConnection, room_sid: str, identity: str, number: int
) -> bool:
    query = select(ErasureRow.identity).where(
        ErasureRow.room_sid == room_sid,
        ErasureRow.identity == identity,
        ErasureRow.transcript_sequence > number,
    )
    return (await connection.execute(query)).first() is not None


def highest_transcript_sequence(room_sid: str | None) -> Any:
    """Return an expression for the highest number in the transcript of a meeting, or 0."""
    return _highest(
        room_sid, SegmentRow.sequence, ErasureRow.transcript_sequence, GapRow.transcript_sequence
    )


def _highest(room_sid: str | None, *columns: Any) -> Any:
    found = union_all(
        *(
            select(column.label("number")).where(column.class_.room_sid == room_sid)
            for column in columns
        )
    ).subquery()
    return select(func.coalesce(func.max(found.c.number), 0)).scalar_subquery()
