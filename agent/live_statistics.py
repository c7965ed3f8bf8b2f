"""Tells the hosts during the call who speaks how much."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from agent.ears import Clock
from transcript_buffer import Segment
from transcript_buffer.questions import is_question
from transcript_buffer.statistics import SegmentFigures, measure, reckon
from wire.statistics import StatisticsReport

REPORT_SECONDS: Final = 10.0
MOST_FINALS: Final = 20_000
"""A working day of talk. Of more, the oldest are left out."""


class LiveStatistics:
    """Keeps the figures of a call's finals, without their words, and reports when they change."""

    def __init__(
        self,
        *,
        keywords: Sequence[str],
        tell: Callable[[StatisticsReport], None],
        now: Clock,
    ) -> None:
        """Count from nothing.

        Args:
            keywords: words or phrases to count.
            tell: sends a report to the hosts.
            now: the time.
        """
        self._tell = tell
        self._keywords = keywords
        self._now = now
        self._figures: OrderedDict[str, SegmentFigures] = OrderedDict()
        """By the id of the final; the first one of an id counts."""
        self._changed = False
        self._erasures = 0

    def hear(self, segment: Segment) -> None:
        """Count a final; an interim is left out."""
        if not segment.final or segment.id in self._figures:
            return
        if len(self._figures) >= MOST_FINALS:
            self._figures.popitem(last=False)
        self._figures[segment.id] = measure(
            segment, is_question=is_question, keywords=self._keywords
        )
        self._changed = True

    async def erase_speaker(self, identity: str) -> None:
        """Forget a participant's part."""
        kept = [figures for figures in self._figures.values() if figures.speaker != identity]
        self._figures = OrderedDict((figures.id, figures) for figures in kept)
        self._erasures += 1
        self._changed = True

    def welcome(self) -> None:
        """Somebody has come, who may be a host: report again, also if nothing is new."""
        self._changed = True

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            await self.report()

    async def report(self) -> None:
        """Tell the hosts how it stands, if that has changed since they were told."""
        if not self._changed:
            return
        self._changed = False
        erasures = self._erasures
        # After some hours this takes longer than a frame of sound lasts.
        statistics = await asyncio.to_thread(reckon, tuple(self._figures.values()))
        if erasures != self._erasures:
            return  # somebody is in there who was erased meanwhile; the next report comes
        self._tell(StatisticsReport.of(statistics, at_ms=round(self._now() * 1000)))
