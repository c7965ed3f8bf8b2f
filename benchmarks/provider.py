"""A provider that costs nothing: the emulated ElevenLabs, and what it was sent and when."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.recognition import BYTES_PER_SECOND, Answers, Hearing, Voice
from lab.emulators.serving import running_emulator


@dataclass(slots=True)
class SentSegment:
    """What the provider was sent between two commits; times are since the Unix epoch."""

    begun_at_seconds: float
    """Its first audio came."""
    audio_bytes: int = 0
    committed_at_seconds: float | None = None
    """Its commit came; None: not yet."""

    @property
    def seconds(self) -> float:
        """Length of its audio."""
        return self.audio_bytes / BYTES_PER_SECOND


class NotedAnswers(Answers):
    """Answers at once, and notes what is sent."""

    def __init__(self, answers: Iterable[str] = ()) -> None:
        super().__init__(answers)
        self.segments: list[SentSegment] = []

    def open_segment(self, voice: Voice) -> Hearing:
        segment = SentSegment(time.time())
        self.segments.append(segment)
        return _NotedHearing(super().open_segment(voice), segment)


class _NotedHearing:
    def __init__(self, hearing: Hearing, segment: SentSegment) -> None:
        self._hearing = hearing
        self._segment = segment

    async def push(self, pcm: bytes) -> str:
        self._segment.audio_bytes += len(pcm)
        return await self._hearing.push(pcm)

    async def end(self) -> str:
        self._segment.committed_at_seconds = time.time()
        return await self._hearing.end()

    async def cancel(self) -> None:
        await self._hearing.cancel()


@dataclass(frozen=True, slots=True)
class EmulatedProvider:
    """A running emulator."""

    emulator: ElevenLabsEmulator
    answers: NotedAnswers

    @property
    def environment(self) -> dict[str, str]:
        """Settings of a worker that hears through it, and through nothing else."""
        return {
            "STT": "elevenlabs",
            "ELEVENLABS_API_KEY": API_KEY,
            "ELEVENLABS_BASE_URL": self.emulator.base_url,
        }


@asynccontextmanager
async def open_provider(answers: Iterable[str] = ()) -> AsyncIterator[EmulatedProvider]:
    """Run the emulator in this process.

    Args:
        answers: one text for each commit, in their order; then words made from the length.
    """
    noted = NotedAnswers(answers)
    async with running_emulator(ElevenLabsEmulator(noted)) as emulator:
        yield EmulatedProvider(emulator, noted)
