"""Forgets meetings and closed rooms when they are so old as the settings say, and to the end."""

import asyncio
import itertools
import logging
from functools import partial
from typing import Final

from records import FilesUnavailableError, StoreUnavailableError
from token_server.desk import Desk
from token_server.meetings.forgetting import delete_left_files, forget_meetings

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 60.0
_OLD_PERIOD: Final = 60
"""Periods from one look for what is old to the next."""
_AT_ONCE: Final = 100
"""Meetings that are deleted in one go; a SQLite file is written anew behind each."""
_DAY_MS: Final = 86_400_000


class Retention:
    """Looks once an hour for meetings whose time is over, and finishes what broke off."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Forget until cancelled; what fails is tried again an hour later, its rest sooner."""
        days = self._desk.settings.retention_days
        every = 1
        for period in itertools.count():
            if days and period % _OLD_PERIOD == 0:
                await self.forget_old(days)
            if period % every == 0:
                # Rewriting a file that has no place to be written is no work for each minute.
                every = 1 if await self.finish() else min(2 * every, _OLD_PERIOD)
            await asyncio.sleep(PERIOD_SECONDS)

    async def finish(self) -> bool:
        """Go on with what somebody has forgotten; tell whether all of it is gone."""
        all_gone = True
        for go_on in (self._desk.store.remove_traces, partial(delete_left_files, self._desk)):
            try:
                await go_on()
            except (StoreUnavailableError, FilesUnavailableError) as error:
                _log.error("something is left of what was forgotten: %s", error)
                all_gone = False
        return all_gone

    async def forget_old(self, days: int) -> int:
        """Forget what ended, and whose room was closed, more than so many days ago.

        Returns:
            How many meetings that were.
        """
        before_ms = self._desk.clock() - days * _DAY_MS
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
            _log.info("%d meetings older than %d days forgotten", forgotten, days)
        return forgotten
