"""Numbers every final, and keeps it in the store before anybody sees it."""

import asyncio
import logging
from collections import Counter, deque
from dataclasses import replace
from typing import Final

from records import Store, StoreUnavailableError
from transcript_buffer import Segment

logger = logging.getLogger("sidenote.keeper")

RETRY_SECONDS: Final = 1.0
LAST_TRIES: Final = 20
"""How often the end of a call tries to write what waits."""
WAITING_SEGMENTS: Final = 20_000
"""Some hours of finals; with more waiting for a store that is away, the oldest is given up."""


class Keeper:
    """Writes the finals of one meeting; while the store is away they wait here, in order."""

    def __init__(self, store: Store, room_sid: str, last_sequence: int) -> None:
        """Count on from the highest number that the transcript of the meeting has."""
        self._store = store
        self._room_sid = room_sid
        self.last_sequence = last_sequence
        """Highest number that a final or an erasure has."""
        self._waiting: deque[Segment] = deque()
        self._writing = asyncio.Lock()
        """Held by whoever writes to the store or changes what waits."""
        self._erasures: Counter[str] = Counter()
        self.lost_segments = 0
        """Finals that were given up because the store was away for too long."""

    @property
    def waiting_segments(self) -> int:
        """Finals that are not in the store yet."""
        return len(self._waiting)

    async def keep(self, segment: Segment) -> Segment | None:
        """Number a final and write it; return it with its number.

        Returns when it is in the store, or noted for when the store is back. None: what its
        speaker had said was erased meanwhile, and this with it.
        """
        erasures = self._erasures[segment.speaker]
        async with self._writing:
            if self._erasures[segment.speaker] != erasures:
                return None
            self.last_sequence += 1
            segment = replace(segment, sequence=self.last_sequence)
            if self._waiting or not await self._write(segment):
                self._wait(segment)
        return segment if self._erasures[segment.speaker] == erasures else None

    async def _write(self, segment: Segment) -> bool:
        try:
            await self._store.add_segment(self._room_sid, segment)
        except StoreUnavailableError as error:
            logger.error(
                "the store is away; finals wait in memory until it is back",
                extra={"error": str(error)},
            )
            return False
        return True

    def _wait(self, segment: Segment) -> None:
        if len(self._waiting) >= WAITING_SEGMENTS:
            self._waiting.popleft()
            self.lost_segments += 1
        self._waiting.append(segment)

    async def erase_speaker(self, identity: str) -> int:
        """Forget the finals of a participant that wait; return the number of this erasure.

        When this returns, none that came before is on its way into the store.
        """
        self._erasures[identity] += 1
        async with self._writing:
            # What was being written meanwhile is in the store by now, or waits.
            self._waiting = deque(each for each in self._waiting if each.speaker != identity)
            self.last_sequence += 1
            return self.last_sequence

    async def run(self) -> None:
        """Write what waits as soon as the store is back, until cancelled."""
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            await self.write_waiting()

    async def write_waiting(self) -> bool:
        """Write what waits; False if the store is still away."""
        waited = len(self._waiting)
        while self._waiting:
            async with self._writing:
                if not self._waiting:
                    break
                try:
                    await self._store.add_segment(self._room_sid, self._waiting[0])
                except StoreUnavailableError:
                    return False
                self._waiting.popleft()
        if waited:
            logger.info("the store is back; finals are written", extra={"finals": waited})
        return True

    async def finish(self) -> None:
        """Write what waits; tries for some time, because afterwards the finals are gone."""
        for _ in range(LAST_TRIES):
            if await self.write_waiting():
                return
            await asyncio.sleep(RETRY_SECONDS)
        self.lost_segments += len(self._waiting)
        logger.error(
            "the store did not come back before the end of the call; finals are lost",
            extra={"finals": len(self._waiting)},
        )
