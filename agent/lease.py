"""The right to serve a room: one agent at a time, and nobody waits long for a dead one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from agent.ears import Clock
from records import Lease, Store, StoreUnavailableError

logger = logging.getLogger("sidenote.lease")

LEASE_SECONDS: Final = 3.0
"""A busy machine may stall a process for a second or two; only then is it given up."""
RENEW_SECONDS: Final = 0.5
LEAVING_SECONDS: Final = 0.05
"""Between two renewals when a successor may come: it is to wait as short as may be."""
ASK_SECONDS: Final = 0.05
"""Between two looks of a successor: its predecessor has stopped listening."""
PATIENCE_SECONDS: Final = 30.0
"""How long a successor waits for a predecessor that finishes what it has heard."""


class RoomLease:
    """The lease of one room, held by one job."""

    def __init__(self, store: Store, room_name: str, holder: str, now: Clock) -> None:
        self._store = store
        self._room_name = room_name
        self._holder = holder
        self._now = now
        self._room_sid: str | None = None
        self._heard_until: Callable[[], float] = now
        self._renewed_at = now()
        self.followed_at: float | None = None
        """Since when another agent listens in the room, seconds since the Unix epoch; None: none
        has come since the lease was known to be ours."""

    def listen_to(self, room_sid: str, heard_until: Callable[[], float]) -> None:
        """Tell the store from now on how far a meeting is heard.

        Args:
            room_sid: of the meeting.
            heard_until: returns up to when all that was said in it is heard and kept.
        """
        self._room_sid = room_sid
        self._heard_until = heard_until

    def note_follower(self) -> None:
        """Another agent begins to listen in the room."""
        if self.followed_at is None:
            self.followed_at = self._now()

    async def take(self) -> bool:
        """Take or renew the lease; False while another agent holds it.

        Raises:
            StoreUnavailableError: the store is away.
        """
        return await self._take() is not None

    async def is_leaving(self) -> bool:
        """Tell whether whoever holds the lease would give it to a successor.

        Raises:
            StoreUnavailableError: the store is away.
        """
        lease = await self._store.find_lease(self._room_name, now_ms=self._now_ms())
        return lease is not None and lease.leaving

    async def inherit(self) -> bool:
        """Ask the holder for the lease until it is ours; False if it stays with somebody else.

        The holder stops to listen as soon as it sees this, finishes, and lets go.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        if await self.take():
                            return True
                        if not await self._store.want_lease(self._room_name, self._holder):
                            # It was let go this moment, or is held by somebody who stays.
                            return await self.take()
                    except StoreUnavailableError as error:
                        logger.warning("the lease cannot be asked for", extra={"error": str(error)})
                    await asyncio.sleep(ASK_SECONDS)
        return False

    async def hold(self, on_wanted: Callable[[], None] = lambda: None) -> None:
        """Renew the lease; returns only when another agent has taken it.

        While the store is away nobody can tell, and the call goes on: unless the lease has run out
        and another agent has come. Then the store is away for this process alone.

        Args:
            on_wanted: called, perhaps repeatedly, while a successor is in place and asks for it.
        """
        leaving = False
        while True:
            await asyncio.sleep(LEAVING_SECONDS if leaving else RENEW_SECONDS)
            try:
                lease = await self._take()
            except StoreUnavailableError as error:
                logger.warning("the lease was not renewed", extra={"error": str(error)})
                if self._is_followed():
                    return
                continue
            if lease is None:
                return
            leaving = lease.leaving
            if lease.wanted_by:
                on_wanted()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the lease while something else is done."""
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(self.hold(), name="lease")
            yield
            holding.cancel()

    async def release(self) -> None:
        """Give the lease back, so that a successor need not wait until it runs out."""
        try:
            if self._room_sid:
                await self._take()  # the last word on how far the meeting is heard
            await self._store.release_lease(self._room_name, self._holder)
        except StoreUnavailableError as error:
            logger.warning("the lease was not given back", extra={"error": str(error)})

    async def _take(self) -> Lease | None:
        asked_at = self._now()
        lease = await self._store.take_lease(
            self._room_name,
            self._holder,
            now_ms=round(asked_at * 1000),
            ttl_seconds=LEASE_SECONDS,
            listens_to=self._room_sid,
            heard_until_ms=round(self._heard_until() * 1000),
        )
        if lease:
            self._renewed_at = asked_at
            self.followed_at = None
        return lease

    def _is_followed(self) -> bool:
        return self.followed_at is not None and self._now() - self._renewed_at >= LEASE_SECONDS

    def _now_ms(self) -> int:
        return round(self._now() * 1000)
