"""The agent's own audio track: plays in time, pauses, and falls silent at once."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from typing import Final

from livekit import rtc
from livekit.rtc.participant import UnpublishTrackError

from agent.voices.synthesizer import SAMPLE_RATE_HZ

logger = logging.getLogger("sidenote.voice")

TRACK_NAME: Final = "sidenote-voice"
QUEUE_MS: Final = 200
"""Audio that is handed over ahead of its time; taken back when the voice falls silent."""
LISTENER_SECONDS: Final = 1.0
"""How long the first word waits for somebody to take the track."""
PAUSE_SECONDS: Final = 0.2
"""How long a pause lasts: the speech gate knows within two windows whether it was speech."""
_FRAME_SECONDS: Final = 0.02
_FRAME_BYTES: Final = round(SAMPLE_RATE_HZ * _FRAME_SECONDS) * 2
_QUEUE_FRAMES: Final = math.ceil(QUEUE_MS / 1000 / _FRAME_SECONDS) + 1
_HUSH: Final = bytes(5 * _FRAME_BYTES)
"""Receivers draw out the last sound when nothing more comes: silence ends it."""
_SETTLE_SECONDS: Final = 0.02
_LOOK_SECONDS: Final = 0.01


class VoiceTrack:
    """Plays PCM to everybody in a room. One task plays; any may pause or silence it."""

    def __init__(self, room: rtc.Room) -> None:
        """Make it; nothing is published before `open`."""
        self._room = room
        self._source: rtc.AudioSource | None = None
        self._publication: rtc.LocalTrackPublication | None = None
        self._rest = b""
        self._newest: deque[bytes] = deque(maxlen=_QUEUE_FRAMES)
        """The frames that may not have been heard yet."""
        self._again: list[bytes] = []
        """Frames that a pause took back."""
        self._paused_until = -math.inf

    async def open(self) -> None:
        """Publish the track if it is not there, and give people a moment to take it."""
        if self._source is None:
            self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=QUEUE_MS)
        if self._publication is None:
            # As a microphone: what plays a participant's sound plays this too.
            self._publication = await self._room.local_participant.publish_track(
                rtc.LocalAudioTrack.create_audio_track(TRACK_NAME, self._source),
                rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE),
            )
            try:
                async with asyncio.timeout(LISTENER_SECONDS):
                    await self._publication.wait_for_subscription()
            except TimeoutError:
                logger.info("nobody has taken the voice's track yet; it speaks none the less")

    async def play(self, pcm: bytes, is_stopped: Callable[[], bool]) -> None:
        """Play mono 16-bit PCM until `is_stopped`; what fills no whole frame waits for more."""
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % _FRAME_BYTES
        self._rest = pcm[whole:]
        for start in range(0, whole, _FRAME_BYTES):
            await self._catch_up(is_stopped)
            if is_stopped():
                return
            await self._capture(pcm[start : start + _FRAME_BYTES])

    async def end(self, is_stopped: Callable[[], bool]) -> None:
        """Play what is left, or silence if it was stopped, and wait until it is heard."""
        if not self._source:
            return
        await self._catch_up(is_stopped)
        if is_stopped():
            self.clear()
            await self._hush()
        else:
            await self._capture(self._rest.ljust(_FRAME_BYTES, b"\0"))
        await self._source.wait_for_playout()

    def pause(self) -> None:
        """Fall silent for a moment; then what was not heard is played, unless it is cleared."""
        if not self._source:
            return
        waiting = math.ceil(self._source.queued_duration / _FRAME_SECONDS)
        self._again = [*list(self._newest)[len(self._newest) - waiting :], *self._again]
        self._newest.clear()
        self._source.clear_queue()
        self._paused_until = _now() + PAUSE_SECONDS

    def clear(self) -> None:
        """Fall silent at once; nothing of what was handed over is heard any more."""
        self._rest = b""
        self._newest.clear()
        self._again.clear()
        self._paused_until = -math.inf
        if self._source:
            self._source.clear_queue()

    async def settle(self) -> None:
        """Fall silent after whoever played was cancelled, and be ready for the next."""
        self.clear()
        if self._source:
            # Cancelling leaves a frame on its way into the source; emptied, it takes it.
            await asyncio.sleep(_SETTLE_SECONDS)

    async def aclose(self) -> None:
        """Take the track back; safe to call twice."""
        publication, self._publication = self._publication, None
        if publication and self._room.isconnected():
            try:
                await self._room.local_participant.unpublish_track(publication.sid)
            except UnpublishTrackError as error:
                # The connection has broken this moment, and has taken the track with it.
                logger.info("the track was gone", extra={"error": type(error).__name__})
        source, self._source = self._source, None
        if source:
            await source.aclose()

    async def _catch_up(self, is_stopped: Callable[[], bool]) -> None:
        """Wait for the end of a pause, and play what it took back."""
        if _now() < self._paused_until:
            await self._hush()
        while self._again or _now() < self._paused_until:
            if is_stopped():
                return
            if _now() < self._paused_until:
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                await self._capture(self._again.pop(0))

    async def _hush(self) -> None:
        for start in range(0, len(_HUSH), _FRAME_BYTES):
            await self._capture(_HUSH[start : start + _FRAME_BYTES])

    async def _capture(self, frame: bytes) -> None:
        if self._source:
            self._newest.append(frame)
            await self._source.capture_frame(
                rtc.AudioFrame(frame, SAMPLE_RATE_HZ, 1, len(frame) // 2)
            )


def _now() -> float:
    return asyncio.get_running_loop().time()
