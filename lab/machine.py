"""What each part of the stack costs: CPU time and memory of its process and all its children."""

import asyncio
from contextlib import suppress
from typing import Final

import psutil
from pydantic import BaseModel

_SAMPLE_SECONDS: Final = 1.0
_MEMORY_EVERY: Final = 3
"""Samples of CPU time for each sample of memory, which costs more to take."""
_MB: Final = 1 << 20


class PartUse(BaseModel):
    """What a part cost while a call was played."""

    cpu_seconds: float
    """User and system time of the process and everything it started."""
    cpu_seconds_per_call_minute: float
    peak_pss_mb: float
    """Most memory at one time; what processes share is shared out."""
    peak_rss_mb: float
    """The same, where what processes share counts for each of them."""


class ProcessTrees:
    """Samples the trees of several processes. `run` belongs into a task.

    A root that is killed and started anew keeps its name; CPU time of a process that ends
    between two samples counts up to the last one.
    """

    def __init__(self, roots: dict[str, int]) -> None:
        """Take the process id of each part by its name."""
        self._roots = dict(roots)
        self._before: dict[tuple[str, int, float], float] = {}
        self._last: dict[tuple[str, int, float], float] = {}
        self._pss = dict.fromkeys(roots, 0.0)
        self._rss = dict.fromkeys(roots, 0.0)

    def replace(self, name: str, pid: int) -> None:
        """A part runs as another process from now on."""
        self._roots[name] = pid

    async def begin(self) -> None:
        """Count from now on."""
        self._before = await asyncio.to_thread(self._cpu_times)
        self._last = dict(self._before)

    async def run(self) -> None:
        """Sample until cancelled."""
        count = 0
        while True:
            await self._sample(memory=count % _MEMORY_EVERY == 0)
            count += 1
            await asyncio.sleep(_SAMPLE_SECONDS)

    async def finish(self, seconds: float) -> dict[str, PartUse]:
        """Take a last sample; return what each part cost in so many seconds."""
        await self._sample(memory=True)
        return {name: self._use(name, max(seconds, 1.0) / 60) for name in self._roots}

    def _use(self, name: str, minutes: float) -> PartUse:
        spent = sum(
            cpu - self._before.get(key, 0.0) for key, cpu in self._last.items() if key[0] == name
        )
        return PartUse(
            cpu_seconds=round(spent, 2),
            cpu_seconds_per_call_minute=round(spent / minutes, 2),
            peak_pss_mb=round(self._pss[name], 1),
            peak_rss_mb=round(self._rss[name], 1),
        )

    async def _sample(self, *, memory: bool) -> None:
        self._last |= await asyncio.to_thread(self._cpu_times)
        if memory:
            await asyncio.to_thread(self._sample_memory)

    def _cpu_times(self) -> dict[tuple[str, int, float], float]:
        times: dict[tuple[str, int, float], float] = {}
        for name, pid in self._roots.items():
            for process in tree(pid):
                with suppress(psutil.Error):
                    spent = process.cpu_times()
                    times[name, process.pid, process.create_time()] = spent.user + spent.system
        return times

    def _sample_memory(self) -> None:
        for name, pid in self._roots.items():
            pss = rss = 0
            for process in tree(pid):
                with suppress(psutil.Error):
                    memory = process.memory_full_info()
                    pss += memory.pss
                    rss += memory.rss
            self._pss[name] = max(self._pss[name], pss / _MB)
            self._rss[name] = max(self._rss[name], rss / _MB)


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and everything it started; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def jobs_of_worker(pid: int) -> list[psutil.Process]:
    """Return the processes below a worker that serve a call: those with media connections."""
    jobs = []
    for process in tree(pid)[1:]:
        with suppress(psutil.Error):
            if process.net_connections(kind="udp"):
                jobs.append(process)
    return jobs
