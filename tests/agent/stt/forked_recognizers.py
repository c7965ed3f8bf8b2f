"""`python -m tests.agent.stt.forked_recognizers WHAT`: recognizers forked in a process of its own.

The tests' own process runs threads, so it may not fork. Prints what it saw as JSON.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import psutil

from agent.stt.forked import start_forking
from agent.stt.pocketsphinx_process import DECODERS_PER_PROCESS, preload_decoders
from agent.stt.recognizer import RecognizerPool
from tests.agent.speech import read_line
from tests.agent.waiting import until

NICENESS = 7


def load() -> None:
    preload_decoders(DECODERS_PER_PROCESS)


async def hear(pool: RecognizerPool) -> str:
    segment = pool.open_segment(None, lambda _: None)
    segment.push(read_line(2).pcm)
    segment.end()
    return (await segment.final).text


async def share() -> dict[str, Any]:
    """Two recognizers of a pool, and what becomes of them."""
    forks_from = start_forking(load)
    pool = RecognizerPool(2)
    pool.prewarm()
    prewarmed = pool.process_count
    async with pool:
        pool.reserve(2)
        os.nice(NICENESS)
        text = await hear(pool)
        await until(lambda: len(pool.pids) == 2)
        before = [psutil.Process(pid) for pid in pool.pids]
        before_niceness = [process.nice() for process in before]
        parents = [process.ppid() for process in before]
        before[0].kill()
        await until(lambda: pool.restarts == 1 and len(pool.pids) == 2)
        (fresh,) = (psutil.Process(pid) for pid in pool.pids if pid != before[1].pid)
        parents.append(fresh.ppid())
        niceness = [*before_niceness, fresh.nice()]
    await until(lambda: not any(one.is_running() for one in (*before, fresh)))
    return {
        "prewarmed": prewarmed,
        "text": text,
        "parents": sorted({parent == forks_from for parent in parents}),
        "niceness": niceness,
        "restarts": pool.restarts,
    }


async def load_late() -> dict[str, Any]:
    """A segment that begins, and ends, before the models are loaded."""
    held, let_go = os.pipe()

    def load_when_told() -> None:
        os.read(held, 1)
        load()

    start_forking(load_when_told)
    async with RecognizerPool(1) as pool, asyncio.TaskGroup() as tasks:
        hearing = tasks.create_task(hear(pool))
        await asyncio.sleep(0.3)
        early = hearing.done()
        os.write(let_go, b"!")
        return {"early": early, "text": await hearing}


async def lose() -> dict[str, Any]:
    """Recognizers after what they were forked from has died."""
    forks_from = start_forking(load)
    async with RecognizerPool(1) as pool:
        await hear(pool)
        os.kill(forks_from, signal.SIGKILL)
        await asyncio.to_thread(os.waitpid, forks_from, 0)
        os.kill(pool.pids[0], signal.SIGKILL)
        await until(lambda: pool.restarts == 1)
        text = await hear(pool)
        return {"text": text, "own": psutil.Process(pool.pids[0]).ppid() == os.getpid()}


async def leave() -> dict[str, Any]:
    """What is left behind by a process that is about to be killed."""
    forks_from = start_forking(load)
    async with RecognizerPool(1) as pool:
        await hear(pool)
        os.killpg(0, signal.SIGINT)
        os.kill(forks_from, signal.SIGTERM)
        text = await hear(pool)
        print(json.dumps({"text": text, "left": [forks_from, *pool.pids]}), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return {}


WHAT: dict[str, Callable[[], Any]] = {
    "share": share,
    "load_late": load_late,
    "lose": lose,
    "leave": leave,
}

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print(json.dumps(asyncio.run(WHAT[sys.argv[1]]())))
