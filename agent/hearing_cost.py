"""What recognizers cost a call, and doing without those that cost when a cap is near."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from livekit.agents import metrics, stt

from agent.budget import Budget
from agent.ears import Clock
from agent.gate_settings import GateSettings
from agent.prices import PriceTable
from agent.settings import AgentSettings
from agent.stt.chain import ChainSTT
from agent.usage import Usage
from settings import SettingsError
from settings.speech import LOCAL
from wire.costs import CostLevel, UsageUnit

logger = logging.getLogger("sidenote.hearing_cost")

_LONGEST_SEGMENT_SECONDS: Final = GateSettings().longest_segment_seconds


class HearingCost:
    """Counts what the recognizers of a call are sent. Use as a context manager.

    Stepping down loses no word: the providers that cost finish the segments they have, and the
    next segment goes to one that costs nothing.
    """

    def __init__(self, recognizer: stt.STT[Any], budget: Budget, now: Clock) -> None:
        self._recognizer = recognizer
        self._budget = budget
        self._now = now
        self._left: list[int] = []
        """Numbers of the providers that are done without."""

    def __enter__(self) -> "HearingCost":
        self._recognizer.on("metrics_collected", self._on_metrics)
        self._budget.cost_under_way = self._cost_under_way
        self._budget.on_level.append(self._on_level)
        self._on_level(self._budget.level)
        return self

    def __exit__(self, *_: object) -> None:
        self._recognizer.off("metrics_collected", self._on_metrics)
        self._budget.on_level.remove(self._on_level)
        self._budget.cost_under_way = lambda: 0.0

    def _on_metrics(self, told: metrics.STTMetrics) -> None:
        amounts: dict[UsageUnit, float] = {
            "audio_seconds": told.audio_duration,
            "input_tokens": told.input_tokens,
            "output_tokens": told.output_tokens,
        }
        used: dict[UsageUnit, float] = {unit: amount for unit, amount in amounts.items() if amount}
        if not used:
            return  # it told of a connection
        names = told.metadata
        self._budget.record(
            Usage(
                provider=(names and names.model_provider) or "unknown",
                model=(names and names.model_name) or told.label,
                amounts=used,
            )
        )

    def _cost_under_way(self) -> float:
        """Return what the audio that is not paid for yet may cost, with open segments in full."""
        chain = self._recognizer
        if not isinstance(chain, ChainSTT):
            return 0.0
        cost = 0.0
        for number in range(len(chain.providers)):
            seconds = chain.seconds_under_way(number)
            if chain.health.pick() == number:
                seconds += len(chain.streams) * _LONGEST_SEGMENT_SECONDS
            cost += seconds * (self._second_price(number) or 0.0)
        return cost

    def _second_price(self, number: int) -> float | None:
        """Return the price of a second; None: it is unknown."""
        chain = self._recognizer
        assert isinstance(chain, ChainSTT)  # noqa: S101 - said to the type checker
        provider = chain.providers[number].stt
        if provider.provider == LOCAL:
            return 0.0
        day = datetime.fromtimestamp(self._now(), UTC).date()
        return self._budget.prices.unit_price(
            provider.provider, provider.model, "audio_seconds", day
        )

    def _on_level(self, level: CostLevel) -> None:
        chain = self._recognizer
        if not isinstance(chain, ChainSTT):
            return  # the recognizer on this machine hears alone
        if level == "stepped_down" and not self._left:
            costly = [
                number for number in range(len(chain.providers)) if self._second_price(number) != 0
            ]
            if len(costly) == len(chain.providers):
                logger.error("a cap is near, and no recognizer here costs nothing; it goes on")
                return
            self._left = costly
            for number in costly:
                chain.do_without(number)
        elif level != "stepped_down":
            for number in self._left:
                chain.do_with(number)
            self._left = []


def check_caps(settings: AgentSettings, prices: PriceTable, now: Callable[[], float]) -> None:
    """Make sure that a call can go on hearing when a cap is near.

    Raises:
        SettingsError: there is a cap, and every recognizer costs, or may cost.
    """
    if not settings.has_cap or LOCAL in settings.speech_providers():
        return
    day = datetime.fromtimestamp(now(), UTC).date()
    host = urlsplit(settings.transcription_url or "https://api.openai.com").hostname or ""
    if "openai" in settings.speech_providers() and prices.is_free(
        host, settings.stt_openai_model, "audio_seconds", day
    ):
        return
    raise SettingsError(
        "COST_CAP_CALL and COST_CAP_DAY need a recognizer that costs nothing, for the call to go "
        f"on hearing near the cap, and STT={settings.stt} has none: add pocketsphinx behind it "
        "(English), or a transcription server of your own whose price in "
        f"{settings.price_file} is 0; or set no cap"
    )
