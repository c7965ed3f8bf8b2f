"""What is forgotten because its speaker wants it."""

from sqlalchemy import delete, select

from records.connection import DatabaseConnection
from records.minutes import forget_minutes, lock_meeting
from records.sound import erasure_of_sound
from records.tables import ErasureRow, SegmentRow, TalkingPointRow


class ErasureRecords(DatabaseConnection):
    """Erases a speaker's words, and remembers that it did."""

    async def erase_speaker(
        self, room_sid: str, identity: str, *, transcript_sequence: int, sequence: int
    ) -> int:
        """Forget what a participant said, and what rests on it; return the segments erased.

        What rests on it: talking points that quote it, and those for which a model read it, and
        the minutes, which are written anew without it. Files of recorded sound are given up, and
        `records.sound.delete_erased_sound` deletes them.

        When this returns, no byte of it is left in a SQLite file or beside it.

        Args:
            room_sid: of the meeting.
            identity: of the participant.
            transcript_sequence: number of the erasure, higher than any of the participant's finals.
            sequence: highest number of a message to hosts so far.

        Raises:
            StoreUnavailableError: nothing was erased, or traces are left; erase again.
        """
        note = {
            "room_sid": room_sid,
            "identity": identity,
            "transcript_sequence": transcript_sequence,
            "sequence": sequence,
        }
        written = select(TalkingPointRow.id, TalkingPointRow.read_identities).where(
            TalkingPointRow.room_sid == room_sid
        )
        async with self._transaction() as connection:
            # Minutes that have read it cannot be kept behind this; see `put_minutes`.
            await lock_meeting(connection, room_sid)
            keys = (ErasureRow.room_sid, ErasureRow.identity)
            await connection.execute(self._upsert(ErasureRow, note, *keys))
            rows = (await connection.execute(written)).all()
            echoing = [point_id for point_id, read in rows if identity in read]
            points = await connection.execute(
                delete(TalkingPointRow).where(
                    TalkingPointRow.room_sid == room_sid,
                    (TalkingPointRow.speaker_identity == identity)
                    | TalkingPointRow.id.in_(echoing),
                )
            )
            segments = await connection.execute(
                delete(SegmentRow).where(
                    SegmentRow.room_sid == room_sid, SegmentRow.speaker_identity == identity
                )
            )
            await connection.execute(erasure_of_sound(room_sid, identity))
            if segments.rowcount:
                await forget_minutes(self._insert, connection, room_sid)
        await self._scrub(deleted=points.rowcount + segments.rowcount > 0)
        return segments.rowcount

    async def list_erased_speakers(self, room_sid: str) -> list[str]:
        """Return the identities of those whose words were erased from a meeting."""
        query = select(ErasureRow.identity).where(ErasureRow.room_sid == room_sid)
        async with self._transaction() as connection:
            return list((await connection.execute(query)).scalars())
