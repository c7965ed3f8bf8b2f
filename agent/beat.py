"""Tells the store that this worker is alive, so that the token server can say it is ready."""

import asyncio
import logging
from typing import Final

from livekit.agents import AgentServer

from agent.ears import Clock
from records import Store, StoreUnavailableError
from wire.topics import AGENT_NAME

logger = logging.getLogger("sidenote.beat")

BEAT_SECONDS: Final = 2.0


class WorkerBeat:
    """Keeps one row fresh while the worker is registered with the media server, else none."""

    def __init__(self, server: AgentServer, database_url: str, now: Clock) -> None:
        self._server = server
        self._database_url = database_url
        self._now = now
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
                    await asyncio.sleep(BEAT_SECONDS)
            finally:
                if told:
                    await asyncio.shield(_forget(store, told))

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
            )
        except StoreUnavailableError as error:
            logger.warning("the store does not know of this worker", extra={"error": str(error)})


async def _forget(store: Store, worker_id: str) -> None:
    try:
        await store.remove_worker(worker_id)
    except StoreUnavailableError:
        return  # the row ages, and nobody counts it after some seconds
