"""What the hosts were told to say."""

from typing import Any

from sqlalchemy import select

from records.connection import DatabaseConnection
from records.tables import TalkingPointRow
from wire.talking_point import BriefLine, TalkingPoint


class TalkingPointRecords(DatabaseConnection):
    """The talking points of meetings; of each the newest version."""

    async def put_talking_point(self, room_sid: str, point: TalkingPoint) -> None:
        """Keep a talking point; a newer version replaces an older one."""
        answer = point.answer and point.answer.model_dump_json()
        columns = point.model_dump(mode="json", exclude={"v", "answer"})
        row = {"room_sid": room_sid, **columns, "answer": answer}
        statement = self._insert(TalkingPointRow).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=[TalkingPointRow.id],
            set_=row,
            where=TalkingPointRow.version < statement.excluded.version,
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_talking_points(self, room_sid: str) -> list[TalkingPoint]:
        """Return the talking points of a meeting by sequence number."""
        query = (
            select(TalkingPointRow.__table__)
            .where(TalkingPointRow.room_sid == room_sid)
            .order_by(TalkingPointRow.sequence)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [read_talking_point(dict(row)) for row in rows]


def read_talking_point(row: dict[str, Any]) -> TalkingPoint:
    """Return the talking point that a row of the table holds."""
    answer = row.pop("answer")
    del row["room_sid"]
    return TalkingPoint(**row, answer=answer and BriefLine.model_validate_json(answer))
