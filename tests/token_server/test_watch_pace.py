"""When the watch looks."""

import asyncio
import logging
from typing import Any

import pytest

from tests.token_server.front import Front
from tests.token_server.watching import make_watch, wait_until
from token_server import watch as watch_module
from token_server.desk import wall_clock_ms
from wire.topics import AGENT_NAME

pytestmark = [pytest.mark.room, pytest.mark.usefixtures("still")]


async def test_an_outage_is_told_once_and_survived(
    front: Front,
    caplog: pytest.LogCaptureFixture,
    media_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO, logger="token_server.watch")
    monkeypatch.setattr(watch_module, "PERIOD_SECONDS", 0.1)
    media_server.stop()
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(make_watch(front).run())
            await wait_until(lambda: "rooms are not watched" in caplog.text)
            await asyncio.sleep(1.0)  # many more looks
            told = caplog.text.count("rooms are not watched")
            media_server.start()
            await wait_until(lambda: "rooms are watched again" in caplog.text)
            watching.cancel()
    finally:
        if media_server.url:
            await ensure_running(front, media_server)

    # One by the watch of this test, and perhaps one by that of the token server itself.
    assert told <= 2


async def ensure_running(front: Front, media_server: Any) -> None:
    try:
        await front.app.state.desk.media_server.list_rooms()
    except Exception:  # noqa: BLE001 - for the tests that follow
        media_server.start()


async def test_a_watch_that_is_woken_looks_before_its_period_is_over(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "PERIOD_SECONDS", 3600.0)
    watch = make_watch(front)
    looks = 0

    async def count(_: float) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(watch, "look_once", count)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run())
        await wait_until(lambda: looks == 1)
        for _ in range(20):
            watch.wake()  # a burst is one look
        await wait_until(lambda: looks == 2)
        await asyncio.sleep(0.3)
        watch.stop()
        await watching

    assert looks == 2


async def test_a_worker_that_comes_is_seen_before_the_period_is_over_if_a_room_needs_it(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = make_watch(front)
    rota = watch._rota
    looks = 0

    async def count(_: float) -> None:
        nonlocal looks
        looks += 1
        rota.worker_ids = await watch._worker_ids()

    async def add_worker(worker_id: str) -> None:
        await front.app.state.desk.store.beat_worker(
            worker_id, agent_name=AGENT_NAME, active_jobs=0, now_ms=wall_clock_ms()
        )

    monkeypatch.setattr(watch, "look_once", count)
    rota.needs_worker = True
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run())
        await wait_until(lambda: looks == 1)
        await add_worker("AW_first")
        await wait_until(lambda: looks == 2)
        rota.needs_worker = False
        await add_worker("AW_second")
        await asyncio.sleep(3 * watch_module.NEWCOMER_SECONDS)
        assert looks == 2
        watch.stop()
        await watching
