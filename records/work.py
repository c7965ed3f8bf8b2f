"""What waits to be done for meetings, and who does it: at most one worker, by a lease."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from records.connection import DatabaseConnection
from records.tables import MeetingRow, SegmentRow, WorkRow

WorkKind = Literal["minutes"]
WorkState = Literal["waiting", "under_way", "done", "failed"]
"""failed: it was tried so often that nobody tries again, until it is asked for anew."""
MINUTES: Final[WorkKind] = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing to do for one meeting."""

    id: str
    kind: WorkKind
    room_sid: str
    template: str
    """Empty: the one that the meeting's playbook names, else the worker's own."""
    profile_id: str
    """Whose personal minutes; empty: everybody's."""
    state: WorkState
    attempts: int
    """How often somebody has begun it."""
    due_at_ms: int
    reason: str
    """Why the last attempt failed, in words for people; empty: none has."""


class WorkRecords(DatabaseConnection):
    """Work that waits, is under way, is done or was given up."""

    async def request_minutes(
        self, room_sid: str, *, template: str = "", profile_id: str = "", now_ms: int
    ) -> Work | None:
        """Have minutes written, or written anew; None: there is no such meeting.

        Asked for while they are being written, they are written once more behind that.
        """
        async with self._transaction() as connection:
            known = select(MeetingRow.room_sid).where(MeetingRow.room_sid == room_sid)
            if (await connection.execute(known)).first() is None:
                return None
            await queue_minutes(
                self._insert, connection, room_sid, [(template, profile_id)], now_ms
            )
        found = await self._select_work(
            WorkRow.room_sid == room_sid,
            WorkRow.template == template,
            WorkRow.profile_id == profile_id,
        )
        return found[0] if found else None

    async def list_work(self, room_sid: str) -> list[Work]:
        """Return all work of a meeting, whatever has become of it."""
        return await self._select_work(WorkRow.room_sid == room_sid)

    async def claim_work(
        self, holder: str, *, now_ms: int, lease_seconds: float, room_sid: str | None = None
    ) -> Work | None:
        """Take what is due longest; None: nothing is.

        What a dead worker has begun is due when its lease is over. Two never work for the same
        meeting at once: what it has cost is added up by one.

        Args:
            holder: who takes it.
            now_ms: the time.
            lease_seconds: how long nobody else may take it; see `renew_work`.
            room_sid: work for this meeting only; None: for any meeting that has ended. While a
                call goes on, its own agent does the work, and adds up what it costs.
        """
        free = (WorkRow.state == "waiting") | (
            (WorkRow.state == "under_way") & (WorkRow.holder_until_ms <= now_ms)
        )
        claimable = free & (WorkRow.due_at_ms <= now_ms) & ~_meeting_is_worked_for(now_ms)
        of_meetings = (
            exists().where(
                MeetingRow.room_sid == WorkRow.room_sid, MeetingRow.ended_at_ms.is_not(None)
            )
            if room_sid is None
            else WorkRow.room_sid == room_sid
        )
        longest_due = (
            select(WorkRow.id)
            .where(claimable, of_meetings)
            .order_by(WorkRow.due_at_ms, WorkRow.id)
            .limit(1)
        )
        async with self._transaction() as connection:
            work_id = (await connection.execute(longest_due)).scalar()
            if work_id is None:
                return None
            taken = await connection.execute(
                update(WorkRow)
                .where(WorkRow.id == work_id, claimable)
                .values(
                    state="under_way",
                    attempts=WorkRow.attempts + 1,
                    holder=holder,
                    holder_until_ms=now_ms + round(lease_seconds * 1000),
                )
            )
            if taken.rowcount != 1:
                return None  # somebody else was quicker; there may be more next time
        found = await self._select_work(WorkRow.id == work_id)
        return found[0] if found else None

    async def renew_work(
        self, work_id: str, holder: str, *, now_ms: int, lease_seconds: float
    ) -> bool:
        """Hold on to work that takes longer; False: somebody else has it, or it is gone."""
        until = now_ms + round(lease_seconds * 1000)
        return await self._change_held(work_id, holder, holder_until_ms=until)

    async def finish_work(self, work_id: str, holder: str) -> bool:
        """Note that work is done; False: it was asked for anew meanwhile, or is gone."""
        return await self._change_held(
            work_id, holder, state="done", attempts=0, holder="", reason=""
        )

    async def put_work_back(
        self, work_id: str, holder: str, *, due_at_ms: int, reason: str, give_up: bool
    ) -> bool:
        """Note that an attempt failed; False: it was asked for anew meanwhile, or is gone.

        Args:
            work_id: of the work.
            holder: who tried.
            due_at_ms: when it is tried again.
            reason: why it failed, in words for people.
            give_up: whether nobody tries again.
        """
        return await self._change_held(
            work_id,
            holder,
            state="failed" if give_up else "waiting",
            due_at_ms=due_at_ms,
            holder="",
            reason=reason,
        )

    async def _change_held(self, work_id: str, held_by: str, **values: Any) -> bool:
        statement = (
            update(WorkRow)
            .where(WorkRow.id == work_id, WorkRow.holder == held_by, WorkRow.state == "under_way")
            .values(**values)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def _select_work(self, *conditions: ColumnElement[bool]) -> list[Work]:
        query = select(WorkRow.__table__).where(*conditions).order_by(WorkRow.due_at_ms, WorkRow.id)
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_work(row) for row in rows]


async def queue_minutes(
    insert: Any,
    connection: AsyncConnection,
    room_sid: str,
    wanted: Sequence[tuple[str, str]],
    now_ms: int,
) -> None:
    """Have minutes written anew, within a transaction of somebody else's.

    Args:
        insert: the database's own INSERT.
        connection: of the transaction.
        room_sid: of the meeting.
        wanted: template and profile of each; both may be empty.
        now_ms: the time.
    """
    for template, profile_id in wanted:
        anew = {
            "state": "waiting",
            "attempts": 0,
            "due_at_ms": now_ms,
            "holder": "",
            "holder_until_ms": 0,
            "reason": "",
        }
        keys = {
            "room_sid": room_sid,
            "kind": MINUTES,
            "template": template,
            "profile_id": profile_id,
        }
        statement = insert(WorkRow).values(id=f"WK_{secrets.token_hex(8)}", **keys, **anew)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=list(keys), set_=anew)
        )


async def queue_minutes_of_end(
    insert: Any, connection: AsyncConnection, room_sid: str, now_ms: int
) -> None:
    """Have the minutes of a meeting written that has ended; without a word in it there are none."""
    said = select(SegmentRow.id).where(SegmentRow.room_sid == room_sid).limit(1)
    if (await connection.execute(said)).first() is not None:
        await queue_minutes(insert, connection, room_sid, [("", "")], now_ms)


async def queue_minutes_if_ended(insert: Any, connection: AsyncConnection, room_sid: str) -> None:
    """Have all minutes of a meeting written anew if it has ended: its transcript has grown since.

    In the transaction in which it grows: whoever dies behind that leaves no minutes that lack it.
    """
    ended = select(MeetingRow.room_sid).where(
        MeetingRow.room_sid == room_sid, MeetingRow.ended_at_ms.is_not(None)
    )
    if (await connection.execute(ended)).first() is None:
        return
    asked = select(WorkRow.template, WorkRow.profile_id).where(
        WorkRow.room_sid == room_sid, WorkRow.kind == MINUTES
    )
    rows = (await connection.execute(asked)).all()
    wanted = {("", ""), *((template, profile_id) for template, profile_id in rows)}
    await queue_minutes(insert, connection, room_sid, sorted(wanted), now_ms=0)


def _meeting_is_worked_for(now_ms: int) -> ColumnElement[bool]:
    other = aliased(WorkRow)
    return exists().where(
        other.room_sid == WorkRow.room_sid,
        other.id != WorkRow.id,
        other.state == "under_way",
        other.holder_until_ms > now_ms,
    )


def _work(row: Mapping[Any, Any]) -> Work:
    return Work(**{field: row[field] for field in Work.__dataclass_fields__})
