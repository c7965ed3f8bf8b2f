"""Who works: the workers that are alive, and which agent serves which room."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, case, delete, select, update

from records.connection import DatabaseConnection
from records.tables import LeaseRow, MeetingRow, WorkerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one agent to serve a room."""

    room_name: str
    holder: str
    """Id of the job."""
    expires_at_ms: int
    leaving: bool
    """Whether the holder's worker shuts down: a successor may be sent, and may ask for it."""
    wanted_by: str | None
    """The job that waits for it; None: none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker as of its last beat."""

    id: str
    agent_name: str
    active_jobs: int
    seen_at_ms: int
    leaving: bool
    """Whether it shuts down and takes no more jobs."""


class WorkerRecords(DatabaseConnection):
    """Workers and leases."""

    async def take_lease(
        self,
        room_name: str,
        holder: str,
        *,
        now_ms: int,
        ttl_seconds: float,
        listens_to: str | None = None,
        heard_until_ms: int = 0,
    ) -> Lease | None:
        """Take or renew the lease of a room; None while somebody else holds it.

        Args:
            room_name: of the room.
            holder: id of the job.
            now_ms: the time.
            ttl_seconds: how long it holds.
            listens_to: sid of the meeting that the holder listens to now; None: to none yet.
            heard_until_ms: up to when all that was said in that is heard and kept.
        """
        row = {
            "room_name": room_name,
            "holder": holder,
            "expires_at_ms": now_ms + round(ttl_seconds * 1000),
        }
        is_renewed = LeaseRow.holder == holder
        statement = (
            self._insert(LeaseRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[LeaseRow.room_name],
                set_={
                    **row,
                    "leaving": and_(is_renewed, LeaseRow.leaving),
                    "wanted_by": case((is_renewed, LeaseRow.wanted_by), else_=None),
                },
                where=is_renewed | (LeaseRow.expires_at_ms <= now_ms),
            )
            .returning(LeaseRow.__table__)
        )
        async with self._transaction() as connection:
            found = (await connection.execute(statement)).first()
            if found and listens_to:
                await connection.execute(
                    update(MeetingRow)
                    .where(MeetingRow.room_sid == listens_to)
                    .values(seen_at_ms=heard_until_ms)
                )
        return Lease(**found._mapping) if found else None

    async def want_lease(self, room_name: str, holder: str) -> bool:
        """Ask the holder of a lease for it; False if the holder is not leaving."""
        statement = (
            update(LeaseRow)
            .where(LeaseRow.room_name == room_name, LeaseRow.leaving.is_(True))
            .values(wanted_by=holder)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def announce_leaving(self, worker_id: str, holders: Collection[str]) -> None:
        """Record that a worker shuts down, and that successors may ask for its jobs' leases."""
        async with self._transaction() as connection:
            await connection.execute(
                update(WorkerRow).where(WorkerRow.id == worker_id).values(leaving=True)
            )
            await connection.execute(
                update(LeaseRow).where(LeaseRow.holder.in_(holders)).values(leaving=True)
            )

    async def release_lease(self, room_name: str, holder: str) -> None:
        """Give the lease back; nothing happens if somebody else holds it."""
        statement = delete(LeaseRow).where(
            LeaseRow.room_name == room_name, LeaseRow.holder == holder
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def find_lease(self, room_name: str, *, now_ms: int) -> Lease | None:
        """Return the lease of a room, or None if there is none or it has run out."""
        query = select(LeaseRow.__table__).where(
            LeaseRow.room_name == room_name, LeaseRow.expires_at_ms > now_ms
        )
        async with self._transaction() as connection:
            row = (await connection.execute(query)).first()
        return Lease(**row._mapping) if row else None

    async def list_leases(self, *, now_ms: int | None) -> list[Lease]:
        """Return the leases that have not run out; with None also those that have."""
        query = select(LeaseRow.__table__)
        if now_ms is not None:
            query = query.where(LeaseRow.expires_at_ms > now_ms)
        async with self._transaction() as connection:
            return [Lease(**row._mapping) for row in await connection.execute(query)]

    async def beat_worker(
        self,
        worker_id: str,
        *,
        agent_name: str,
        active_jobs: int,
        now_ms: int,
        leaving: bool = False,
    ) -> None:
        """Record that a worker is alive and registered."""
        row = {
            "id": worker_id,
            "agent_name": agent_name,
            "active_jobs": active_jobs,
            "seen_at_ms": now_ms,
            "leaving": leaving,
        }
        async with self._transaction() as connection:
            await connection.execute(self._upsert(WorkerRow, row, WorkerRow.id))

    async def remove_worker(self, worker_id: str) -> None:
        """Forget a worker that has stopped."""
        async with self._transaction() as connection:
            await connection.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    async def list_workers(self, *, seen_after_ms: int) -> list[Worker]:
        """Return the workers whose last beat is newer than the given time."""
        query = select(WorkerRow.__table__).where(WorkerRow.seen_at_ms > seen_after_ms)
        async with self._transaction() as connection:
            return [Worker(**row._mapping) for row in await connection.execute(query)]
