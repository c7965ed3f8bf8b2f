"""Rooms that the token server created."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, select, update

from records.connection import DatabaseConnection
from records.tables import BriefRow, RoomRow
from wire.consent import ConsentPolicy
from wire.roles import RoomLife

GuestsRead = Literal["none", "transcript", "minutes"]
"""What guests may read of a room's meetings over HTTP; minutes: the transcript too, because they
quote it."""


class RoomExistsError(Exception):
    """A room of this name is open already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that the token server created."""

    name: str
    playbook: str | None
    consent: ConsentPolicy | None
    """None: the worker's own setting decides."""
    goal: str | None
    """What the hosts want of the call; None: nobody has said. It is in no token: guests read
    theirs."""
    guests_read: GuestsRead
    created_at_ms: int
    closed_at_ms: int | None

    @property
    def life(self) -> RoomLife:
        """What the roles of its people are sealed for."""
        return RoomLife(name=self.name, created_at_ms=self.created_at_ms)


class RoomRecords(DatabaseConnection):
    """Rooms, open until they are closed."""

    async def add_room(
        self,
        name: str,
        *,
        playbook: str | None,
        consent: ConsentPolicy | None = None,
        goal: str | None = None,
        guests_read: GuestsRead = "none",
        now_ms: int,
    ) -> Room:
        """Record a new room; a closed one of the same name is opened anew.

        Raises:
            RoomExistsError: it is open already.
        """
        row: dict[str, Any] = {
            "name": name,
            "playbook": playbook,
            "consent": consent,
            "goal": goal,
            "guests_read": guests_read,
            "created_at_ms": now_ms,
            "closed_at_ms": None,
        }
        insert = self._insert(RoomRow).values(**row)
        statement = insert.on_conflict_do_update(
            index_elements=[RoomRow.name], set_=row, where=RoomRow.closed_at_ms.is_not(None)
        )
        async with self._transaction() as connection:
            result = await connection.execute(statement)
            if result.rowcount != 1:
                raise RoomExistsError(name)
            # What the hosts of a closed room had written is not for those of the next.
            await connection.execute(delete(BriefRow).where(BriefRow.room_name == name))
        return Room(**row)

    async def find_room(self, name: str) -> Room | None:
        """Return a room, closed or not, or None if it was never created here."""
        async with self._transaction() as connection:
            row = (
                await connection.execute(select(RoomRow.__table__).where(RoomRow.name == name))
            ).first()
        return Room(**row._mapping) if row else None

    async def list_open_rooms(self) -> list[Room]:
        """Return the rooms that are not closed, oldest first."""
        query = (
            select(RoomRow.__table__)
            .where(RoomRow.closed_at_ms.is_(None))
            .order_by(RoomRow.created_at_ms, RoomRow.name)
        )
        async with self._transaction() as connection:
            return [Room(**row._mapping) for row in await connection.execute(query)]

    async def close_room(self, name: str, *, now_ms: int) -> bool:
        """Close a room for good; False if it was not open."""
        statement = (
            update(RoomRow)
            .where(RoomRow.name == name, RoomRow.closed_at_ms.is_(None))
            .values(closed_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1
