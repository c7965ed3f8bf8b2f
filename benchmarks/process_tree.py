"""What a process and everything it started cost: CPU time and memory."""

import asyncio
from contextlib import suppress

import psutil

_SAMPLE_SECONDS = 0.5
_MEMORY_EVERY = 4
"""Samples of CPU time for each sample of memory, which costs more to take."""
_MB = 1 << 20


class ProcessTree:
    """Samples a tree of processes; use as an async context manager around what is measured.

    CPU time of a process that ends between two samples counts up to the last one.
    """

    def __init__(self, root_pid: int) -> None:
        self._root = psutil.Process(root_pid)
        self._before: dict[tuple[int, float], float] = {}
        self._last: dict[tuple[int, float], float] = {}
        self.peak_pss_mb = 0.0
        """Most memory of the tree at one time; what processes share is shared out."""
        self.peak_rss_mb = 0.0
        """The same, where what processes share counts for each of them."""

    @property
    def cpu_seconds(self) -> float:
        """CPU time spent since the beginning, user and system."""
        return sum(spent - self._before.get(key, 0.0) for key, spent in self._last.items())

    async def __aenter__(self) -> "ProcessTree":
        self._before = await asyncio.to_thread(self._cpu_times)
        self._last = dict(self._before)
        self._sampling = asyncio.get_running_loop().create_task(self._sample(), name="samples")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sampling.cancel()
        with suppress(asyncio.CancelledError):
            await self._sampling
        self._last |= await asyncio.to_thread(self._cpu_times)

    async def _sample(self) -> None:
        count = 0
        while True:
            self._last |= await asyncio.to_thread(self._cpu_times)
            if count % _MEMORY_EVERY == 0:
                await asyncio.to_thread(self._sample_memory)
            count += 1
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _processes(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]

    def _cpu_times(self) -> dict[tuple[int, float], float]:
        times: dict[tuple[int, float], float] = {}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                spent = process.cpu_times()
                times[process.pid, process.create_time()] = spent.user + spent.system
        return times

    def _sample_memory(self) -> None:
        pss = rss = 0
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                memory = process.memory_full_info()
                pss += memory.pss
                rss += memory.rss
        self.peak_pss_mb = max(self.peak_pss_mb, pss / _MB)
        self.peak_rss_mb = max(self.peak_rss_mb, rss / _MB)
