"""The most memory that this process has while something goes on."""

import threading
from types import TracebackType
from typing import Final, Self

import psutil

_LOOK_SECONDS: Final = 0.02
_MB: Final = 1 << 20


class PeakMemory:
    """Looks at this process from a thread. Use as an async context manager."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="peak memory")
        self.before_mb = self._rss_mb()
        self.peak_mb = self.before_mb

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self.peak_mb = max(self.peak_mb, self._rss_mb())

    def _rss_mb(self) -> float:
        return float(self._process.memory_info().rss) / _MB
