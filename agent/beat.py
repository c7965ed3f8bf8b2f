"""Tells the store how this worker is: alive, leaving, or short of a job whose process has died."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from livekit.agents import AgentServer

from agent.ears import Clock
from agent.replay import replay_all
from records import Store, StoreUnavailableError
from wire.topics import AGENT_NAME

logger = logging.getLogger("sidenote.beat")

BEAT_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.05
"""Between two looks at what must be told at once."""
ANNOUNCE_SECONDS: Final = 1.0
"""Between two announcements that the worker leaves: a job may have had no lease at the last."""


class WorkerBeat:
    """Keeps one row fresh while the worker is registered with the media server, else none.

    At once it tells that the worker leaves, and gives back the leases of jobs whose processes are
    gone. Beside that it writes into the store what such processes had to leave in files.
    """

    def __init__(
        self, server: AgentServer, database_url: str, waiting_folder: Path, now: Clock
    ) -> None:
        """Begin when the worker is registered for the first time.

        Args:
            server: the worker.
            database_url: of the store.
            waiting_folder: where finals wait while the store is away.
            now: the clock.
        """
        self._server = server
        self._database_url = database_url
        self._waiting_folder = waiting_folder
        self._now = now
        self._jobs: dict[str, str] = {}
        """Rooms by id of the job: those that were running at the last look."""
        self._announce_at = 0.0
        """When the store is to be told that the worker leaves, if it does."""
        self._beating: asyncio.Task[None] | None = None
        server.on("worker_registered", self._on_registered)

    def _on_registered(self, *_: object) -> None:
        # Emitted again after every reconnection to the media server, with another id.
        if self._beating is None or self._beating.done():
            loop = asyncio.get_running_loop()
            self._beating = loop.create_task(self._beat(), name="beat")

    async def _beat(self) -> None:
        told: str | None = None
        async with Store(self._database_url) as store:
            try:
                while True:
                    registered = self._registered_id()
                    if told and told != registered:
                        await _forget(store, told)
                    if registered:
                        await self._write(store, registered)
                    told = registered
                    await replay_all(store, self._waiting_folder)
                    for _ in range(round(BEAT_SECONDS / LOOK_SECONDS)):
                        await self._look(store)
                        await asyncio.sleep(LOOK_SECONDS)
            finally:
                if told:
                    await asyncio.shield(_forget(store, told))

    async def _look(self, store: Store) -> None:
        """Tell what somebody waits for."""
        jobs = {info.job.id: info.job.room.name for info in self._server.active_jobs}
        try:
            for job_id in self._jobs.keys() - jobs.keys():
                # Most have given it back themselves; one whose process was killed has not.
                await store.release_lease(self._jobs[job_id], job_id)
            if self._server.draining and self._now() >= self._announce_at:
                await store.announce_leaving(self._server.id, jobs)
                self._announce_at = self._now() + ANNOUNCE_SECONDS
        except StoreUnavailableError as error:
            logger.warning("the store does not know of a change", extra={"error": str(error)})
            return  # the next look tells it
        self._jobs = jobs

    def _registered_id(self) -> str | None:
        """Return the id under which the media server knows this worker now; None: under none."""
        # The library has no public word for it: of a lost connection it tells by a log line only.
        return None if self._server._connecting else self._server.id

    async def _write(self, store: Store, worker_id: str) -> None:
        try:
            await store.beat_worker(
                worker_id,
                agent_name=AGENT_NAME,
                active_jobs=len(self._server.active_jobs),
                now_ms=round(self._now() * 1000),
                leaving=self._server.draining,
            )
        except StoreUnavailableError as error:
            logger.warning("the store does not know of this worker", extra={"error": str(error)})


async def _forget(store: Store, worker_id: str) -> None:
    try:
        await store.remove_worker(worker_id)
    except StoreUnavailableError:
        return  # the row ages, and nobody counts it after some seconds
