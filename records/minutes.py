"""The minutes of meetings."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection
from records.tables import ErasureRow, MeetingRow, MinutesRow
from records.work import queue_minutes
from wire.minutes import Minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasuresSeen:
    """What had been erased from a meeting when its transcript was read."""

    numbers: frozenset[tuple[str, int]]
    """Identity and number of each erasure."""


class MinutesRecords(DatabaseConnection):
    """Minutes; by meeting, template and profile the newest version."""

    async def see_erasures(self, room_sid: str) -> ErasuresSeen:
        """Return what has been erased so far; call it before the transcript is read."""
        async with self._transaction() as connection:
            return await _erasures(connection, room_sid)

    async def put_minutes(self, minutes: Minutes, *, seen: ErasuresSeen) -> Minutes | None:
        """Keep minutes; return them with the version that they have become.

        The title of a meeting is that of the newest minutes written for everybody.

        Args:
            minutes: the version is given here.
            seen: what was erased when the transcript was read.

        Returns:
            None: words were erased since, or the meeting is gone; nothing was kept.
        """
        of_meeting = MeetingRow.room_sid == minutes.room_sid
        async with self._transaction() as connection:
            # First of all, and in every erasure too: one of the two waits for the other here.
            if not await lock_meeting(connection, minutes.room_sid):
                return None
            if await _erasures(connection, minutes.room_sid) != seen:
                return None
            if not minutes.profile_id:
                await connection.execute(
                    update(MeetingRow).where(of_meeting).values(title=minutes.title)
                )
            written = await connection.execute(select(MinutesRow.version).where(*_is_same(minutes)))
            version = (written.scalar() or 0) + 1
            kept = minutes.model_copy(update={"version": version})
            row = {
                "room_sid": kept.room_sid,
                "template": kept.template,
                "profile_id": kept.profile_id,
                "version": version,
                "written_at_ms": kept.written_at_ms,
                "content": kept.model_dump_json(),
            }
            keys = (MinutesRow.room_sid, MinutesRow.template, MinutesRow.profile_id)
            await connection.execute(self._upsert(MinutesRow, row, *keys))
        return kept

    async def find_minutes(
        self, room_sid: str, template: str | None = None, profile_id: str = ""
    ) -> Minutes | None:
        """Return minutes of a meeting, or None.

        Args:
            room_sid: of the meeting.
            template: by which they are written; None: the newest by any.
            profile_id: for whom; empty: for everybody.
        """
        conditions = [MinutesRow.profile_id == profile_id]
        if template is not None:
            conditions.append(MinutesRow.template == template)
        found = await self._select_minutes(MinutesRow.room_sid == room_sid, *conditions)
        return found[0] if found else None

    async def list_minutes(self, room_sid: str) -> list[Minutes]:
        """Return all minutes of a meeting, the newest first."""
        return await self._select_minutes(MinutesRow.room_sid == room_sid)

    async def _select_minutes(self, *conditions: ColumnElement[bool]) -> list[Minutes]:
        query = (
            select(MinutesRow.content)
            .where(*conditions, MinutesRow.content.is_not(None))
            .order_by(MinutesRow.written_at_ms.desc(), MinutesRow.template, MinutesRow.profile_id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).scalars().all()
        return [Minutes.model_validate_json(row) for row in rows if row is not None]


async def lock_meeting(connection: AsyncConnection, room_sid: str) -> bool:
    """Let nobody else lock a meeting before this transaction ends; False: there is none."""
    statement = (
        update(MeetingRow).where(MeetingRow.room_sid == room_sid).values(title=MeetingRow.title)
    )
    return (await connection.execute(statement)).rowcount == 1


async def forget_minutes(insert: Any, connection: AsyncConnection, room_sid: str) -> None:
    """Empty all minutes of a meeting and have them written anew, within another's transaction.

    Any of them may echo the words that are being erased: a model had read them.
    """
    written = (MinutesRow.room_sid == room_sid) & MinutesRow.content.is_not(None)
    rows = (
        await connection.execute(select(MinutesRow.template, MinutesRow.profile_id).where(written))
    ).all()
    await connection.execute(update(MinutesRow).where(written).values(content=None))
    if rows:
        untitled = update(MeetingRow).where(MeetingRow.room_sid == room_sid).values(title="")
        await connection.execute(untitled)
        wanted = [(template, profile_id) for template, profile_id in rows]
        await queue_minutes(insert, connection, room_sid, wanted, now_ms=0)


async def _erasures(connection: AsyncConnection, room_sid: str) -> ErasuresSeen:
    query = select(ErasureRow.identity, ErasureRow.transcript_sequence).where(
        ErasureRow.room_sid == room_sid
    )
    rows = (await connection.execute(query)).all()
    return ErasuresSeen(numbers=frozenset((identity, number) for identity, number in rows))


def _is_same(minutes: Minutes) -> tuple[ColumnElement[bool], ...]:
    return (
        MinutesRow.room_sid == minutes.room_sid,
        MinutesRow.template == minutes.template,
        MinutesRow.profile_id == minutes.profile_id,
    )
