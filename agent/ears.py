"""A subscribed microphone track as mono 16 kHz frames of 64 ms, with the time of each."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from livekit import rtc

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.track_stream import FRAME_MS, TrackStream

Clock = Callable[[], float]
"""Returns the time in seconds since the Unix epoch."""

WAITING_FRAMES: Final = 10_000 // FRAME_MS
"""10 s of audio; with more waiting the oldest is dropped and counted."""


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """64 ms of a participant's microphone."""

    samples: Samples
    ended_at_seconds: float
    """When the end of the frame was heard, on the clock that was handed to `Ears`."""


class StreamClock:
    """Gives each position in a stream of audio a time.

    Frames arrive in bursts and late, never early: the earliest arrival tells best when audio
    was played, so the clock follows early frames at once, late ones slowly (the two ends'
    clocks drift by some 0.01 %), and jumps after a gap.
    """

    _FOLLOW: Final = 0.0005
    _GAP_SECONDS: Final = 1.0

    def __init__(self) -> None:
        self._start: float | None = None

    def time_of(self, position_seconds: float, arrived_at_seconds: float) -> float:
        """Return the time of a position whose audio arrives now."""
        if self._start is None:
            self._start = arrived_at_seconds - position_seconds
        late = arrived_at_seconds - (self._start + position_seconds)
        if late < 0 or late > self._GAP_SECONDS:
            self._start += late
        else:
            self._start += late * self._FOLLOW
        return self._start + position_seconds


class Ears:
    """Reads one track until it ends or `end_input` is called.

    Frames are taken as they come, so that nothing waits in the library, which drops without
    counting. Use `frames` from one task; `read` belongs into a task of its own.
    """

    def __init__(
        self, track: rtc.Track, on_frame: Callable[[HeardFrame], None] = lambda _: None
    ) -> None:
        """Take a track; `on_frame` is called with every frame, also those that are dropped here."""
        self._track = track
        self._on_frame = on_frame
        self._clock = StreamClock()
        self._waiting: deque[HeardFrame] = deque()
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._error: Exception | None = None
        """What a caller's `on_frame` raised."""
        self.is_open = False
        """Whether what the track carries is heard from now on."""
        self._received_samples = 0
        self._forgotten_samples = 0
        self.dropped_frames = 0
        """Frames that were thrown away because they were not taken in time."""

    @property
    def received_seconds(self) -> float:
        """Seconds of audio that came from the track, but for those before `forget_before`."""
        return (self._received_samples - self._forgotten_samples) / SAMPLE_RATE_HZ

    @property
    def waiting_seconds(self) -> float:
        """Seconds of audio that were read and are not taken yet."""
        return sum(len(frame.samples) for frame in self._waiting) / SAMPLE_RATE_HZ

    @property
    def dropped_seconds(self) -> float:
        """Seconds of audio that were thrown away because they were not taken in time."""
        return self.dropped_frames * FRAME_MS / 1000

    def hand_over(self, on_frame: Callable[[HeardFrame], None]) -> None:
        """Call this with every frame from now on, and first with those that wait."""
        self._on_frame = on_frame
        for frame in self._waiting:
            on_frame(frame)

    def heard_until(self, now: float) -> float:
        """Return up to when all that came of the track is taken."""
        return self._waiting[0].ended_at_seconds - FRAME_MS / 1000 if self._waiting else now

    def forget_before(self, seconds: float) -> None:
        """Hand out nothing that was heard up to a time: another agent has heard it."""
        while self._waiting and self._waiting[0].ended_at_seconds <= seconds:
            self._forgotten_samples += len(self._waiting.popleft().samples)

    def abandon(self) -> None:
        """Read no more and hand out no more."""
        self._waiting.clear()
        self.end_input()

    def end_input(self) -> None:
        """Read no more; what has been read is still handed out."""
        self._ended.set()
        self._news.set()

    async def read(self, now: Clock) -> None:
        """Read the track until it ends or `end_input` is called, then close it.

        Raises:
            Exception: what `on_frame` raised.
        """
        await asyncio.sleep(until_all_open(asyncio.get_running_loop().time()))
        if self._ended.is_set():
            return
        stream = TrackStream(self._track, partial(self._take, now), self.end_input)
        self.is_open = True
        try:
            await self._ended.wait()
        finally:
            await stream.aclose()
        if self._error:
            raise self._error

    def _take(self, now: Clock, frame: rtc.AudioFrame) -> None:
        if self._ended.is_set():
            return
        samples = np.frombuffer(frame.data, dtype=np.int16)
        self._received_samples += len(samples)
        ended = self._clock.time_of(self._received_samples / SAMPLE_RATE_HZ, now())
        if len(self._waiting) >= WAITING_FRAMES:
            self._waiting.popleft()
            self.dropped_frames += 1
        heard = HeardFrame(samples, ended)
        self._waiting.append(heard)
        try:
            self._on_frame(heard)
        except Exception as error:  # noqa: BLE001 - `read` raises it
            self._error = error
            self.end_input()
        self._news.set()

    async def frames(self) -> AsyncIterator[HeardFrame]:
        """Yield the frames in order; ends when the track has ended and all are taken."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._ended.is_set():
                return
            self._news.clear()
            await self._news.wait()


def until_all_open(now: float) -> float:
    """Return the seconds until tracks may open.

    The library cuts frames from when a stream was opened on, all by one clock. Streams that were
    opened whole frames apart give theirs at the same moment, and the process wakes once for all.
    """
    return FRAME_MS / 1000 - now % (FRAME_MS / 1000)
