"""One recording's way into a meeting: recognizes, keeps, tells voices apart, ends the meeting."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from agent.ears import Clock
from agent.transcribe.hearing import hear_stretches
from agent.transcribe.progress import Pace, Progress
from agent.transcribe.recognizers import StretchRecognizer
from agent.transcribe.speakers import VoiceSorter
from agent.transcribe.stretches import Stretch, Stretches
from agent.transcribe.voice_print import VoicePrint
from records import RecordRefusedError, Store, StoreUnavailableError, Upload
from transcript_buffer import Segment
from wire.coverage import SpeakerCoverage

logger = logging.getLogger("sidenote.transcription")

ANYBODY: Final = ("speaker", "Speaker")
"""Identity and name of everybody, until all of a recording is heard."""
NOTE_SECONDS: Final = 1.0
"""Between two notes of the position in the store."""
RETRY_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 120.0
"""How long a store that is away is waited for; then the job ends, and another one takes the
recording up."""


class UploadGoneError(Exception):
    """The upload was deleted while it was transcribed."""


class Transcription:
    """Transcribes one recording from where its last job came to; what it keeps, it keeps once.

    The same recording gives the same stretches with the same ids, and the store keeps each id
    once. So nothing needs to be remembered between two jobs but the position.
    """

    def __init__(
        self,
        store: Store,
        upload: Upload,
        path: Path,
        recognizer: StretchRecognizer,
        *,
        job_id: str,
        most_seconds: float,
        on_progress: Callable[[Progress], None] = lambda _: None,
        now: Clock,
    ) -> None:
        """Take what is needed; see `run`.

        Args:
            store: where the finals go.
            upload: which one, begun.
            path: of the recording on this machine.
            recognizer: that hears it.
            job_id: whose coverage it is.
            most_seconds: a recording that turns out to be longer is refused.
            on_progress: is told after every final.
            now: the time in seconds.
        """
        self._store = store
        self._upload = upload
        self._recognizer = recognizer
        self._job_id = job_id
        self._stretches = Stretches(path, most_seconds=most_seconds)
        self._on_progress = on_progress
        self._now = now
        self._voices = VoiceSorter()
        self._pace = Pace(upload.duration_ms / 1000)
        self._sequence = 0
        self._noted_at = 0.0
        self._segment_ids: dict[int, str] = {}
        self._sent_seconds = self._recognized_seconds = 0.0

    async def run(self) -> int:
        """Transcribe what is left, and return how many voices were told apart.

        Raises:
            RecordingError: the recording cannot be read to its end.
            APIError: no recognizer answers.
            StoreUnavailableError: the store is away for long.
            UploadGoneError: the upload was deleted.
        """
        room_sid = self._upload.room_sid
        meeting = await self._store.find_meeting(room_sid)
        if meeting is None:
            raise UploadGoneError
        self._sequence = meeting.last_transcript_sequence
        from_seconds = self._upload.position_ms / 1000
        self._pace.begin(0.0, self._now())
        await hear_stretches(
            self._stretches.read(), self._recognizer, self._take, from_seconds=from_seconds
        )
        speakers = await self._name_speakers()
        await self._end(speakers)
        return speakers

    async def _take(self, stretch: Stretch, voice: VoicePrint, text: str | None) -> None:
        self._voices.push(stretch.number, voice)
        self._segment_ids[stretch.number] = self._id_of(stretch)
        self._sent_seconds += stretch.seconds
        if text is None:
            self._recognized_seconds += stretch.seconds
            self._pace.begin(stretch.end_seconds, self._now())
            return
        if text:
            self._recognized_seconds += stretch.seconds
            await self._keep(self._segment(stretch, text))
        progress = self._pace.note(stretch.end_seconds, self._now())
        self._on_progress(progress)
        if self._now() - self._noted_at >= NOTE_SECONDS:
            self._noted_at = self._now()
            await self._note(progress)

    def _id_of(self, stretch: Stretch) -> str:
        return f"SG_{self._upload.room_sid}_{stretch.number:06}"

    def _segment(self, stretch: Stretch, text: str) -> Segment:
        began = self._upload.started_at_ms / 1000
        identity, name = ANYBODY
        return Segment(
            id=self._id_of(stretch),
            speaker=identity,
            name=name,
            role="guest",
            text=text,
            start_seconds=began + stretch.start_seconds,
            end_seconds=began + stretch.end_seconds,
            final=True,
            sequence=self._sequence + 1,
        )

    async def _keep(self, segment: Segment) -> None:
        """Keep a final; one that an earlier job has kept is not kept again."""

        async def keep() -> bool:
            return await self._store.add_segment(self._upload.room_sid, segment)

        if await self._patiently(keep):
            self._sequence += 1

    async def _note(self, progress: Progress) -> None:
        async def note() -> bool:
            return await self._store.note_upload_position(
                self._upload.room_sid,
                position_ms=round(progress.position_seconds * 1000),
                speed=progress.speed,
                now_ms=round(self._now() * 1000),
            )

        if not await self._patiently(note):
            raise UploadGoneError

    async def _name_speakers(self) -> int:
        """Say who spoke what, now that everybody was heard; return how many there are."""
        of_stretch = await asyncio.to_thread(self._voices.finish)
        names = {
            self._segment_ids[number]: (f"speaker-{speaker}", f"Speaker {speaker}")
            for number, speaker in of_stretch.items()
        }

        async def name() -> bool:
            await self._store.name_speakers(self._upload.room_sid, names)
            return True

        await self._patiently(name)
        return len(set(of_stretch.values()))

    async def _end(self, speakers: int) -> None:
        """End the meeting where the recording ends, and the upload after it."""
        room_sid, upload = self._upload.room_sid, self._upload

        async def end() -> bool:
            await self._store.put_coverage(room_sid, self._job_id, [self._coverage()])
            await self._store.end_meeting(room_sid, now_ms=upload.created_at_ms)
            await self._store.finish_upload(
                room_sid, speakers=speakers, now_ms=round(self._now() * 1000)
            )
            return True

        await self._patiently(end)
        seconds = upload.duration_ms / 1000
        self._on_progress(Progress(seconds, seconds, None))

    def _coverage(self) -> SpeakerCoverage:
        received = self._stretches.position_seconds
        return SpeakerCoverage(
            identity="recording",
            name=self._upload.name[:256],
            received_seconds=round(received, 2),
            silent_seconds=round(max(0.0, received - self._sent_seconds), 2),
            sent_seconds=round(self._sent_seconds, 2),
            recognized_seconds=round(self._recognized_seconds, 2),
            without_text_seconds=round(self._sent_seconds - self._recognized_seconds, 2),
        )

    async def _patiently(self, act: Callable[[], Awaitable[bool]]) -> bool:
        """Do something in the store, which may be away for some time."""
        until = self._now() + PATIENCE_SECONDS
        while True:
            try:
                return await act()
            except RecordRefusedError:
                if await self._store.find_upload(self._upload.room_sid) is None:
                    raise UploadGoneError from None
                raise
            except StoreUnavailableError as error:
                if self._now() >= until:
                    raise
                logger.warning("a recording waits for the store", extra={"error": str(error)})
            await asyncio.sleep(RETRY_SECONDS)
