"""Waits for what other processes do and nobody announces."""

import asyncio
from collections.abc import Callable


async def until(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    """Return as soon as something is so; fail when it never is."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)
