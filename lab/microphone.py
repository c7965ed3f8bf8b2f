"""A participant's microphone: plays speech into a real track, and knows when each sound left."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 16000
_FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 50
_QUEUE_MS: Final = 100

Samples = NDArray[np.int16]
"""Mono PCM at 16 kHz, shape (samples,)."""


@dataclass(slots=True, eq=False)
class Speech:
    """A piece of audio on its way through a microphone."""

    samples: Samples
    start_seconds: float = 0.0
    """When its first sample was really played, since the Unix epoch; 0 before."""
    end_seconds: float = 0.0
    """When its last sample was really played, since the Unix epoch; 0 before."""
    _position: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Wait until it has been played."""
        await self._over.wait()

    def take(self, count: int, leaves_at: float) -> Samples:
        """Return the next samples, at most `count`, which are heard from `leaves_at` on."""
        if self._position == 0:
            self.start_seconds = leaves_at
        taken = self.samples[self._position : self._position + count]
        self._position += len(taken)
        if self._position == len(self.samples):
            self.end_seconds = leaves_at + len(taken) / SAMPLE_RATE_HZ
            self._over.set()
        return taken

    @property
    def is_over(self) -> bool:
        """Whether every sample was taken."""
        return self._over.is_set()


class Microphone:
    """An open microphone: silence, unless something is said. `run` belongs into a task."""

    def __init__(self) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=_QUEUE_MS)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self._waiting: deque[Speech] = deque()

    def say(self, samples: Samples) -> Speech:
        """Play this after what is being said."""
        speech = Speech(samples)
        self._waiting.append(speech)
        return speech

    async def run(self) -> None:
        """Feed the track, in real time, until cancelled; then close it."""
        try:
            while True:
                await self._feed()
        finally:
            await self._source.aclose()

    async def _feed(self) -> None:
        frame = np.zeros(_FRAME_SAMPLES, np.int16)
        # What is handed over now is heard after what waits in the source.
        leaves_at = time.time() + self._source.queued_duration
        filled = 0
        while filled < _FRAME_SAMPLES and self._waiting:
            speech = self._waiting[0]
            taken = speech.take(_FRAME_SAMPLES - filled, leaves_at + filled / SAMPLE_RATE_HZ)
            frame[filled : filled + len(taken)] = taken
            filled += len(taken)
            if speech.is_over:
                self._waiting.popleft()
        await self._source.capture_frame(
            rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE_HZ, 1, _FRAME_SAMPLES)
        )
