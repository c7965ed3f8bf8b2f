"""What befalls the parts of the lab's own stack: they are killed, stopped, and started again."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from typing import Final

import psutil

from lab.call_events import AGENT_ENDING, Action
from lab.front_desk import PlayError
from lab.machine import ProcessTrees, jobs_of_worker
from records import Store
from stack.part import Part
from stack.postgres import PostgresServer
from stack.running import MEDIA_SERVER, TOKEN_SERVER, RunningStack, wait_until_answers

_STOP_SECONDS: Final = 60.0
"""How long a worker may take to hand over its calls and end."""
_SERVED_SECONDS: Final = 15.0
"""How long what is to be killed may not be there yet: the kill before it was just now."""
_REGISTERED_SECONDS: Final = 60.0
"""How long a worker may take to start on a busy machine."""
_BEAT_SECONDS: Final = 4.0
"""A worker that was heard of since then is alive: it tells every two seconds."""
_REST_SECONDS: Final = 8.0
"""Between two hits of workers, also when the first came late."""
_LOOK_SECONDS: Final = 0.1


class ServerEvents:
    """Plays the events of `SERVER_ACTIONS`. A part that was killed is started again at once."""

    def __init__(self, stack: RunningStack, trees: ProcessTrees | None) -> None:
        """Prepare.

        Args:
            stack: whose parts may be killed.
            trees: is told of parts that run as another process.
        """
        self._stack = stack
        self._trees = trees
        self._playing = asyncio.Lock()
        """One at a time: on a busy machine a part may start for longer than until the next one."""
        self._hit_seconds = 0.0
        """When a worker was hit last, since the Unix epoch."""

    def check(self, action: Action) -> None:
        """Make sure that this stack has what an event befalls.

        Raises:
            PlayError: it has not.
        """
        if action in {"kill_media_server", "stop_media_server", "start_media_server"}:
            self._media_server()
        if action == "kill_store":
            self._store()
        if action == "stop_worker" and len(self._stack.workers) == 1:
            raise PlayError("stop_worker needs a second worker: add workers: 2 to the variant")

    async def play(self, action: Action) -> float:
        """Let it happen; returns when the part is in force again, or gone if it stays away.

        Returns:
            When it was hit, since the Unix epoch: a call that is not served yet is waited for.

        Raises:
            PlayError: the stack has no such part, or nothing to kill.
        """
        async with self._playing:
            if action in AGENT_ENDING:
                return await self._befall_worker(action)
            return await self._befall_server(action)

    async def _befall_server(self, action: Action) -> float:
        hit_seconds = time.time()
        match action:
            case "kill_token_server":
                part = self._stack.parts[TOKEN_SERVER]
                part.kill()
                await self._restart(part)
                await wait_until_answers(part, f"{self._stack.token_server_url}/health")
            case "kill_store":
                store = self._store()
                await asyncio.to_thread(store.kill)
                await asyncio.to_thread(store.start)
            case "kill_media_server":
                self._media_server().kill()
                await self._start_media_server()
            case "stop_media_server":
                self._media_server().kill()
                await self._media_server().stop()
            case "start_media_server":
                await self._start_media_server()
            case _:
                raise PlayError(f"{action} befalls no part of the stack")
        return hit_seconds

    async def _befall_worker(self, action: Action) -> float:
        if len(self._stack.workers) > 1:
            await self._wait_for_workers()
        worker, jobs = await self._serving()
        hit_seconds = self._hit_seconds = time.time()
        if action == "kill_job":
            for job in jobs:
                with suppress(ProcessLookupError):
                    os.kill(job.pid, signal.SIGKILL)
            return hit_seconds
        if action == "kill_worker":
            worker.kill()
        else:
            await worker.stop(grace_seconds=_STOP_SECONDS)
        await self._restart(worker)
        return hit_seconds

    async def _restart(self, part: Part) -> None:
        await part.restart()
        if self._trees:
            self._trees.replace(part.name, part.pid)

    async def _start_media_server(self) -> None:
        part = self._media_server()
        await self._restart(part)
        await wait_until_answers(part, self._stack.livekit_url.replace("ws", "http", 1))

    async def _wait_for_workers(self) -> None:
        """Wait until those that were killed before are registered again."""
        # Until then the store knows a killed one for alive, and the call has had no rest.
        await asyncio.sleep(max(0.0, self._hit_seconds + _REST_SECONDS - time.time()))
        async with Store(self._stack.environment["DATABASE_URL"]) as store:
            for _ in range(round(_REGISTERED_SECONDS / _LOOK_SECONDS)):
                fresh_ms = round((time.time() - _BEAT_SECONDS) * 1000)
                workers = await store.list_workers(seen_after_ms=fresh_ms)
                if sum(not one.leaving for one in workers) >= len(self._stack.workers):
                    return
                await asyncio.sleep(_LOOK_SECONDS)
        raise PlayError(f"for {_REGISTERED_SECONDS:.0f} s a worker was missing")

    async def _serving(self) -> tuple[Part, list[psutil.Process]]:
        """Return the worker that serves the call, with the processes that do."""
        for _ in range(round(_SERVED_SECONDS / _LOOK_SECONDS)):
            for worker in self._stack.workers:
                if worker.is_running and (jobs := jobs_of_worker(worker.pid)):
                    return worker, jobs
            await asyncio.sleep(_LOOK_SECONDS)
        raise PlayError(f"for {_SERVED_SECONDS:.0f} s no process below a worker served the call")

    def _media_server(self) -> Part:
        if MEDIA_SERVER not in self._stack.parts:
            raise PlayError(
                "the media server at LIVEKIT_URL is not the lab's own: unset LIVEKIT_URL, and the "
                "lab starts one"
            )
        return self._stack.parts[MEDIA_SERVER]

    def _store(self) -> PostgresServer:
        if self._stack.store is None:
            raise PlayError("kill_store needs a server: add store: postgres to the variant")
        return self._stack.store
