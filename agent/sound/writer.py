"""Writes the parts of a call's recording in a thread of its own, so that it costs no hearing."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from agent.ears import HeardFrame
from agent.sound.part import ENDING, WRITE_ERRORS, PartFile
from records.sound import SoundPart

logger = logging.getLogger("sidenote.sound")

WAITING_FRAMES: Final = 4000
"""10 s of 20 people; with more waiting, the newest is dropped, and its place becomes silence."""


@dataclass(frozen=True, slots=True)
class _Begin:
    part_id: str
    started_at_seconds: float


@dataclass(frozen=True, slots=True)
class _Write:
    part_id: str
    frame: HeardFrame


@dataclass(frozen=True, slots=True)
class _End:
    part_id: str


class PartKeeper(Protocol):
    """What keeps the sound of parts. Nothing of it waits but `run`."""

    format: str
    """Ending of the files' names."""
    on_failure: Callable[[str, str], None]
    """Is called with the id of a part that was given up, and why in words for people."""

    async def run(self) -> None:
        """Keep what comes until cancelled, then finish every part."""

    def begin(self, part: SoundPart, track_sid: str) -> None:
        """Begin a part, which the store knows."""

    def push(self, part_id: str, frame: HeardFrame) -> None:
        """Take what was heard of a part that has begun."""

    def end(self, part_id: str) -> None:
        """Finish a part; nothing happens if it was given up."""


class PartWriter:
    """Writes parts into a folder of this machine: a `PartKeeper`."""

    format = ENDING[1:]

    def __init__(self, folder: Path) -> None:
        """Name the folder; made if it is not there."""
        self._folder = folder
        self.on_failure: Callable[[str, str], None] = lambda *_: None
        self._loop = asyncio.get_running_loop()
        self._orders: queue.SimpleQueue[_Begin | _Write | _End | None] = queue.SimpleQueue()
        self._open: dict[str, PartFile] = {}
        self.dropped_frames = 0
        """Frames that came faster than they were written."""
        self._thread = threading.Thread(target=self._write_all, name="sound", daemon=True)

    async def run(self) -> None:
        """Write what comes until cancelled, then what waits, and finish every part."""
        self._thread.start()
        try:
            await self._loop.create_future()
        finally:
            self._orders.put(None)
            await asyncio.to_thread(self._thread.join)
            if self.dropped_frames:
                logger.warning("sound was not recorded", extra={"frames": self.dropped_frames})

    def begin(self, part: SoundPart, _: str) -> None:
        """Begin a part."""
        self._orders.put(_Begin(part.id, part.started_at_ms / 1000))

    def push(self, part_id: str, frame: HeardFrame) -> None:
        """Write a frame of a part that has begun."""
        if self._orders.qsize() >= WAITING_FRAMES:
            self.dropped_frames += 1
            return
        self._orders.put(_Write(part_id, frame))

    def end(self, part_id: str) -> None:
        """Finish a part; nothing happens if it was given up."""
        self._orders.put(_End(part_id))

    def _write_all(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                self._carry_out(order)
            except WRITE_ERRORS as error:
                self._give_up(order.part_id, error)
        for part_id in list(self._open):
            try:
                self._open.pop(part_id).close()
            except WRITE_ERRORS as error:
                self._give_up(part_id, error)

    def _carry_out(self, order: _Begin | _Write | _End) -> None:
        if isinstance(order, _Begin):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{order.part_id}{ENDING}"
            self._open[order.part_id] = PartFile(path, order.started_at_seconds)
        elif isinstance(order, _End):
            if part := self._open.pop(order.part_id, None):
                part.close()
        elif part := self._open.get(order.part_id):
            part.write(order.frame)

    def _give_up(self, part_id: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or type(error).__name__
        logger.error("a part of the recording was given up", extra={"error": reason})
        if part := self._open.pop(part_id, None):
            part.abandon()
        self._loop.call_soon_threadsafe(self.on_failure, part_id, reason)
