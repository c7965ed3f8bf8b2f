"""Knows how far a meeting is heard, and marks when nobody listened."""

import asyncio
from typing import Final

from agent.ears import Clock
from agent.hearing import Hearing
from agent.keeper import Keeper
from agent.publisher import Publisher
from records import WORTH_MARKING_MS
from wire.gap import Gap, GapReason

_SETTLE_SECONDS: Final = 3.0
"""How long the sound of people is waited for who come back: they do so at their own pace."""


class Outages:
    """The gaps of one meeting, as far as this agent ends them."""

    def __init__(
        self, *, hearing: Hearing, keeper: Keeper, publisher: Publisher, now: Clock
    ) -> None:
        self._hearing = hearing
        self._keeper = keeper
        self._publisher = publisher
        self._now = now
        self._lost_at: float | None = None
        """Since when the connection is broken; None: it is not."""
        self._expected: frozenset[str] = frozenset()
        self._returned = asyncio.Event()

    def heard_until(self) -> float:
        """Return up to when all that was said is heard and kept, seconds since the Unix epoch."""
        heard = self._hearing.heard_until()
        return heard if self._lost_at is None else min(heard, self._lost_at)

    def lose(self) -> None:
        """The connection is broken: nobody is heard."""
        if self._lost_at is None:
            self._lost_at = self.heard_until()
            self._expected = self._hearing.identities()

    def regain(self) -> None:
        """The connection is back."""
        self._returned.set()

    async def run(self) -> None:
        """Mark a gap whenever the connection is back, until cancelled."""
        while True:
            await self._returned.wait()
            self._returned.clear()
            if self._lost_at is not None:
                await self.end(self._lost_at, "connection_lost")
                self._lost_at = None

    async def end(self, since: float, reason: GapReason, until: float | None = None) -> None:
        """Mark the time in which nobody listened, if it is worth it.

        Args:
            since: up to when the meeting was heard, seconds since the Unix epoch.
            reason: why it was not afterwards.
            until: since when it is heard again, on the same clock; None: wait until everybody is.
        """
        if until is None:
            await self._hearing.settle(self._expected, _SETTLE_SECONDS)
            until = self._now()
        gap = Gap(
            started_at_ms=round(since * 1000),
            ended_at_ms=round(until * 1000),
            reason=reason,
            transcript_sequence=0,  # the keeper gives it its own
        )
        if gap.ended_at_ms - gap.started_at_ms >= WORTH_MARKING_MS:
            self._publisher.publish_gap(await self._keeper.keep_gap(gap))
