"""Parts of a stack that are killed are there again: shown on processes that only sleep."""

import asyncio
import os
import sys
import time

import pytest

from lab.call_events import OUTAGES
from lab.front_desk import PlayError
from lab.machine import ProcessTrees, jobs_of_worker
from lab.server_events import ServerEvents
from records import Store
from stack.part import Part
from stack.running import TOKEN_SERVER, WORKER, RunningStack

pytestmark = pytest.mark.unit

SERVING = """
import subprocess, sys, time
job = "import os, socket, time; parent = os.getppid(); s = socket.socket(type=socket.SOCK_DGRAM);"
job += "s.bind(('127.0.0.1', 0)); print('job', flush=True);"
job += "[time.sleep(0.05) for _ in iter(lambda: os.getppid() == parent, False)]"
subprocess.Popen([sys.executable, "-c", job]).wait()
time.sleep(600)
"""
"""A worker with one job, known by its media connection."""
IDLE = "import time; print('up', flush=True); time.sleep(600)"


class Lines:
    """Lets a test wait until parts have printed so many lines."""

    def __init__(self) -> None:
        self.count = 0
        self._news = asyncio.Event()

    def __call__(self, _part: str, _line: str) -> None:
        self.count += 1
        self._news.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self.count < count:
                self._news.clear()
                await self._news.wait()


async def start(name: str, program: str, lines: Lines) -> Part:
    command = [sys.executable, "-u", "-c", program]
    return await Part.start(name, command, env=dict(os.environ), on_line=lines)


def stack_of(*parts: Part) -> RunningStack:
    return RunningStack(
        environment={},
        livekit_url="",
        token_server_url="",
        parts={part.name: part for part in parts},
    )


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("kill_media_server", "LIVEKIT_URL is not the lab's own"),
        ("kill_store", "add store: postgres"),
        ("stop_worker", "add workers: 2"),
    ],
)
async def test_what_a_stack_does_not_have_is_told_before_the_call(action: str, told: str) -> None:
    lines = Lines()
    stack = stack_of(await start(WORKER, IDLE, lines), await start(TOKEN_SERVER, IDLE, lines))
    events = ServerEvents(stack, None)
    try:
        with pytest.raises(PlayError, match=told):
            events.check(action)  # type: ignore[arg-type]
        for other in OUTAGES - {"kill_media_server", "kill_store", "stop_worker"}:
            events.check(other)
    finally:
        for part in stack.parts.values():
            await part.stop()


async def test_the_worker_that_serves_the_call_is_killed_and_started_again(
    store: Store, database_url: str
) -> None:
    lines = Lines()
    stack = stack_of(await start(WORKER, IDLE, lines), await start(f"{WORKER} 2", SERVING, lines))
    stack.environment["DATABASE_URL"] = database_url
    idle, serving = stack.workers
    trees = ProcessTrees({part.name: part.pid for part in stack.workers})
    before = (idle.pid, serving.pid)
    try:
        await lines.wait_for(2)
        await beat(store, "AW_1")
        await beat(store, "AW_2")
        await ServerEvents(stack, trees).play("kill_worker")
        assert serving.is_running
        assert idle.pid == before[0]
        assert serving.pid != before[1]
        assert trees._roots[f"{WORKER} 2"] == serving.pid
    finally:
        for part in stack.parts.values():
            await part.stop()


async def test_no_worker_is_stopped_while_the_other_one_is_missing_or_leaving(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.server_events._REGISTERED_SECONDS", 0.3)
    lines = Lines()
    stack = stack_of(await start(WORKER, IDLE, lines), await start(f"{WORKER} 2", IDLE, lines))
    stack.environment["DATABASE_URL"] = database_url
    try:
        await beat(store, "AW_1")
        await beat(store, "AW_2", leaving=True)
        with pytest.raises(PlayError, match="a worker was missing"):
            await ServerEvents(stack, None).play("stop_worker")
    finally:
        for part in stack.parts.values():
            await part.stop()


async def beat(store: Store, worker_id: str, *, leaving: bool = False) -> None:
    await store.beat_worker(
        worker_id,
        agent_name="sidenote",
        active_jobs=0,
        now_ms=round(time.time() * 1000),
        leaving=leaving,
    )


async def test_a_job_that_is_killed_leaves_its_worker() -> None:
    lines = Lines()
    worker = await start(WORKER, SERVING, lines)
    try:
        await lines.wait_for(1)
        events = ServerEvents(stack_of(worker), None)
        pid = worker.pid
        await events.play("kill_job")
        async with asyncio.timeout(10):
            while jobs_of_worker(pid):  # noqa: ASYNC110 - a process that ends sets no event here
                await asyncio.sleep(0.02)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lab.server_events._SERVED_SECONDS", 0.2)
            with pytest.raises(PlayError, match="no process below a worker served the call"):
                await events.play("kill_job")
        assert worker.pid == pid
        assert worker.is_running
    finally:
        await worker.stop()


async def test_a_worker_is_asked_to_end_and_started_again() -> None:
    lines = Lines()
    worker = await start(WORKER, SERVING, lines)
    try:
        await lines.wait_for(1)
        pid = worker.pid
        await ServerEvents(stack_of(worker), None).play("stop_worker")
        assert worker.pid != pid
        assert worker.is_running
    finally:
        await worker.stop()


async def test_an_event_of_a_participant_befalls_no_part() -> None:
    worker = await start(WORKER, IDLE, Lines())
    try:
        with pytest.raises(PlayError, match="mute befalls no part"):
            await ServerEvents(stack_of(worker), None).play("mute")
    finally:
        await worker.stop()
