"""Who may be listened to, and when nobody was."""

from sqlalchemy import select, update

from records.connection import DatabaseConnection
from records.tables import ConsentRow, OffTheRecordRow
from wire.consent import ConsentAnswer


class ConsentRecords(DatabaseConnection):
    """Participants' answers, and the times off the record."""

    async def put_consent(
        self, room_name: str, identity: str, answer: ConsentAnswer, *, now_ms: int
    ) -> None:
        """Keep a participant's answer; the last one counts."""
        row = {
            "room_name": room_name,
            "identity": identity,
            "answer": answer,
            "answered_at_ms": now_ms,
        }
        keys = (ConsentRow.room_name, ConsentRow.identity)
        async with self._transaction() as connection:
            await connection.execute(self._upsert(ConsentRow, row, *keys))

    async def list_consents(self, room_name: str) -> dict[str, ConsentAnswer]:
        """Return the answers given in a room, by identity."""
        query = select(ConsentRow.identity, ConsentRow.answer).where(
            ConsentRow.room_name == room_name
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).all()
        return {identity: "yes" if answer == "yes" else "no" for identity, answer in rows}

    async def begin_off_the_record(self, room_sid: str, *, now_ms: int) -> None:
        """Record that everybody is off the record from now on."""
        statement = (
            self._insert(OffTheRecordRow)
            .values(room_sid=room_sid, started_at_ms=now_ms)
            .on_conflict_do_nothing()
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def end_off_the_record(self, room_sid: str, *, now_ms: int) -> None:
        """Record that everybody is on the record again."""
        statement = (
            update(OffTheRecordRow)
            .where(OffTheRecordRow.room_sid == room_sid, OffTheRecordRow.ended_at_ms.is_(None))
            .values(ended_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_off_the_record(self, room_sid: str) -> list[tuple[int, int | None]]:
        """Return when everybody was off the record: start and end (None: still), oldest first."""
        query = (
            select(OffTheRecordRow.started_at_ms, OffTheRecordRow.ended_at_ms)
            .where(OffTheRecordRow.room_sid == room_sid)
            .order_by(OffTheRecordRow.started_at_ms)
        )
        async with self._transaction() as connection:
            return [(row[0], row[1]) for row in await connection.execute(query)]
