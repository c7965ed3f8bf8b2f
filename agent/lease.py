"""The right to serve a room: one agent at a time, and nobody waits long for a dead one."""

import asyncio
import logging
from typing import Final

from agent.ears import Clock
from records import Store, StoreUnavailableError

logger = logging.getLogger("sidenote.lease")

LEASE_SECONDS: Final = 3.0
RENEW_SECONDS: Final = 1.0


class RoomLease:
    """The lease of one room, held by one job."""

    def __init__(self, store: Store, room_name: str, holder: str, now: Clock) -> None:
        self._store = store
        self._room_name = room_name
        self._holder = holder
        self._now = now

    async def take(self) -> bool:
        """Take or renew the lease; False while another agent holds it.

        Raises:
            StoreUnavailableError: the store is away.
        """
        return await self._store.take_lease(
            self._room_name,
            self._holder,
            now_ms=round(self._now() * 1000),
            ttl_seconds=LEASE_SECONDS,
        )

    async def hold(self) -> None:
        """Renew the lease; returns only when another agent has taken it."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                if not await self.take():
                    return
            except StoreUnavailableError as error:
                # Nobody can take the lease from a store that is away: the call goes on.
                logger.warning("the lease was not renewed", extra={"error": str(error)})

    async def release(self) -> None:
        """Give the lease back, so that a successor need not wait until it runs out."""
        try:
            await self._store.release_lease(self._room_name, self._holder)
        except StoreUnavailableError as error:
            logger.warning("the lease was not given back", extra={"error": str(error)})
