"""Claims work that waits in the store, does it under a lease, and notes what has come of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from agent.ears import Clock
from agent.minutes.scribe import (
    LONGEST_REASON,
    NobodyConcernedError,
    NotWrittenError,
    WordsErasedError,
)
from records import Store, StoreUnavailableError, Work

logger = logging.getLogger("sidenote.work")

LEASE_SECONDS: Final = 30.0
_RENEW_SECONDS: Final = 10.0
_AT_ONCE_SECONDS: Final = 1.0
_FIRST_PAUSE_SECONDS: Final = 5.0
"""Before work that failed is tried again; doubled each time."""
_LONGEST_PAUSE_SECONDS: Final = 900.0
_STORE_AWAY: Final = "the store was away"
_DIED: Final = "who wrote them ended in the middle, each time"


class WaitingWork:
    """The work of the store, as one of those who do it."""

    def __init__(self, store: Store, holder: str, most_attempts: int, now: Clock) -> None:
        """Claim nothing yet.

        Args:
            store: where the work is.
            holder: name of who does it; nobody else has it.
            most_attempts: how often work is begun before it is given up.
            now: the clock.
        """
        self._store = store
        self._holder = holder
        self._most_attempts = most_attempts
        self._now = now

    async def do_next(
        self, act: Callable[[Work], Awaitable[object]], *, room_sid: str | None = None
    ) -> bool:
        """Do the work that is due longest; False: none is.

        Work that is cancelled in the middle is put back: nobody waits for its lease.

        Args:
            act: does it; may raise `NotWrittenError`.
            room_sid: of the meeting whose work it is to be; None: of any that has ended.

        Raises:
            StoreUnavailableError: the store is away; what was begun is due again when its lease
                is over.
        """
        work = await self._store.claim_work(
            self._holder, now_ms=self._now_ms(), lease_seconds=LEASE_SECONDS, room_sid=room_sid
        )
        if work is None:
            return False
        if work.attempts > self._most_attempts:
            await self._put_back(work, work.reason or _DIED, give_up=True)
            return True
        try:
            await self._do(work, act)
        except asyncio.CancelledError:
            with suppress(StoreUnavailableError):
                await self._put_back(work, work.reason, pause_seconds=0)
            raise
        return True

    async def _do(self, work: Work, act: Callable[[Work], Awaitable[object]]) -> None:
        try:
            await self._act_held(work, act)
        except StoreUnavailableError:
            with suppress(StoreUnavailableError):  # it may be back: nobody need wait for the lease
                await self._put_back(work, _STORE_AWAY, pause_seconds=_AT_ONCE_SECONDS)
            raise
        except WordsErasedError as error:
            await self._put_back(work, str(error), pause_seconds=_AT_ONCE_SECONDS)
        except NobodyConcernedError as error:
            await self._put_back(work, str(error), give_up=True)
        except NotWrittenError as error:
            await self._put_back(work, str(error))
        except Exception as error:  # noqa: BLE001
            # Its text may hold what was said. The next meeting's work is done all the same.
            await self._put_back(work, f"a fault of Sidenote's own: {type(error).__name__}")
        else:
            await self._store.finish_work(work.id, self._holder)

    async def _act_held(self, work: Work, act: Callable[[Work], Awaitable[object]]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                renewing = tasks.create_task(self._renew(work), name="work lease")
                await act(work)
                renewing.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from None

    async def _renew(self, work: Work) -> None:
        """Hold the lease; ends the work when somebody else has it, or wants it done anew."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            held = await self._store.renew_work(
                work.id, self._holder, now_ms=self._now_ms(), lease_seconds=LEASE_SECONDS
            )
            if not held:
                raise NotWrittenError("it was asked for anew, or somebody else does it")

    async def _put_back(
        self,
        work: Work,
        reason: str,
        *,
        give_up: bool = False,
        pause_seconds: float | None = None,
    ) -> None:
        if pause_seconds is None:
            pause_seconds = min(
                _FIRST_PAUSE_SECONDS * 2 ** (work.attempts - 1), _LONGEST_PAUSE_SECONDS
            )
        logger.warning(
            "work was not done",
            extra={"room_sid": work.room_sid, "attempt": work.attempts, "given_up": give_up},
        )
        await self._store.put_work_back(
            work.id,
            self._holder,
            due_at_ms=self._now_ms() + round(pause_seconds * 1000),
            reason=reason[:LONGEST_REASON],
            give_up=give_up,
        )

    def _now_ms(self) -> int:
        return round(self._now() * 1000)


def _first(error: BaseException) -> BaseException:
    """Return what went wrong first, out of the groups that tasks wrap it in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
