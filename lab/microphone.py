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
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait_until_begun(self) -> None:
        """Wait until its first sample has been handed over; `start_seconds` is known then."""
        await self._begun.wait()

    async def wait(self) -> None:
        """Wait until it has been played."""
        await self._over.wait()

    def take(self, count: int, leaves_at: float) -> Samples:
        """Return the next samples, at most `count`, which are heard from `leaves_at` on."""
        if self._position == 0:
            self.start_seconds = leaves_at
            self._begun.set()
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
    """An open microphone: what surrounds it, unless something is said; what is said on top.

    `run` belongs into a task.
    """

    def __init__(self, background: Samples | None = None, *, drop_every: int = 0) -> None:
        """Open it.

        Args:
            background: noise that is heard all the time, repeated; None: silence.
            drop_every: leave out one frame of so many, as a broken client does; 0: none.
        """
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=_QUEUE_MS)
        self.track = self.new_track()
        self._waiting: deque[Speech] = deque()
        self._heard_samples = 0
        self._backgrounds: list[tuple[Samples, int]] = []
        """Each with the sample at which it began."""
        if background is not None:
            self.surround(background)
        self._drop_every = drop_every

    def new_track(self) -> rtc.LocalAudioTrack:
        """Return another track of the same microphone, for a room that is joined again."""
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        return self.track

    def surround(self, background: Samples) -> None:
        """Let noise be heard from now on, repeated, beside what is heard already."""
        if len(background):
            self._backgrounds.append((background, self._heard_samples))

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
        number = self._heard_samples // _FRAME_SAMPLES
        frame = self._with_background(frame)
        if self._drop_every and number % self._drop_every == 0:
            return  # taken, and never handed on
        await self._source.capture_frame(
            rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE_HZ, 1, _FRAME_SAMPLES)
        )

    def _with_background(self, frame: Samples) -> Samples:
        start = self._heard_samples
        self._heard_samples += len(frame)
        if not self._backgrounds:
            return frame
        mixed = frame.astype(np.int32)
        for background, began in self._backgrounds:
            places = np.arange(start - began, start - began + len(frame)) % len(background)
            mixed += background[places]
        limits = np.iinfo(np.int16)
        return np.asarray(np.clip(mixed, limits.min, limits.max), dtype=np.int16)
