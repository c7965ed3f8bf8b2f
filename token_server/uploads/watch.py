"""Sends a job to every upload that has none and is not done: a job that died, or never began."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from records import Store, StoreUnavailableError, Upload
from token_server.health import WORKER_SEEN_SECONDS
from token_server.media_server import MediaServer
from token_server.problems import ProblemError
from wire.dispatch import DispatchMetadata
from wire.topics import AGENT_NAME

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 1.0
FIRST_PAUSE_SECONDS: Final = 4.0
"""Pause after a job was sent; doubles up to the longest one while the upload comes no further. So
long a job may take until it has the lease."""
LONGEST_PAUSE_SECONDS: Final = 60.0
ROOM_SECONDS: Final = 24 * 3600
"""How long the media server keeps the room of an upload: nobody joins it."""


@dataclass(slots=True, kw_only=True)
class _Sent:
    """The last job that was sent to an upload, which has come no further since."""

    at: float
    pause_seconds: float
    position_ms: int
    """Where the upload was then."""
    began: bool = False
    """Whether it has taken the lease."""

    def is_beginning(self, now: float) -> bool:
        return not self.began and now < self.at + FIRST_PAUSE_SECONDS

    @property
    def next_at(self) -> float:
        return self.at + self.pause_seconds


class UploadWatch:
    """Keeps as many uploads under way as there are workers, oldest first: each uses all cores.

    One that came no further is tried again after a pause, which grows until it does.
    """

    def __init__(self, store: Store, media_server: MediaServer, clock: Callable[[], int]) -> None:
        self._store = store
        self._media_server = media_server
        self._clock = clock
        self._sent: dict[str, _Sent] = {}
        self._news = asyncio.Event()
        self._stopping = False
        self._outage = False

    def wake(self) -> None:
        """Look at once: there is a new upload."""
        self._news.set()

    def stop(self) -> None:
        """Let `run` return after the look that is under way."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        """Look and send until `stop`."""
        while not self._stopping:
            self._news.clear()
            try:
                await self.look_once(time.monotonic())
            except (ProblemError, StoreUnavailableError) as error:
                if not self._outage:
                    _log.warning("uploads get no jobs: %s", error)
                self._outage = True
            else:
                self._outage = False
            with suppress(TimeoutError):
                async with asyncio.timeout(PERIOD_SECONDS):
                    await self._news.wait()

    async def look_once(self, now_seconds: float) -> None:
        """Send a job to each upload that has none and whose turn it is.

        Raises:
            ProblemError: the media server does not answer.
            StoreUnavailableError: the store does not.
        """
        uploads = await self._store.list_unfinished_uploads()
        self._forget_jobs(uploads)
        if not uploads:
            return
        now_ms = self._clock()
        leased = {lease.room_name for lease in await self._store.list_leases(now_ms=now_ms)}
        workers = await self._store.list_workers(seen_after_ms=now_ms - WORKER_SEEN_SECONDS * 1000)
        places = sum(one.agent_name == AGENT_NAME for one in workers)
        waiting: list[Upload] = []
        for upload in uploads:
            sent = self._sent.get(upload.room_name)
            is_leased = upload.room_name in leased
            if sent and is_leased:
                sent.began = True
            if is_leased or (sent and sent.is_beginning(now_seconds)):
                places -= 1
            elif sent is None or now_seconds >= sent.next_at:
                waiting.append(upload)
        waiting.sort(key=self._turn)
        for upload in waiting[: max(0, places)]:
            await self._send(upload, now_seconds)

    def _turn(self, upload: Upload) -> float:
        """What came no further the last time, and may do so for long, is behind all others."""
        sent = self._sent.get(upload.room_name)
        return sent.next_at if sent else 0.0

    def _forget_jobs(self, uploads: list[Upload]) -> None:
        """Forget the jobs of uploads that are over or have come further since."""
        positions = {upload.room_name: upload.position_ms for upload in uploads}
        self._sent = {
            name: sent
            for name, sent in self._sent.items()
            if positions.get(name) == sent.position_ms
        }

    async def _send(self, upload: Upload, now_seconds: float) -> None:
        """Dispatch a job; one that is only slow finds the lease taken, and leaves."""
        name = upload.room_name
        last = self._sent.get(name)
        pause = min(2 * last.pause_seconds, LONGEST_PAUSE_SECONDS) if last else FIRST_PAUSE_SECONDS
        self._sent[name] = _Sent(
            at=now_seconds, pause_seconds=pause, position_ms=upload.position_ms
        )
        metadata = DispatchMetadata(upload=upload.room_sid)
        if await self._media_server.list_rooms([name]):
            await self._media_server.create_dispatch(name, metadata=metadata.model_dump_json())
        else:
            await self._media_server.create_room(
                name, metadata=metadata, empty_timeout_seconds=ROOM_SECONDS
            )
        _log.info("upload %s: a job was sent", upload.room_sid)
