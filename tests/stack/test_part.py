import asyncio
import os
import sys

import pytest

from stack.part import Part

pytestmark = pytest.mark.unit

LINGERING = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(4)"])
print("up", flush=True)
time.sleep(600)
"""
"""Starts something that outlives it, and holds its output open."""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


class Lines:
    """Takes the lines of a part, and lets a test wait for one of them."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._news = asyncio.Event()

    def __call__(self, part: str, line: str) -> None:
        self.lines.append((part, line))
        self._news.set()

    async def wait_for(self, line: str) -> None:
        async with asyncio.timeout(60):
            while line not in [text for _, text in self.lines]:
                self._news.clear()
                await self._news.wait()


async def start(program: str, lines: Lines) -> Part:
    command = [sys.executable, "-u", "-c", program]
    return await Part.start("a part", command, env=dict(os.environ), on_line=lines)


async def test_every_line_is_passed_on_with_the_name_of_the_part() -> None:
    lines = Lines()
    part = await start("import sys; print('out'); print('err', file=sys.stderr)", lines)
    assert await part.wait() == 0
    await part.wait_for_output()
    assert lines.lines == [("a part", "out"), ("a part", "err")]
    assert not part.is_running
    await part.stop()


async def test_a_failure_tells_the_exit_code_and_the_last_lines() -> None:
    part = await start("[print('line', n) for n in range(40)]; raise SystemExit(3)", Lines())
    assert await part.wait() == 3
    await part.wait_for_output()
    text = str(part.failure("ended while it was starting"))
    assert text.startswith("a part ended while it was starting (exit code 3)")
    assert "line 39" in text
    assert "line 20" not in text


async def test_a_part_that_listens_ends_on_the_first_signal() -> None:
    lines = Lines()
    part = await start("import time; print('up'); time.sleep(600)", lines)
    await lines.wait_for("up")
    await part.stop(grace_seconds=30)
    assert await part.wait() == -15


async def test_a_part_that_does_not_listen_is_killed() -> None:
    lines = Lines()
    part = await start(STUBBORN, lines)
    await lines.wait_for("deaf")
    await part.stop(grace_seconds=0.1)
    assert await part.wait() == -9


async def test_a_killed_part_is_started_again_while_its_output_is_still_held_open() -> None:
    lines = Lines()
    part = await start(LINGERING, lines)
    await lines.wait_for("up")
    pid = part.pid
    part.kill()
    assert await part.wait() == -9
    await part.restart()
    assert len(part._outputs) == 2, "the old one is read to its end"
    assert part.is_running
    assert part.pid != pid
    await part.stop()
    assert not part._outputs


async def test_a_line_longer_than_the_limit_does_not_end_the_reading() -> None:
    lines = Lines()
    part = await start("print('x' * 3_000_000); print('after')", lines)
    await lines.wait_for("after")
    assert await part.wait() == 0
    await part.wait_for_output()


async def test_bytes_that_are_not_text_are_shown_as_such() -> None:
    lines = Lines()
    part = await start("import os; os.write(1, b'\\xff\\n')", lines)
    await part.wait_for_output()
    assert lines.lines == [("a part", "\N{REPLACEMENT CHARACTER}")]
