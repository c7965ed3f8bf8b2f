"""Keeps what runs beside the answers running, whatever comes of one look."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from settings.faults import describe_fault

_log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 5.0
"""Before something begins again that broke; a fault that stays is told as often."""


async def keep_up(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run until it returns or is cancelled; what it did not foresee is told, and it begins again.

    Without this, one fault in one of them would end its task group, and with it all the others,
    while requests are still answered.

    Args:
        name: what it is, for the log.
        run: may be called again after it raised.
    """
    while True:
        try:
            return await run()
        except Exception as error:  # noqa: BLE001
            _log.error("%s broke off and begins again: %s", name, describe_fault(error))
            await asyncio.sleep(PAUSE_SECONDS)
