"""A connection whose caller may be cancelled at any moment."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


class UnbrokenConnection(AsyncConnection):
    """Finishes the statement that is under way when its caller is cancelled; that one then ends.

    SQLite's thread cannot be interrupted: a statement whose caller was cancelled goes on there.
    SQLAlchemy would throw its connection away in the middle of that, with the transaction open, and
    nobody could write to the file until the process ends.
    """

    async def start(self, is_ctxmanager: bool = False) -> AsyncConnection:
        """Connect."""
        return await unbroken(super().start(is_ctxmanager))

    def execute(self, *args: Any, **options: Any) -> Any:
        """Execute a statement, whole."""
        return unbroken(super().execute(*args, **options))

    async def commit(self) -> None:
        """Keep what was done."""
        await unbroken(super().commit())

    async def invalidate(self, exception: BaseException | None = None) -> None:
        """Close what the pool would keep."""
        await unbroken(super().invalidate(exception))

    async def close(self) -> None:
        """Give the connection back, and undo what was not kept; safe if there is none."""
        if self.sync_connection is not None:
            await unbroken(super().close())


async def unbroken(coroutine: Coroutine[Any, Any, T]) -> T:
    """Await it to its end, also if the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(coroutine)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # nobody is there to hear of it
        raise
