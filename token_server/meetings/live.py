"""Looks at the meetings that somebody listens to: once for all listeners of a meeting."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from records import Store, StoreUnavailableError
from records.live import LiveMark
from token_server import problems
from token_server.problems import ProblemError

_log = logging.getLogger(__name__)

PERIOD_SECONDS: Final = 0.5
MOST_LISTENERS: Final = 500
"""Of all meetings together; more are asked to come back."""
MOST_OF_MEETING: Final = 100
"""Of one meeting: a guest who opens stream after stream keeps nobody of another from listening."""


@dataclass(slots=True)
class WatchedMeeting:
    """A meeting that somebody listens to."""

    listeners: int = 0
    mark: LiveMark | None = None
    """None: nobody has looked yet, or the meeting is gone."""
    change: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, and replaced by a new one, when something is new. Take it before you read."""
    is_over: bool = False
    """Whether nothing will be new any more: the meeting is gone, or the server stops."""

    def wake(self) -> None:
        """Tell every listener that something is new."""
        self.change.set()
        self.change = asyncio.Event()


class LiveMeetings:
    """One look per meeting and period, however many listen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watched: dict[str, WatchedMeeting] = {}
        self._wanted = asyncio.Event()
        self._stopped = False

    def check_free(self, room_sid: str) -> None:
        """Make sure that one more may listen to a meeting.

        Raises:
            ProblemError: too many do.
        """
        listeners = {sid: one.listeners for sid, one in self._watched.items()}
        all_of_them, of_meeting = sum(listeners.values()), listeners.get(room_sid, 0)
        if all_of_them >= MOST_LISTENERS or of_meeting >= MOST_OF_MEETING:
            raise ProblemError(
                problems.TOO_MANY_LISTENERS,
                f"{all_of_them} listen to meetings here, and {of_meeting} to this one",
                "come back later, or start another token server",
            )

    @contextmanager
    def listen(self, room_sid: str) -> Iterator[WatchedMeeting]:
        """Have a meeting looked at as long as this is open."""
        watched = self._watched.setdefault(room_sid, WatchedMeeting())
        watched.is_over = watched.is_over or self._stopped
        watched.listeners += 1
        self._wanted.set()
        try:
            yield watched
        finally:
            watched.listeners -= 1
            if not watched.listeners and self._watched.get(room_sid) is watched:
                del self._watched[room_sid]

    async def run(self) -> None:
        """Look until stopped; an outage of the store is sat out."""
        while not self._stopped:
            if not self._watched:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            for room_sid, watched in list(self._watched.items()):
                await self._look(room_sid, watched)
            await asyncio.sleep(PERIOD_SECONDS)

    def stop(self) -> None:
        """End every stream: a server that stops waits for what is under way."""
        self._stopped = True
        self._wanted.set()
        for watched in self._watched.values():
            watched.is_over = True
            watched.wake()

    async def _look(self, room_sid: str, watched: WatchedMeeting) -> None:
        try:
            mark = await self._store.find_live_mark(room_sid)
        except StoreUnavailableError as error:
            _log.warning("listeners wait for the store: %s", error)
            return
        if mark is None:
            watched.is_over = True
        if mark is None or mark != watched.mark:
            watched.mark = mark
            watched.wake()
