"""What hosts asked Sidenote to remember."""

from typing import Any, Final

from sqlalchemy import select, update

from records.connection import DatabaseConnection
from records.tables import TaskRow
from wire.tasks import Task

_ERASED: Final = {
    "state": "rejected",
    "what": "(erased)",
    "who": "",
    "due": "",
    "due_spoken": "",
    "quote": "",
    "segment_id": "",
}


class TaskRecords(DatabaseConnection):
    """The tasks of meetings; of each the newest version.

    The store is the one place that knows a task: the agent and the token server change it here,
    each from the version that it has read, and the agent sends out what is not announced yet.
    """

    async def put_task(self, room_sid: str, task: Task) -> bool:
        """Keep a new task or the next version of one; False if somebody else has changed it."""
        row = {"room_sid": room_sid, **task.model_dump(exclude={"v"}), "announced": False}
        statement = self._insert(TaskRow).values(**row)
        # A new version keeps the number under which the last one was sent, until it is sent.
        changes = {key: value for key, value in row.items() if key != "sequence"}
        statement = statement.on_conflict_do_update(
            index_elements=[TaskRow.id],
            set_=changes,
            where=(TaskRow.version == task.version - 1) & (TaskRow.room_sid == room_sid),
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def announce_task(self, room_sid: str, task: Task) -> None:
        """Note under which number a version is sent; a newer one stays to be announced."""
        statement = (
            update(TaskRow)
            .where(
                TaskRow.room_sid == room_sid,
                TaskRow.id == task.id,
                TaskRow.version == task.version,
            )
            .values(sequence=task.sequence, announced=True)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def find_task(self, room_sid: str, task_id: str) -> Task | None:
        """Return a task, or None."""
        tasks = await self._select_tasks(TaskRow.room_sid == room_sid, TaskRow.id == task_id)
        return tasks[0] if tasks else None

    async def list_tasks(self, room_sid: str) -> list[Task]:
        """Return the tasks of a meeting, oldest first."""
        return await self._select_tasks(TaskRow.room_sid == room_sid)

    async def list_unannounced_tasks(self, room_sid: str) -> list[Task]:
        """Return the tasks whose newest version has not been sent to the hosts, oldest first."""
        return await self._select_tasks(TaskRow.room_sid == room_sid, TaskRow.announced.is_(False))

    async def erase_spoken_tasks(self, room_sid: str, host_identity: str) -> int:
        """Forget what a host's spoken tasks say, and return how many those were.

        They stay as rejected ones without words: pages that show them are told so.

        Raises:
            StoreUnavailableError: nothing was erased, or traces are left; erase again.
        """
        statement = (
            update(TaskRow)
            .where(
                TaskRow.room_sid == room_sid,
                TaskRow.host_identity == host_identity,
                TaskRow.segment_id != "",
            )
            .values(**_ERASED, version=TaskRow.version + 1, announced=False)
        )
        async with self._transaction() as connection:
            erased = (await connection.execute(statement)).rowcount
        await self._scrub(deleted=erased > 0)
        return erased

    async def _select_tasks(self, *conditions: Any) -> list[Task]:
        query = (
            select(TaskRow.__table__).where(*conditions).order_by(TaskRow.created_at_ms, TaskRow.id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_task(dict(row)) for row in rows]


def read_task(row: dict[str, Any]) -> Task:
    """Return the task that a row of the table holds."""
    del row["room_sid"], row["announced"]
    return Task(**row)
