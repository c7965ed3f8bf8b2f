"""A peer's process, from its start until it is stopped."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from benchmarks.rooms import BenchmarkError
from stack.part import Part
from stack.terminal import ignore_line, print_line

START_SECONDS = 60.0


@asynccontextmanager
async def peer_part(
    name: str, command: Sequence[str], *, env: dict[str, str], ready: str, logs: bool
) -> AsyncIterator[Part]:
    """Run a process; yields when it has printed a line with the text `ready`.

    Raises:
        BenchmarkError: it ended before, or took too long.
    """
    said_ready = asyncio.Event()

    def on_line(part_name: str, line: str) -> None:
        if ready in line:
            said_ready.set()
        (print_line if logs else ignore_line)(part_name, line)

    part = await Part.start(name, command, env=env, on_line=on_line)
    try:
        loop = asyncio.get_running_loop()
        waiting = [loop.create_task(said_ready.wait()), loop.create_task(part.wait())]
        await asyncio.wait(waiting, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if not said_ready.is_set():
            what = f"did not get ready within {START_SECONDS:.0f} s" if part.is_running else "ended"
            raise BenchmarkError(str(part.failure(what)))
        yield part
    finally:
        await part.stop(grace_seconds=15.0)
