"""Waits, and tries again: what a store that is away did not take, what is not there yet."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from records import StoreUnavailableError

logger = logging.getLogger("sidenote.retry")

_LOOK_SECONDS: Final = 0.02
RETRY_SECONDS: Final = 1.0
MOST_TRIES: Final = 20

Attempt = Callable[[], Awaitable[bool]]
"""Does something with the store; False if the store is away."""


async def keep_trying(attempt: Attempt) -> None:
    """Attempt it again and again, until cancelled."""
    while True:
        await asyncio.sleep(RETRY_SECONDS)
        await attempt()


async def try_for_a_while(attempt: Attempt) -> bool:
    """Attempt it until the store is there, for some time at most; False: it did not come back."""
    for _ in range(MOST_TRIES):
        if await attempt():
            return True
        await asyncio.sleep(RETRY_SECONDS)
    return False


async def follow(name: str, load: Callable[[], Awaitable[None]], *, seconds: float) -> None:
    """Read something of the store now and then, until cancelled; while it is away, go on without.

    Args:
        name: of what is read, for the log.
        load: reads it.
        seconds: from one reading to the next.
    """
    while True:
        await asyncio.sleep(seconds)
        try:
            await load()
        except StoreUnavailableError as error:
            logger.warning("%s cannot be read", name, extra={"error": str(error)})


async def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so, for some time at most; it is looked at often, and costs little.

    Args:
        is_so: tells whether it is.
        seconds: the longest to wait.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(_LOOK_SECONDS)
