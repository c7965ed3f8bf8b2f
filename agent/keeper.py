"""Numbers every final and every gap, and keeps it in the store before anybody sees it."""

import asyncio
import logging
import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from agent.replay import settle
from agent.retry import keep_trying, try_for_a_while
from agent.waiting_file import Entry, FileInUseError, WaitingFile
from records import Store, StoreUnavailableError
from transcript_buffer import Segment
from wire.gap import Gap

logger = logging.getLogger("sidenote.keeper")

WAITING_ENTRIES: Final = 20_000
"""Some hours of finals; with more waiting for a store that is away, the newest is given up."""


class Keeper:
    """Writes the transcript of one meeting.

    While the store is away, finals wait in a file, in order, and are written when it is back: by
    this, or, should this process die, by `agent.replay`.
    """

    def __init__(
        self,
        store: Store,
        room_sid: str,
        last_sequence: int,
        folder: Path,
        on_away: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Begin with nothing waiting.

        Args:
            store: where the transcript belongs.
            room_sid: of the meeting.
            last_sequence: highest number that the transcript has.
            folder: of the files in which finals wait.
            on_away: told True when something begins to wait, and False when nothing does.
        """
        self._store = store
        self._room_sid = room_sid
        self.last_sequence = last_sequence
        """Highest number that a final, an erasure or a gap has."""
        self._on_away = on_away
        self._file = WaitingFile(folder, room_sid)
        self._waiting: deque[Entry] = deque()
        """What is in the file."""
        self._writing = asyncio.Lock()
        """Held by whoever writes to the store or changes what waits."""
        self._erasures: Counter[str] = Counter()
        self._followed_at = math.inf
        """Since when another agent keeps what is said, seconds since the Unix epoch."""
        self.lost_segments = 0
        """Finals that were given up, because too many waited."""

    @property
    def waiting_segments(self) -> int:
        """Finals and gaps that are not in the store yet."""
        return len(self._waiting)

    async def keep(self, segment: Segment) -> Segment | None:
        """Number a final and write it; return it with its number.

        Returns when it is in the store, or in the file for when the store is back. None: show it
        to nobody. What its speaker had said was erased meanwhile, and this with it, or another
        agent keeps it, or the store takes no such record.
        """
        erasures = self._erasures[segment.speaker]
        async with self._writing:
            if self._erasures[segment.speaker] != erasures or self._is_anothers(segment):
                return None
            self.last_sequence += 1
            segment = replace(segment, sequence=self.last_sequence)
            is_kept = await self._write_or_wait(segment)
        return segment if is_kept and self._erasures[segment.speaker] == erasures else None

    async def keep_gap(self, gap: Gap) -> Gap:
        """Number a gap and write it; return it with its number."""
        async with self._writing:
            self.last_sequence += 1
            gap = gap.model_copy(update={"transcript_sequence": self.last_sequence})
            await self._write_or_wait(gap)
        return gap

    async def leave_to_another(self, since: float) -> None:
        """Another agent listens too: give up what waits, and what comes, of what that one hears.

        Args:
            since: when it began, seconds since the Unix epoch. Finals that began earlier are kept
                by this still.
        """
        self._followed_at = since
        async with self._writing:
            try:
                await self._drop_waiting(self._is_anothers)
            except OSError as error:
                logger.error(
                    "what another agent keeps too may be written twice",
                    extra={"error": error.strerror},
                )

    def _is_anothers(self, segment: Segment) -> bool:
        return segment.start_seconds >= self._followed_at

    def void(self, identity: str) -> None:
        """Let `keep` return nothing of what a participant has said so far: it will be erased."""
        self._erasures[identity] += 1

    async def erase_speaker(self, identity: str) -> int:
        """Forget the finals of a participant that wait; return the number of this erasure.

        When this returns, none that came before is on its way into the store, or in the file.

        Raises:
            StoreUnavailableError: traces are left in the file; erase again.
        """
        self.void(identity)
        async with self._writing:
            self.last_sequence += 1
            try:
                # What was being written meanwhile is in the store by now, or waits.
                await self._drop_waiting(lambda segment: segment.speaker == identity)
            except OSError as error:
                raise StoreUnavailableError(
                    f"what waits for the store may not be erased ({error.strerror}); erase again"
                ) from None
            return self.last_sequence

    async def run(self) -> None:
        """Write what waits as soon as the store is back, until cancelled."""
        await keep_trying(self.write_waiting)

    async def write_waiting(self) -> bool:
        """Write what waits; False if the store is still away."""
        waited = len(self._waiting)
        while self._waiting:
            async with self._writing:
                if not self._waiting:
                    break
                try:
                    await settle(self._store, self._room_sid, self._waiting[0])
                except StoreUnavailableError:
                    return False
                self._waiting.popleft()
                if not self._waiting:
                    await self._clear_file()
        if waited:
            logger.info("the store is back; finals are written", extra={"finals": waited})
        return True

    async def finish(self) -> None:
        """Write what waits; tries for some time, and leaves it in the file if that is in vain."""
        if not await try_for_a_while(self.write_waiting):
            logger.error(
                "the store did not come back before the end of the call; finals wait in a file "
                "until the worker can write them",
                extra={"finals": len(self._waiting)},
            )
        self._file.close()

    async def _write_or_wait(self, entry: Entry) -> bool:
        """Write an entry behind all others, or let it wait; False if the store refuses it."""
        if not self._waiting:
            try:
                return await settle(self._store, self._room_sid, entry)
            except StoreUnavailableError as error:
                logger.error(
                    "the store is away; finals wait in a file until it is back",
                    extra={"error": str(error)},
                )
        await self._wait(entry)
        return True

    async def _wait(self, entry: Entry) -> None:
        if len(self._waiting) >= WAITING_ENTRIES:
            self.lost_segments += 1
            return
        try:
            await asyncio.to_thread(self._file.append, entry)
        except (OSError, FileInUseError) as error:
            # The call goes on: only the death of this process would lose it now.
            logger.error(
                "a final waits in memory, because its file cannot be written",
                extra={"error": type(error).__name__},
            )
        self._waiting.append(entry)
        if len(self._waiting) == 1:
            self._on_away(True)

    async def _drop_waiting(self, is_dropped: Callable[[Segment], bool]) -> None:
        self._waiting = deque(
            each for each in self._waiting if not (isinstance(each, Segment) and is_dropped(each))
        )
        await asyncio.to_thread(self._file.rewrite, tuple(self._waiting))

    async def _clear_file(self) -> None:
        try:
            await asyncio.to_thread(self._file.clear)
        except OSError as error:
            logger.error(
                "the file in which finals waited is left", extra={"error": type(error).__name__}
            )
        self._on_away(False)
