"""Tells the hosts whom the call cannot hear, and now and then what was heard of whom."""

import asyncio
import logging
from typing import Final

from agent.coverage import Coverage
from agent.ears import Clock
from agent.publisher import Publisher
from records import Store, StoreUnavailableError
from wire.coverage import COVERAGE, NOTICE, CoverageReport, Notice, SpeakerCoverage

logger = logging.getLogger("sidenote.coverage")

LOOK_SECONDS: Final = 1.0
"""Between two looks at who cannot be heard."""
LOOKS_PER_REPORT: Final = 5


class CoverageWatch:
    """Looks at the coverage of one call, tells the hosts, and keeps the figures."""

    def __init__(
        self,
        coverage: Coverage,
        *,
        publisher: Publisher,
        store: Store,
        room_sid: str,
        job_id: str,
        now: Clock,
    ) -> None:
        self._coverage = coverage
        self._publisher = publisher
        self._store = store
        self._room_sid = room_sid
        self._job_id = job_id
        self._now = now
        self._told: list[SpeakerCoverage] = []
        self._somebody_came = False

    def welcome(self) -> None:
        """Somebody has come, who may be a host: tell again what is open."""
        self._somebody_came = True

    async def run(self) -> None:
        """Look and tell until cancelled."""
        while True:
            for _ in range(LOOKS_PER_REPORT):
                await asyncio.sleep(LOOK_SECONDS)
                self.look()
            await self.report()

    def look(self) -> None:
        """Tell which notices have begun or are over."""
        again = self._coverage.open_notices if self._somebody_came else []
        if self._somebody_came:
            self._told = []
        self._somebody_came = False
        for notice in again:
            self._publisher.publish_to_hosts(NOTICE, notice.id, notice)
        for notice in self._coverage.look(self._now()):
            self.tell(notice)

    def tell(self, notice: Notice) -> None:
        """Tell the hosts of a fault, or that it is over."""
        logger.info(
            "hosts are told of a fault", extra={"reason": notice.reason, "over": notice.over}
        )
        self._publisher.publish_to_hosts(NOTICE, notice.id, notice)

    async def report(self) -> None:
        """Send and keep everybody's coverage if it has changed."""
        speakers = self._coverage.report()
        if speakers == self._told:
            return
        self._told = speakers
        message = CoverageReport.of(speakers, at_ms=round(self._now() * 1000))
        self._publisher.publish_to_hosts(COVERAGE, "report", message)
        try:
            await self._store.put_coverage(self._room_sid, self._job_id, speakers)
        except StoreUnavailableError as error:
            logger.warning("the coverage is not in the store", extra={"error": str(error)})
            self._told = []  # so that it comes again with the next report
