import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from livekit import api
from livekit.protocol.agent import Job

from agent import beat as beat_module
from agent.beat import ANNOUNCE_SECONDS, WorkerBeat
from records import Lease, Store

pytestmark = pytest.mark.unit


class Worker:
    """A worker as far as its beat looks at it."""

    def __init__(self) -> None:
        self.id = "AW_1"
        self.draining = False
        self.active_jobs: list[SimpleNamespace] = []
        self._connecting = False
        self._on_registered: list[Callable[[], None]] = []

    def on(self, _event: str, handler: Callable[[], None]) -> None:
        self._on_registered.append(handler)

    @asynccontextmanager
    async def registered(self) -> AsyncIterator[None]:
        before = asyncio.all_tasks()
        for handler in self._on_registered:
            handler()
        beating = asyncio.all_tasks() - before
        yield
        for task in beating:
            task.cancel()
        await asyncio.wait(beating)


async def until_lease(store: Store, is_right: Callable[[Lease | None], object]) -> None:
    async with asyncio.timeout(30):
        while True:
            if is_right(await store.find_lease("acme", now_ms=0)):
                return
            await asyncio.sleep(0.01)


async def test_a_job_that_had_no_lease_when_its_worker_began_to_leave_gets_a_successor(
    store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat_module, "LOOK_SECONDS", 0.01)
    seconds = 1000.0
    worker = Worker()
    WorkerBeat(
        worker,  # type: ignore[arg-type]
        database_url,
        tmp_path / "waiting",
        lambda: seconds,
    )
    job = Job(id="job-1", room=api.Room(name="acme"))
    worker.active_jobs.append(SimpleNamespace(job=job))
    await store.take_lease("acme", "job-1", now_ms=1, ttl_seconds=3)
    async with worker.registered():
        worker.draining = True
        await until_lease(store, lambda lease: lease and lease.leaving)
        # It is taken anew, as after an outage of the store in which it was lost.
        await store.release_lease("acme", "job-1")
        await store.take_lease("acme", "job-1", now_ms=1, ttl_seconds=3)
        seconds += ANNOUNCE_SECONDS
        await until_lease(store, lambda lease: lease and lease.leaving)
        assert await store.want_lease("acme", "successor")


async def test_the_lease_of_a_job_whose_process_died_is_given_back(
    store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat_module, "LOOK_SECONDS", 0.01)
    worker = Worker()
    WorkerBeat(
        worker,  # type: ignore[arg-type]
        database_url,
        tmp_path / "waiting",
        lambda: 1000.0,
    )
    job = Job(id="job-1", room=api.Room(name="acme"))
    worker.active_jobs.append(SimpleNamespace(job=job))
    await store.take_lease("acme", "job-1", now_ms=1, ttl_seconds=3)
    async with worker.registered():
        worker.draining = True  # it tells of it as soon as it has seen the job
        await until_lease(store, lambda lease: lease and lease.leaving)
        worker.active_jobs.clear()
        await until_lease(store, lambda lease: lease is None)
