"""How much of each participant was heard."""

from sqlalchemy import select

from records.connection import DatabaseConnection
from records.tables import CoverageRow
from wire.coverage import SpeakerCoverage


class CoverageRecords(DatabaseConnection):
    """The coverage of meetings, by agent and participant."""

    async def put_coverage(
        self, room_sid: str, job_id: str, speakers: list[SpeakerCoverage]
    ) -> None:
        """Keep what one agent has heard so far of each participant."""
        async with self._transaction() as connection:
            for speaker in speakers:
                row = {
                    "room_sid": room_sid,
                    "job_id": job_id,
                    "identity": speaker.identity,
                    "report": speaker.model_dump_json(),
                }
                keys = [CoverageRow.room_sid, CoverageRow.job_id, CoverageRow.identity]
                await connection.execute(self._upsert(CoverageRow, row, *keys))

    async def list_coverage(self, room_sid: str) -> list[SpeakerCoverage]:
        """Return what each agent of a meeting has heard of each participant."""
        query = (
            select(CoverageRow.report)
            .where(CoverageRow.room_sid == room_sid)
            .order_by(CoverageRow.identity, CoverageRow.job_id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).scalars().all()
        return [SpeakerCoverage.model_validate_json(row) for row in rows]
