"""A recording given to a provider as a whole, which tells the speakers apart itself."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agent.stt.elevenlabs_recording import BYTES_PER_SECOND, MODEL, ElevenLabsRecordings
from agent.transcribe.keeping import UploadKeeping, speaker_of
from agent.transcribe.lines import SpokenLine, lines_of
from agent.transcribe.progress import Progress
from agent.transcribe.reading import RecordingReader
from agent.usage import Reserve, Usage
from records.scratch import scratch_folder

_FIRST_NUMBER: Final = 500_000
"""Of a provider's lines; those of our own stretches are numbered from 0."""


class ProviderTranscription:
    """Has one recording transcribed by one request."""

    def __init__(
        self,
        keeping: UploadKeeping,
        path: Path,
        recordings: ElevenLabsRecordings,
        reserve: Reserve,
        *,
        job_id: str,
        most_seconds: float,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Take what is needed; see `run`."""
        self._keeping = keeping
        self._reader = RecordingReader(path, most_seconds=most_seconds)
        self._recordings = recordings
        self._reserve = reserve
        self._job_id = job_id
        self._on_progress = on_progress

    async def run(self) -> int | None:
        """Keep what the provider hears, and return how many speakers there are.

        None: a cap leaves no money for it, and nothing was sent.

        Raises:
            RecordingError: the recording cannot be read.
            APIError: the provider gave no transcript.
            StoreUnavailableError: the store is away for long.
            UploadGoneError: the upload was deleted.
        """
        with scratch_folder() as folder:
            pcm = folder / "recording.pcm"
            seconds = await asyncio.to_thread(self._decode, pcm)
            usage = Usage(provider="ElevenLabs", model=MODEL, amounts={"audio_seconds": seconds})
            reservation = self._reserve(usage)
            if reservation is None:
                return None
            try:
                words = await self._recordings.transcribe(pcm, seconds)
            except BaseException:
                reservation.settle(None)
                raise
            reservation.settle(usage)
        lines = list(lines_of(words))
        await self._keep(lines, seconds)
        speakers = len({line.speaker for line in lines})
        spoken = sum(line.end_seconds - line.start_seconds for line in lines)
        coverage = self._keeping.coverage(self._reader, sent=spoken, recognized=spoken)
        await self._keeping.end(self._job_id, speakers, coverage)
        self._on_progress(Progress(seconds, seconds, None))
        return speakers

    def _decode(self, pcm: Path) -> float:
        """Write the samples of the recording to a file; return its length."""
        with pcm.open("wb") as file:
            for block in self._reader.blocks():
                file.write(block.tobytes())
            return file.tell() / BYTES_PER_SECOND

    async def _keep(self, lines: list[SpokenLine], seconds: float) -> None:
        """Keep the lines behind what an earlier job has kept: a second answer may differ."""
        position = self._keeping.upload.position_ms / 1000
        for line in lines:
            if line.start_seconds < position:
                continue
            await self._keeping.keep(
                _FIRST_NUMBER + self._keeping.kept,
                line.text,
                line.start_seconds,
                line.end_seconds,
                speaker_of(line.speaker),
            )
            await self._keeping.note(Progress(line.end_seconds, seconds, None))
