"""What runs beside the answers goes on after a fault, and the log learns no text of it."""

import asyncio

import pytest

from token_server import upkeep
from token_server.upkeep import keep_up

pytestmark = pytest.mark.unit

SECRET = "quartzbeetle"


async def test_a_loop_that_breaks_begins_again_and_the_others_never_stop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.0)
    turns: list[str] = []

    async def break_twice() -> None:
        turns.append("broken")
        if len(turns) < 3:
            raise ValueError(SECRET)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        lasting = tasks.create_task(asyncio.Event().wait())
        await tasks.create_task(keep_up("webhooks", break_twice))
        assert not lasting.done()
        lasting.cancel()

    assert turns == ["broken"] * 3
    assert "webhooks broke off and begins again: ValueError in" in caplog.text
    assert "break_twice" in caplog.text
    assert SECRET not in caplog.text


async def test_a_loop_that_is_cancelled_ends() -> None:
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keep_up("watch", lambda: asyncio.sleep(3600)))
        await asyncio.sleep(0)
        running.cancel()

    assert running.cancelled()
