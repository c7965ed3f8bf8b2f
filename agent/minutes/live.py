"""Minutes during a call: when a host asks for them, and every few minutes.

A stretch of the call that a model has read is not read again: only what has been said since is
new to it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from agent.ears import Clock
from agent.minutes.scribe import NotWrittenError, Scribe
from agent.minutes.writer import ReadBefore
from agent.models.request import Models
from agent.publisher import Publisher
from agent.waiting_work import WaitingWork
from records import StoreUnavailableError
from transcript_buffer import Segment
from wire.minutes import MINUTES, Minutes

logger = logging.getLogger("sidenote.minutes")

LOOK_SECONDS: Final = 2.0
"""Between two looks for minutes that were asked for over HTTP, or must be written anew."""
_FEWEST_FINALS: Final = 8
"""Fewer new lines than that are not worth a summary that nobody asked for."""


class LiveMinutes:
    """Writes the minutes of a call as far as it has come, and sends them to the hosts."""

    def __init__(
        self,
        *,
        room_sid: str,
        work: WaitingWork,
        scribe: Scribe,
        models: Callable[[], Mapping[str, Models]],
        publisher: Publisher,
        every_seconds: float,
        now: Clock,
    ) -> None:
        """Write nothing yet.

        Args:
            room_sid: of the meeting.
            work: what is asked for over HTTP, or must be written anew.
            scribe: writes.
            models: returns the models of the call by name; none: the rules write alone.
            publisher: brings them to the hosts.
            every_seconds: between two that nobody asked for; 0: there are none.
            now: the clock.
        """
        self._room_sid = room_sid
        self._work = work
        self._scribe = scribe
        self._models = models
        self._publisher = publisher
        self._every_seconds = every_seconds
        self._now = now
        self._asked = asyncio.Event()
        self._read_before = ReadBefore()
        self._new_finals = 0
        self._speakers: set[str] = set()
        self._written_at = now()
        self._erased_at: dict[str, float] = {}
        self._erasures = 0
        self._last: Minutes | None = None

    def hear(self, segment: Segment) -> None:
        """Take a final: enough of them are worth a new summary."""
        if segment.final:
            self._new_finals += 1
            self._speakers.add(segment.speaker)

    def ask(self) -> None:
        """Write now: a host wants to see them."""
        self._asked.set()

    def welcome(self) -> None:
        """Somebody has come, who may be a host: show what was written last."""
        if self._last:
            self._show(self._last)

    async def erase_speaker(self, identity: str) -> None:
        """Forget everything that may echo a participant's words; the store has it written anew."""
        self._erased_at[identity] = self._now()
        self._erasures += 1
        self._read_before.forget()
        self._last = None

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._asked.wait()
            try:
                await self._write_what_is_due()
            except StoreUnavailableError as error:
                logger.warning("no live minutes were written", extra={"error": str(error)})
                await asyncio.sleep(LOOK_SECONDS)

    async def _write_what_is_due(self) -> None:
        if self._asked.is_set() or self._is_time():
            self._asked.clear()
            self._written_at, self._new_finals = self._now(), 0
            with suppress(NotWrittenError):
                await self._write()
        await self._work.do_next(
            lambda work: self._write(template=work.template, profile_id=work.profile_id),
            room_sid=self._room_sid,
        )

    async def _write(self, *, template: str = "", profile_id: str = "") -> None:
        erasures = self._erasures
        minutes = await self._scribe.write(
            self._room_sid,
            self._models(),
            template=template,
            profile_id=profile_id,
            read_before=self._read_before,
            may_read=self._may_read,
        )
        # A person's own are for whoever reads them over HTTP.
        if minutes and not profile_id and self._erasures == erasures:
            self._last = minutes
            self._show(minutes)

    def _show(self, minutes: Minutes) -> None:
        # They may echo anybody who has spoken so far.
        rests_on = frozenset(self._speakers)
        self._publisher.publish_to_hosts(
            MINUTES, minutes.template, minutes, long=True, rests_on=rests_on
        )

    def _may_read(self, line: Segment) -> bool:
        """Tell of a line whether it is to stay: an erasure reaches the store some time later."""
        self._speakers.add(line.speaker)  # some were heard by an agent before this one
        erased_at = self._erased_at.get(line.speaker)
        return erased_at is None or line.start_seconds > erased_at

    def _is_time(self) -> bool:
        passed = self._now() - self._written_at
        return (
            self._every_seconds > 0
            and passed >= self._every_seconds
            and self._new_finals >= _FEWEST_FINALS
        )
