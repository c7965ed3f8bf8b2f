"""What waits to be sent into the room: of each thing the newest version only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Outbox(Generic[Item]):
    """What waits to be sent, oldest id first, the newest version of each."""

    def __init__(self, send: Callable[[Item], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: dict[str, Item] = {}
        self._news = asyncio.Event()
        self._sending = asyncio.Lock()
        self._ended = False

    def push(self, item_id: str, item: Item, *, behind: bool = False) -> None:
        """Send this soon, in place of an older version that still waits.

        Args:
            item_id: of the thing.
            item: its newest version.
            behind: behind everything that waits, not in the place of the older version.
        """
        if behind:
            self._waiting.pop(item_id, None)
        self._waiting[item_id] = item
        self._news.set()

    async def discard(self, unwanted: Callable[[Item], bool]) -> None:
        """Forget what waits and is not wanted; returns when nothing of it is under way either."""
        self._waiting = {key: item for key, item in self._waiting.items() if not unwanted(item)}
        async with self._sending:
            return

    def end_input(self) -> None:
        """Let `run` return when everything is sent."""
        self._ended = True
        self._news.set()

    async def run(self) -> None:
        """Send until `end_input` was called and nothing waits."""
        while True:
            while self._waiting:
                async with self._sending:
                    if self._waiting:  # else it was discarded meanwhile
                        await self._send(self._waiting.pop(next(iter(self._waiting))))
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()
