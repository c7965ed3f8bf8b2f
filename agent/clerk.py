"""Does the work that waits for being done when calls have ended: writes their minutes.

It works from the store only, in the worker's main process: a call that ends badly costs nothing,
and what a worker that dies has begun is taken up by another when its lease is over.
"""

import asyncio
import logging
import secrets
from typing import Final

from livekit.agents import AgentServer

from agent.budget import Budget
from agent.ears import Clock
from agent.minutes.panel import Panel
from agent.minutes.scribe import Scribe
from agent.prices import PriceTable, load_prices
from agent.settings import AgentSettings
from agent.waiting_work import WaitingWork
from records import Store, StoreUnavailableError, Work
from settings.minutes import MOST_MODELS
from wire.coverage import Notice

logger = logging.getLogger("sidenote.clerk")

LOOK_SECONDS: Final = 1.0
"""Between two looks for work, and between two tries to reach a store that is away."""


class Clerk:
    """Does one piece of work after the other."""

    def __init__(
        self, store: Store, settings: AgentSettings, prices: PriceTable, now: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._prices = prices
        self._now = now
        self._scribe = Scribe(store, settings, now)
        self._work = WaitingWork(
            store, f"clerk-{secrets.token_hex(8)}", settings.minutes_attempts, now
        )

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                done = await self.do_next()
            except StoreUnavailableError as error:
                logger.warning("the store is away; work waits", extra={"error": str(error)})
                done = False
            if not done:
                await asyncio.sleep(LOOK_SECONDS)

    async def do_next(self) -> bool:
        """Do the work that is due longest; False: none is.

        Raises:
            StoreUnavailableError: the store is away.
        """
        return await self._work.do_next(self._write)

    async def _write(self, work: Work) -> None:
        budget = Budget(
            prices=self._prices,
            settings=self._settings,
            store=self._store,
            room_sid=work.room_sid,
            report=lambda _: None,
            tell=_log_notice,
            now=self._now,
        )
        await budget.load()
        addresses = (self._settings.minutes_models or self._settings.models())[:MOST_MODELS]
        timeout_seconds = self._settings.minutes_timeout_seconds
        try:
            async with (
                asyncio.TaskGroup() as tasks,
                Panel(addresses, budget.reserve, timeout_seconds) as panel,
            ):
                spending = tasks.create_task(budget.run(), name="budget")
                await self._scribe.write(
                    work.room_sid,
                    panel.models,
                    template=work.template,
                    profile_id=work.profile_id,
                )
                spending.cancel()
        finally:
            # What was spent is kept, whatever has come of it.
            await budget.look()


class ClerkOfWorker:
    """Lets a clerk work as long as a worker runs."""

    def __init__(self, server: AgentServer, settings: AgentSettings, now: Clock) -> None:
        self._settings = settings
        self._now = now
        self._working: asyncio.Task[None] | None = None
        server.on("worker_registered", self._on_registered)

    def _on_registered(self, *_: object) -> None:
        # Emitted again after every reconnection to the media server.
        if self._working is None or self._working.done():
            loop = asyncio.get_running_loop()
            self._working = loop.create_task(self._work(), name="clerk")

    async def _work(self) -> None:
        prices = await asyncio.to_thread(load_prices, self._settings.price_file)
        async with Store(self._settings.database_url) as store:
            await Clerk(store, self._settings, prices, self._now).run()


def _log_notice(notice: Notice) -> None:
    """Say what hosts of a call would be told of the money."""
    logger.info("costs of minutes", extra={"notice": notice.id, "over": notice.over})
