"""Keeps what is heard of a recording in the store: every final once, in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from agent.ears import Clock
from agent.transcribe.progress import Progress
from agent.transcribe.reading import RecordingReader
from records import RecordRefusedError, Store, StoreUnavailableError, Upload
from transcript_buffer import Segment
from wire.coverage import SpeakerCoverage

logger = logging.getLogger("sidenote.transcription")

ANYBODY: Final = ("speaker", "Speaker")
"""Identity and name of everybody, until all of a recording is heard."""
RETRY_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 120.0
"""How long a store that is away is waited for; then the job ends, and another one takes the
recording up."""


class UploadGoneError(Exception):
    """The upload was deleted while it was transcribed."""


class UploadKeeping:
    """The records of one upload. A line has its id by its number: the store keeps each id once.

    Every method raises `UploadGoneError` when the upload was deleted, and `StoreUnavailableError`
    when the store is away for long.
    """

    def __init__(self, store: Store, upload: Upload, now: Clock) -> None:
        """Take what is needed; call `open` first."""
        self._store = store
        self.upload = upload
        self._now = now
        self._sequence = 0

    @property
    def kept(self) -> int:
        """The number of the last final that was kept; 0: none was."""
        return self._sequence

    async def open(self) -> None:
        """Count on from the last final that an earlier job has kept."""
        meeting = await self._store.find_meeting(self.upload.room_sid)
        if meeting is None:
            raise UploadGoneError
        self._sequence = meeting.last_transcript_sequence

    async def keep(
        self,
        number: int,
        text: str,
        start_seconds: float,
        end_seconds: float,
        speaker: tuple[str, str] = ANYBODY,
    ) -> None:
        """Keep a final; one that an earlier job has kept is not kept again.

        Args:
            number: of the line in the recording, from 0.
            text: what was said.
            start_seconds: from the beginning of the recording.
            end_seconds: likewise.
            speaker: identity and name.
        """
        began = self.upload.started_at_ms / 1000
        segment = Segment(
            id=self._id_of(number),
            speaker=speaker[0],
            name=speaker[1],
            role="guest",
            text=text,
            start_seconds=began + start_seconds,
            end_seconds=began + end_seconds,
            final=True,
            sequence=self._sequence + 1,
        )

        async def keep() -> bool:
            return await self._store.add_segment(self.upload.room_sid, segment)

        if await self._patiently(keep):
            self._sequence += 1

    async def note(self, progress: Progress) -> None:
        """Note up to where everything is kept."""

        async def note() -> bool:
            return await self._store.note_upload_position(
                self.upload.room_sid,
                position_ms=round(progress.position_seconds * 1000),
                speed=progress.speed,
                now_ms=round(self._now() * 1000),
            )

        if not await self._patiently(note):
            raise UploadGoneError

    async def name_speakers(self, speakers: Mapping[int, int]) -> None:
        """Say who spoke which line, by their numbers."""
        names = {self._id_of(number): speaker_of(one) for number, one in speakers.items()}

        async def name() -> bool:
            await self._store.name_speakers(self.upload.room_sid, names)
            return True

        await self._patiently(name)

    async def end(self, job_id: str, speakers: int, coverage: SpeakerCoverage) -> None:
        """End the meeting where the recording ends, and the upload after it."""
        room_sid = self.upload.room_sid

        async def end() -> bool:
            await self._store.put_coverage(room_sid, job_id, [coverage])
            await self._store.end_meeting(room_sid, now_ms=self.upload.created_at_ms)
            await self._store.finish_upload(
                room_sid, speakers=speakers, now_ms=round(self._now() * 1000)
            )
            return True

        await self._patiently(end)

    def coverage(
        self, reader: RecordingReader, *, sent: float, recognized: float
    ) -> SpeakerCoverage:
        """Return the coverage of the recording.

        Args:
            reader: that has read all of it.
            sent: seconds that were recognized, with text or without.
            recognized: seconds that became text.
        """
        received, unreadable = reader.position_seconds, reader.unreadable_seconds
        return SpeakerCoverage(
            identity="recording",
            name=self.upload.name[:256],
            received_seconds=round(received, 2),
            silent_seconds=round(max(0.0, received - unreadable - sent), 2),
            sent_seconds=round(sent, 2),
            recognized_seconds=round(recognized, 2),
            without_text_seconds=round(max(0.0, sent - recognized), 2),
            dropped_seconds={"decode_error": round(unreadable, 2)} if unreadable else {},
        )

    def _id_of(self, number: int) -> str:
        return f"SG_{self.upload.room_sid}_{number:06}"

    async def _patiently(self, act: Callable[[], Awaitable[bool]]) -> bool:
        """Do something in the store, which may be away for some time."""
        until = self._now() + PATIENCE_SECONDS
        while True:
            try:
                return await act()
            except RecordRefusedError:
                if await self._store.find_upload(self.upload.room_sid) is None:
                    raise UploadGoneError from None
                raise
            except StoreUnavailableError as error:
                if self._now() >= until:
                    raise
                logger.warning("a recording waits for the store", extra={"error": str(error)})
            await asyncio.sleep(RETRY_SECONDS)


def speaker_of(number: int) -> tuple[str, str]:
    """Return identity and name of a speaker, counted from 1."""
    return f"speaker-{number}", f"Speaker {number}"
