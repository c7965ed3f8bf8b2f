import asyncio
import os
import sys

import pytest

from stack import supervision
from stack.part import Part
from stack.supervision import keep_running, pause_before_restart

pytestmark = pytest.mark.unit


class Lines:
    """Takes the lines of parts, and lets a test wait for so many of a kind."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._news = asyncio.Event()

    def __call__(self, part: str, line: str) -> None:
        self.lines.append((part, line))
        self._news.set()

    async def wait_for(self, line: tuple[str, str], count: int) -> None:
        async with asyncio.timeout(60):
            while self.lines.count(line) < count:
                self._news.clear()
                await self._news.wait()


async def start(name: str, program: str, lines: Lines) -> Part:
    command = [sys.executable, "-u", "-c", program]
    return await Part.start(name, command, env=dict(os.environ), on_line=lines)


async def test_a_part_that_ends_is_started_again_and_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_SECONDS", 0.001)
    lines = Lines()
    lasting = await start("lasting", "import time; print('up'); time.sleep(600)", lines)
    ending = await start("ending", "print('up'); raise SystemExit(4)", lines)
    pid = lasting.pid
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(keep_running([lasting, ending], lines))
        await lines.wait_for(("ending", "up"), 3)
        keeping.cancel()
    await ending.stop()
    await lasting.stop()

    told = [line for part, line in lines.lines if part == "ending" and line != "up"]
    assert told[0] == "has ended (exit code 4); it is started again in 0 s"
    assert lines.lines.count(("lasting", "up")) == 1
    assert lasting.pid == pid


async def test_a_part_that_was_killed_after_a_while_is_started_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "STEADY_SECONDS", 0.0)
    monkeypatch.setattr(supervision, "FIRST_PAUSE_SECONDS", 3600.0)
    lines = Lines()
    part = await start("part", "import time; print('up'); time.sleep(600)", lines)
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(keep_running([part], lines))
        await lines.wait_for(("part", "up"), 1)
        part.kill()
        await lines.wait_for(("part", "up"), 2)
        keeping.cancel()
    await part.stop()

    assert ("part", "has ended (exit code -9); it is started again now") in lines.lines


def test_the_pauses_double_up_to_half_a_minute() -> None:
    pauses = [pause_before_restart(short_runs, 0.5) for short_runs in range(8)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_part_that_ran_for_long_is_started_again_at_once() -> None:
    assert pause_before_restart(5, 10.0) == 0.0
