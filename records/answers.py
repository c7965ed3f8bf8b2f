"""What hosts asked about a call, and what was answered."""

from sqlalchemy import select

from records.connection import DatabaseConnection
from records.tables import AnswerRow
from wire.answers import Answer


class AnswerRecords(DatabaseConnection):
    """The answers of meetings; of each the newest version."""

    async def put_answer(self, room_sid: str, answer: Answer) -> None:
        """Keep an answer; a newer version replaces an older one."""
        row = {
            "id": answer.id,
            "room_sid": room_sid,
            "version": answer.version,
            "sequence": answer.sequence,
            "content": answer.model_dump_json(),
        }
        statement = self._insert(AnswerRow).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=[AnswerRow.id],
            set_=row,
            where=AnswerRow.version < statement.excluded.version,
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_answers(self, room_sid: str) -> list[Answer]:
        """Return the answers of a meeting by sequence number."""
        query = (
            select(AnswerRow.content)
            .where(AnswerRow.room_sid == room_sid)
            .order_by(AnswerRow.sequence)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).scalars().all()
        return [Answer.model_validate_json(row) for row in rows]

    async def scrub_answers(self) -> None:
        """Leave nothing in the file of what a newer version of an answer has replaced.

        Raises:
            StoreUnavailableError: traces are left; do it again.
        """
        await self._scrub(deleted=True)
