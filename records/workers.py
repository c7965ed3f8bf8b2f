"""Who works: the workers that are alive, and which agent serves which room."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from records.connection import DatabaseConnection
from records.tables import LeaseRow, WorkerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one agent to serve a room."""

    room_name: str
    holder: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker as of its last beat."""

    id: str
    agent_name: str
    active_jobs: int
    seen_at_ms: int


class WorkerRecords(DatabaseConnection):
    """Workers and leases."""

    async def take_lease(
        self, room_name: str, holder: str, *, now_ms: int, ttl_seconds: float
    ) -> bool:
        """Take or renew the lease of a room; False while somebody else holds it."""
        row = {
            "room_name": room_name,
            "holder": holder,
            "expires_at_ms": now_ms + round(ttl_seconds * 1000),
        }
        statement = (
            self._insert(LeaseRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[LeaseRow.room_name],
                set_=row,
                where=(LeaseRow.holder == holder) | (LeaseRow.expires_at_ms <= now_ms),
            )
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def release_lease(self, room_name: str, holder: str) -> None:
        """Give the lease back; nothing happens if somebody else holds it."""
        statement = delete(LeaseRow).where(
            LeaseRow.room_name == room_name, LeaseRow.holder == holder
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_leases(self, *, now_ms: int) -> list[Lease]:
        """Return the leases that have not run out."""
        query = select(LeaseRow.__table__).where(LeaseRow.expires_at_ms > now_ms)
        async with self._transaction() as connection:
            return [Lease(**row._mapping) for row in await connection.execute(query)]

    async def beat_worker(
        self, worker_id: str, *, agent_name: str, active_jobs: int, now_ms: int
    ) -> None:
        """Record that a worker is alive and registered."""
        row = {
            "id": worker_id,
            "agent_name": agent_name,
            "active_jobs": active_jobs,
            "seen_at_ms": now_ms,
        }
        statement = (
            self._insert(WorkerRow)
            .values(**row)
            .on_conflict_do_update(index_elements=[WorkerRow.id], set_=row)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def remove_worker(self, worker_id: str) -> None:
        """Forget a worker that has stopped."""
        async with self._transaction() as connection:
            await connection.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    async def list_workers(self, *, seen_after_ms: int) -> list[Worker]:
        """Return the workers whose last beat is newer than the given time."""
        query = select(WorkerRow.__table__).where(WorkerRow.seen_at_ms > seen_after_ms)
        async with self._transaction() as connection:
            return [Worker(**row._mapping) for row in await connection.execute(query)]
