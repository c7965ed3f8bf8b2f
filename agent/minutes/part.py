"""The part of a call that writes minutes while it goes on, and alerts hosts; made and connected."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from agent.ears import Clock
from agent.minutes.alerts import Alerts
from agent.minutes.live import LiveMinutes
from agent.minutes.scribe import Scribe
from agent.models.chain import ModelChain
from agent.models.request import Models
from agent.publisher import Publisher
from agent.settings import AgentSettings
from agent.waiting_work import WaitingWork
from records import Store
from transcript_buffer import Segment


class MinutesPart:
    """Live minutes and alerts of one call."""

    def __init__(
        self,
        *,
        store: Store,
        settings: AgentSettings,
        room_sid: str,
        job_id: str,
        models: ModelChain | None,
        publisher: Publisher,
        hosts: Callable[[], Mapping[str, str]],
        now: Clock,
    ) -> None:
        """Make what needs nothing of the store; see `load`.

        Args:
            store: where the transcript and the profiles are.
            settings: of the worker.
            room_sid: of the meeting.
            job_id: of this agent.
            models: of the call; None: the rules write alone.
            publisher: brings minutes and alerts to the hosts.
            hosts: returns the display names of the hosts who are there, by identity.
            now: the clock.
        """
        self._models = models
        self.live = LiveMinutes(
            room_sid=room_sid,
            work=WaitingWork(store, f"call-{job_id}", settings.minutes_attempts, now),
            scribe=Scribe(store, settings, now),
            models=self._asked_models,
            publisher=publisher,
            every_seconds=settings.minutes_live_seconds,
            now=now,
        )
        self._alerts = Alerts(store=store, publisher=publisher, hosts=hosts, now=now)
        self.hearers: list[Callable[[Segment], None]] = [self.live.hear, self._alerts.hear]
        self.beside: list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]] = [
            ("minutes", self.live.run),
            ("alerts", self._alerts.run),
        ]

    async def load(self) -> None:
        """Read the profiles.

        Raises:
            StoreUnavailableError: the store is away.
        """
        await self._alerts.load()

    def _asked_models(self) -> Mapping[str, Models]:
        """Return the call's models as one: whichever answers, as with advice."""
        models = self._models
        return {models.active_name: models} if models and models.active_name else {}
