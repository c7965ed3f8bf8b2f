"""What is forgotten after the call: a participant's words, a meeting, and meetings of long ago.

During the call the agent has to forget too; see `agent.call`.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from records.answers import AnswerRecords
from records.erasures import ErasureRecords
from records.meetings import MeetingRecords
from records.tables import BriefRow, ConsentRow, MeetingRow, RoomRow, SoundConsentRow, UploadRow
from records.tasks import TaskRecords


class ForgettingRecords(MeetingRecords, ErasureRecords, TaskRecords, AnswerRecords):
    """Forgets with every trace in the file of a SQLite database."""

    async def forget_words(self, room_sid: str, identity: str) -> int | None:
        """Forget what a participant said, and all that rests on it; return the segments erased.

        What rests on it: see `erase_speaker`; and answers, and tasks that were spoken. Files with
        the participant's voice are left; see `records.sound.delete_erased_sound`.

        Returns:
            None: there is no such meeting.

        Raises:
            StoreUnavailableError: not all is forgotten, or traces are left; do it again.
        """
        meeting = await self.find_meeting(room_sid)
        if meeting is None:
            return None
        for answer in await self.list_answers(room_sid):
            if identity in answer.rests_on:
                await self.put_answer(room_sid, answer.without(identity))
        await self.scrub_answers()
        await self.erase_spoken_tasks(room_sid, identity)
        return await self.erase_speaker(
            room_sid,
            identity,
            transcript_sequence=meeting.last_transcript_sequence + 1,
            sequence=meeting.last_sequence,
        )

    async def forget_meetings(self, room_sids: Sequence[str]) -> int:
        """Forget meetings with all that belongs to them; return how many there were.

        Raises:
            StoreUnavailableError: nothing is forgotten, or traces are left; do it again.
        """
        statement = delete(MeetingRow).where(MeetingRow.room_sid.in_(room_sids))
        async with self._transaction() as connection:
            deleted = (await connection.execute(statement)).rowcount
        await self._scrub(deleted=deleted > 0)
        return deleted

    async def forget_closed_rooms(self, *, before_ms: int) -> int:
        """Forget rooms that were closed before a time, and return how many there were.

        With them go their goals, their briefs, and who had agreed to what. Their meetings stay.

        Raises:
            StoreUnavailableError: nothing is forgotten, or traces are left; do it again.
        """
        closed = RoomRow.closed_at_ms < before_ms
        names = select(RoomRow.name).where(closed)
        async with self._transaction() as connection:
            for of_room in (BriefRow, ConsentRow, SoundConsentRow):
                await connection.execute(delete(of_room).where(of_room.room_name.in_(names)))
            deleted = (await connection.execute(delete(RoomRow).where(closed))).rowcount
        await self._scrub(deleted=deleted > 0)
        return deleted

    async def remove_traces(self) -> None:
        """Go on with what an erasure has left in the file, be it of an earlier process.

        Raises:
            StoreUnavailableError: traces are left; do it again.
        """
        await self._scrub(deleted=False)

    async def list_ended_meetings(self, *, before_ms: int, most: int) -> list[str]:
        """Return the keys of meetings that ended before a time, the oldest first.

        A recording was over when it was given, also if it was never transcribed to its end.
        """
        query = (
            select(MeetingRow.room_sid)
            .outerjoin(UploadRow, UploadRow.room_sid == MeetingRow.room_sid)
            .where(func.coalesce(MeetingRow.ended_at_ms, UploadRow.created_at_ms) < before_ms)
            .order_by(MeetingRow.started_at_ms)
            .limit(most)
        )
        async with self._transaction() as connection:
            return list((await connection.execute(query)).scalars())
