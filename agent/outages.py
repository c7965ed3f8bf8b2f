"""Knows how far a meeting is heard, and marks when nobody listened."""

import asyncio
from typing import Final

from agent.ears import Clock
from agent.hearing import Hearing
from agent.keeper import Keeper
from agent.publisher import Publisher
from records import WORTH_MARKING_MS, Meeting
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
        """Up to when the meeting was heard before a gap that is not marked yet; None: it is."""
        self._is_lost = False
        """Whether the connection is broken now."""
        self._expected: frozenset[str] = frozenset()
        self._returned = asyncio.Event()

    def heard_until(self) -> float:
        """Return up to when all that was said is heard and kept, seconds since the Unix epoch."""
        heard = self._hearing.heard_until()
        return heard if self._lost_at is None else min(heard, self._lost_at)

    def lose(self) -> None:
        """The connection is broken: nobody is heard."""
        self._is_lost = True
        if self._lost_at is None:
            self._lost_at = self.heard_until()
            self._expected = self._hearing.identities()

    def regain(self) -> None:
        """The connection is back."""
        self._is_lost = False
        self._returned.set()

    async def run(self) -> None:
        """Mark a gap whenever the connection is back, until cancelled."""
        while True:
            await self._returned.wait()
            self._returned.clear()
            if self._lost_at is not None:
                until = await self.end(self._lost_at, "connection_lost")
                # It may have broken again meanwhile: then the next gap follows on this one.
                broke_again = self._is_lost or self._returned.is_set()
                self._lost_at = until if broke_again else None

    async def end(self, since: float, reason: GapReason, until: float | None = None) -> float:
        """Mark the time in which nobody listened, if it is worth it; return when it ended.

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
        return until


def reason_of(meeting: Meeting, room_sid: str, room_made_at: float) -> GapReason:
    """Return why a meeting was not heard until a new agent came: what happened last.

    Args:
        meeting: as the new agent has found it; it was heard before.
        room_sid: of the room's life now.
        room_made_at: when that life began, seconds since the Unix epoch.
    """
    is_other_life = room_sid != meeting.room_sid
    heard_until = (meeting.seen_at_ms or 0) / 1000
    return "room_remade" if is_other_life and room_made_at > heard_until else "agent_away"
