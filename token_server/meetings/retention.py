"""Forgets meetings and closed rooms when they are so old as the settings say."""

import asyncio
import logging
from typing import Final

from records import FilesUnavailableError, StoreUnavailableError
from token_server.desk import Desk
from token_server.meetings.forgetting import forget_meetings

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 3600.0
_AT_ONCE: Final = 100
"""Meetings that are deleted in one go; a SQLite file is written anew behind each."""
_DAY_MS: Final = 86_400_000


class Retention:
    """Looks once an hour for meetings whose time is over."""

    def __init__(self, desk: Desk, days: int) -> None:
        """Forget what ended, and whose room was closed, more than so many days ago."""
        self._desk = desk
        self._days = days

    async def run(self) -> None:
        """Forget until cancelled; what fails is tried again an hour later."""
        while True:
            await self.forget_old()
            await asyncio.sleep(PERIOD_SECONDS)

    async def forget_old(self) -> int:
        """Forget what is too old now; return how many meetings that were."""
        before_ms = self._desk.clock() - self._days * _DAY_MS
        forgotten = 0
        store = self._desk.store
        try:
            while old := await store.list_ended_meetings(before_ms=before_ms, most=_AT_ONCE):
                forgotten += await forget_meetings(self._desk, old)
            # What hosts had written for the call is as old as what was said in it.
            await store.forget_closed_rooms(before_ms=before_ms)
        except (StoreUnavailableError, FilesUnavailableError) as error:
            _log.error("not all that is old could be forgotten: %s", error)
        if forgotten:
            _log.info("%d meetings older than %d days forgotten", forgotten, self._days)
        return forgotten
