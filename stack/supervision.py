"""Starts parts again that have ended, as a service manager does."""

import asyncio
import time
from collections.abc import Iterable
from typing import Final

from stack.part import LineSink, Part

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 10.0
"""A part that ran for so long is started again at once; one that did not, after a pause that
doubles."""


async def keep_running(parts: Iterable[Part], on_line: LineSink) -> None:
    """Start each part again whenever it ends, and say so, until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(_keep(part, on_line), name=f"keep {part.name}")


async def _keep(part: Part, on_line: LineSink) -> None:
    short_runs = 0
    while True:
        began = time.monotonic()
        code = await part.wait()
        ran_seconds = time.monotonic() - began
        pause = pause_before_restart(short_runs, ran_seconds)
        short_runs = 0 if ran_seconds >= STEADY_SECONDS else short_runs + 1
        when = f"in {pause:.0f} s" if pause else "now"
        on_line(part.name, f"has ended (exit code {code}); it is started again {when}")
        await asyncio.sleep(pause)
        await part.restart()


def pause_before_restart(short_runs: int, ran_seconds: float) -> float:
    """Return the seconds to wait.

    Args:
        short_runs: how many runs before this one, in a row, were short.
        ran_seconds: how long this one lasted.
    """
    if ran_seconds >= STEADY_SECONDS:
        return 0.0
    # Bounded, so that the power stays small however long a part does not come up.
    return min(FIRST_PAUSE_SECONDS * (1 << min(short_runs, 10)), LONGEST_PAUSE_SECONDS)
