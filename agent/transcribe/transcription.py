"""One recording's way into a meeting: recognizes, keeps, tells voices apart, ends the meeting."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agent.ears import Clock
from agent.transcribe.hearing import hear_stretches
from agent.transcribe.keeping import UploadKeeping
from agent.transcribe.progress import Pace, Progress
from agent.transcribe.recognizers import StretchRecognizer
from agent.transcribe.speakers import VoiceSorter
from agent.transcribe.stretches import Stretch, Stretches
from agent.transcribe.voice_print import VoicePrint

NOTE_SECONDS: Final = 1.0
"""Between two notes of the position in the store."""


class Transcription:
    """Transcribes one recording from where its last job came to; what it keeps, it keeps once.

    The same recording gives the same stretches with the same numbers. So nothing needs to be
    remembered between two jobs but the position.
    """

    def __init__(
        self,
        keeping: UploadKeeping,
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
            keeping: of the upload, open.
            path: of the recording on this machine.
            recognizer: that hears it.
            job_id: whose coverage it is.
            most_seconds: a recording that turns out to be longer is refused.
            on_progress: is told after every final.
            now: the time in seconds.
        """
        self._keeping = keeping
        self._recognizer = recognizer
        self._job_id = job_id
        self._stretches = Stretches(path, most_seconds=most_seconds)
        self._on_progress = on_progress
        self._now = now
        self._voices = VoiceSorter()
        self._seconds = keeping.upload.duration_ms / 1000
        self._pace = Pace(self._seconds)
        self._noted_at = 0.0
        self._sent_seconds = self._recognized_seconds = 0.0

    async def run(self) -> int:
        """Transcribe what is left, and return how many voices were told apart.

        Raises:
            RecordingError: the recording cannot be read to its end.
            APIError: no recognizer answers.
            RecognizerError: the recognizer of this machine dies of the recording.
            StoreUnavailableError: the store is away for long.
            UploadGoneError: the upload was deleted.
        """
        from_seconds = self._keeping.upload.position_ms / 1000
        self._pace.begin(0.0, self._now())
        await hear_stretches(
            self._stretches.read(), self._recognizer, self._take, from_seconds=from_seconds
        )
        of_stretch = await asyncio.to_thread(self._voices.finish)
        await self._keeping.name_speakers(of_stretch)
        speakers = len(set(of_stretch.values()))
        coverage = self._keeping.coverage(
            self._stretches.reader, sent=self._sent_seconds, recognized=self._recognized_seconds
        )
        await self._keeping.end(self._job_id, speakers, coverage)
        self._on_progress(Progress(self._seconds, self._seconds, None))
        return speakers

    async def _take(self, stretch: Stretch, voice: VoicePrint, text: str | None) -> None:
        self._voices.push(stretch.number, voice)
        self._sent_seconds += stretch.seconds
        if text is None:
            self._recognized_seconds += stretch.seconds
            self._pace.begin(stretch.end_seconds, self._now())
            return
        if text:
            self._recognized_seconds += stretch.seconds
            await self._keeping.keep(
                stretch.number, text, stretch.start_seconds, stretch.end_seconds
            )
        progress = self._pace.note(stretch.end_seconds, self._now())
        self._on_progress(progress)
        if self._now() - self._noted_at >= NOTE_SECONDS:
            self._noted_at = self._now()
            await self._keeping.note(progress)
