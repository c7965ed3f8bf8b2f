"""Measures what of each voice reached another participant: the network's share of a loss."""

import asyncio
import time
from typing import Final

import numpy as np
from livekit import rtc

from lab.microphone import SAMPLE_RATE_HZ, Samples

_WINDOW_MS: Final = 50
_WINDOW_SECONDS: Final = _WINDOW_MS / 1000
_WINDOW_SAMPLES: Final = SAMPLE_RATE_HZ * _WINDOW_MS // 1000
_HEARD_LEVEL: Final = 33.0
"""Root mean square above which a window is sound and not silence: -60 dB of full scale."""
_TRAVEL_SECONDS: Final = 0.6
"""How much later than played a sound may arrive."""


def sounding_seconds(samples: Samples) -> float:
    """Return how much of some audio is sound, in windows of 50 ms."""
    count = len(samples) // _WINDOW_SAMPLES
    windows = samples[: count * _WINDOW_SAMPLES].reshape(count, _WINDOW_SAMPLES)
    levels = np.sqrt(np.mean(np.square(windows.astype(np.float64)), axis=1))
    return float(np.count_nonzero(levels > _HEARD_LEVEL)) * _WINDOW_SECONDS


class Ear:
    """Listens to every microphone in a room, and keeps when each one sounded."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._streams: dict[str, rtc.AudioStream] = {}
        self.sounded: dict[str, list[float]] = {}
        """By identity in the room: the ends of windows with sound, since the Unix epoch."""

    def attach(self, room: rtc.Room) -> None:
        """Listen to a room; call before connecting."""
        room.on("track_subscribed", self._on_track)
        room.on("track_unsubscribed", self._on_track_gone)

    async def aclose(self) -> None:
        """Stop listening; the tasks end."""
        while self._streams:
            _sid, stream = self._streams.popitem()
            await stream.aclose()

    def seconds_between(self, identity: str, start: float, end: float) -> float:
        """Return how much of the time that somebody spoke was heard here."""
        until = end + _TRAVEL_SECONDS
        windows = sum(start <= at <= until for at in self.sounded.get(identity, []))
        return windows * _WINDOW_SECONDS

    def _on_track(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        if publication.source != rtc.TrackSource.SOURCE_MICROPHONE:
            return
        stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE_HZ, num_channels=1, frame_size_ms=_WINDOW_MS
        )
        self._streams[publication.sid] = stream
        self._tasks.create_task(self._listen(stream, participant.identity))

    def _on_track_gone(
        self, _track: rtc.Track, publication: rtc.RemoteTrackPublication, _who: object
    ) -> None:
        # A stream does not end with its track.
        if stream := self._streams.pop(publication.sid, None):
            self._tasks.create_task(stream.aclose())

    async def _listen(self, stream: rtc.AudioStream, identity: str) -> None:
        sounded = self.sounded.setdefault(identity, [])
        async for event in stream:
            samples = np.frombuffer(event.frame.data, dtype=np.int16)
            if sounding_seconds(samples):
                sounded.append(time.time())
