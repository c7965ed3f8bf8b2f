"""The library's frames of a subscribed track, brought into the event loop at the least cost.

The library hands every event to every stream of the process, wakes the loop for each, and takes
two more steps of a task until a reader has the frame. With twenty tracks that is half of what they
cost. Here one subscription serves all tracks of a loop, and wakes it once for what came together.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Final

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient

from agent.speech_gate import SAMPLE_RATE_HZ

FRAME_MS: Final = 64
"""Two windows of the speech gate: it waits for no part of a window. 10 ms frames cost four times
as much."""


class TrackStream(rtc.AudioStream):
    """Calls back with each frame of a track: mono 16 kHz, 64 ms. Close it with `aclose`."""

    def __init__(
        self,
        track: rtc.Track,
        on_frame: Callable[[rtc.AudioFrame], None],
        on_end: Callable[[], None],
    ) -> None:
        """Begin to read; the track's end is told once, also when this is closed first.

        Args:
            track: subscribed, or made on this machine.
            on_frame: must not raise: other tracks' frames wait behind it.
            on_end: likewise.
        """
        self._on_frame = on_frame
        self._on_end = on_end
        self._has_ended = asyncio.Event()
        super().__init__(track, sample_rate=SAMPLE_RATE_HZ, num_channels=1, frame_size_ms=FRAME_MS)
        FfiClient.instance.queue.unsubscribe(self._ffi_queue)
        self._arrivals = Arrivals.of(self._loop)
        self._arrivals.add(self._ffi_handle.handle, self._take)

    def _take(self, event: Any) -> None:
        if event.HasField("frame_received"):
            self._on_frame(rtc.AudioFrame._from_owned_info(event.frame_received.frame))
        elif event.HasField("eos"):
            self._arrivals.remove(self._ffi_handle.handle)
            self._has_ended.set()
            self._on_end()

    async def _run(self) -> None:
        """Stand in for the library's own reader, which `aclose` awaits."""
        await self._has_ended.wait()


class Arrivals:
    """Frames of all streams of one event loop, from the library's threads into the loop."""

    _of_loops: ClassVar[dict[asyncio.AbstractEventLoop, "Arrivals"]] = {}
    """Of loops with open streams."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make it for a loop; `of` returns the one that is there."""
        self._loop = loop
        self._takers: dict[int, Callable[[Any], None]] = {}
        """By the handle of the stream."""
        self._arrived: deque[Any] = deque()
        """Holds what comes until the loop runs again, like the loop's own list of calls."""
        self._is_woken = False
        self._queue = FfiClient.instance.queue.subscribe(loop, filter_fn=self._note)

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "Arrivals":
        """Return the arrivals of a loop."""
        if loop not in cls._of_loops:
            cls._of_loops[loop] = cls(loop)
        return cls._of_loops[loop]

    def add(self, handle: int, take: Callable[[Any], None]) -> None:
        """Call `take` with the events of a stream."""
        self._takers[handle] = take

    def remove(self, handle: int) -> None:
        """Forget a stream; with the last one the subscription ends."""
        self._takers.pop(handle, None)
        if not self._takers:
            FfiClient.instance.queue.unsubscribe(self._queue)
            self._of_loops.pop(self._loop, None)

    def _note(self, event: Any) -> bool:
        """Keep an event of a stream. Called in the library's threads, one at a time."""
        if event.audio_stream_event.stream_handle in self._takers:
            self._arrived.append(event.audio_stream_event)
            if not self._is_woken:
                self._is_woken = True
                self._loop.call_soon_threadsafe(self._hand_out)
        return False  # nothing is left for the library to queue

    def _hand_out(self) -> None:
        # First: what comes from here on is either seen below, or wakes the loop again.
        self._is_woken = False
        while self._arrived:
            event = self._arrived.popleft()
            take = self._takers.get(event.stream_handle)
            if take is not None:
                take(event)
