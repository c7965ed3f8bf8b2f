"""A chain of providers as one STT: when one fails, the next hears on, and no word is lost.

All streams of a call share the providers' health through the `ChainSTT`: what one has found out
the others need not suffer. A provider that failed is probed beside the call, and hears again
from the next segment on when it has shown that it can.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    NotGivenOr,
    stt,
    utils,
)

from agent.stt.chain_stream import ChainStream
from agent.stt.health import ChainHealth, ChainTimes, ChangeReason, reason_of
from agent.stt.names import ExpectsNames
from agent.stt.segments import NO_RETRY, KeptSegment, kept

logger = logging.getLogger("sidenote.chain")

PROBE_SHORTEST_SECONDS: Final = 0.5
"""A segment that is sent to a failed provider as a probe has at least this length."""


@runtime_checkable
class Probed(Protocol):
    """An STT that can tell without any audio whether its service answers."""

    async def probe(self) -> None:
        """Reach the service with the key, and return.

        Raises:
            APIError: it is not to be reached, or refuses.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One link of a chain. Its streams must keep the contract of `agent.stt`."""

    label: str
    """For people: "ElevenLabs Scribe"."""
    stt: stt.STT[Any]
    reopens: bool = False
    """Whether its streams open a broken connection again by themselves; when one of them fails
    none the less, it is the provider. Another provider is given a second stream first."""


class ChainSTT(stt.STT[Any]):
    """Asks the best provider that works.

    `on_change(label, reason)` is called when a provider fails or is back; `active_label` says
    who is asked then.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        times: ChainTimes | None = None,
        on_change: Callable[[str, ChangeReason], None] | None = None,
    ) -> None:
        if not providers:
            raise ValueError("a chain needs at least one provider")
        super().__init__(capabilities=providers[0].stt.capabilities)
        self._recognize_metrics_needed = False  # the providers send their own
        self.providers = tuple(providers)
        self.times = times or ChainTimes()
        self.on_change = on_change
        self.health = ChainHealth(len(providers), self.times, self._now, self._on_change)
        self.streams: set[ChainStream] = set()
        """The streams that run now."""
        self._changed = asyncio.Event()
        self._probing = asyncio.Lock()
        self._sample: asyncio.Future[KeptSegment] | None = None
        for provider in providers:
            provider.stt.on("metrics_collected", self._pass_on_metrics)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    @property
    def active_label(self) -> str | None:
        """The provider that is asked now; None: all have failed."""
        number = self.health.pick()
        return None if number is None else self.providers[number].label

    @property
    def capabilities(self) -> stt.STTCapabilities:
        """What the provider can do that is asked now: of another one no interims are waited for."""
        return self._asked.capabilities

    @property
    def model(self) -> str:
        return self._asked.model

    @property
    def provider(self) -> str:
        return self._asked.provider

    @property
    def _asked(self) -> stt.STT[Any]:
        return self.providers[self.health.pick() or 0].stt

    def prewarm(self) -> None:
        for provider in self.providers:
            provider.stt.prewarm()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        for _ in self.providers:
            number = self.health.pick()
            if number is None:
                break
            epoch = self.health.epoch(number)
            limit = self.limit_seconds(number, kept(buffer).seconds)
            try:
                async with asyncio.timeout(limit):
                    event = await self.providers[number].stt.recognize(
                        buffer, conn_options=NO_RETRY
                    )
            except Exception as error:  # noqa: BLE001 - whatever a provider raises, the next one hears
                self.health.failed(number, epoch, reason_of(error))
            else:
                self.health.answered(number, epoch)
                return event
        raise APIConnectionError("no provider of the chain answers")

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> ChainStream:
        return ChainStream(self)

    async def expect_names(self, words: Sequence[str]) -> None:
        """Tell every provider that can be told; see `ExpectsNames`."""
        for provider in self.providers:
            if isinstance(provider.stt, ExpectsNames):
                await provider.stt.expect_names(words)

    async def aclose(self) -> None:
        for provider in self.providers:
            provider.stt.off("metrics_collected", self._pass_on_metrics)
            await provider.stt.aclose()

    def limit_seconds(self, number: int, audio_seconds: float) -> float:
        """Return how long a provider may take for a final that has so much audio before it."""
        patient = not self.health.has_other(number)
        base = self.times.patience_seconds if patient else self.times.answer_seconds
        return base + self.times.answer_share * audio_seconds

    def offer_sample(self, segment: KeptSegment) -> None:
        """Take a segment that was recognized as a probe, if one is waited for."""
        wanted = self._sample and not self._sample.done()
        if wanted and self._sample and segment.seconds >= PROBE_SHORTEST_SECONDS:
            self._sample.set_result(segment)

    def do_without(self, number: int) -> None:
        """Give a provider no more segments until `do_with`; those it has it finishes."""
        self.health.failed(number, self.health.epoch(number), "cap")

    def do_with(self, number: int) -> None:
        """Ask a provider again that was done without."""
        self.health.recovered(number)

    def seconds_under_way(self, number: int) -> float:
        """Return the audio that a provider has been given and has not answered."""
        return sum(stream.seconds_under_way(number) for stream in self.streams)

    async def probe_failed_providers(self) -> None:
        """Probe what is better than the provider asked now, whenever it is due; never returns.

        Every stream runs this and one at a time works, so that probes need no task that outlives
        the streams. A provider with `probe` is probed with it; another one with the next segment
        that somebody speaks and that the provider asked now has recognized.
        """
        async with self._probing:
            while True:
                number = await self._wait_until_due()
                try:
                    await self._probe(self.providers[number].stt)
                except Exception as error:  # noqa: BLE001 - whatever it raises, it is not back
                    self.health.failed(number, self.health.epoch(number), reason_of(error))
                else:
                    self.health.recovered(number)

    async def _wait_until_due(self) -> int:
        while True:
            self._changed.clear()
            number = self.health.better()
            due_at = None if number is None else self.health.due_at(number)
            if number is not None and due_at is not None and due_at <= self._now():
                return number
            try:
                async with asyncio.timeout_at(due_at):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _probe(self, provider: stt.STT[Any]) -> None:
        if isinstance(provider, Probed):
            async with asyncio.timeout(self.times.probe_seconds):
                await provider.probe()
            return
        self._sample = asyncio.get_running_loop().create_future()
        try:
            segment = await self._sample
        finally:
            self._sample = None
        async with asyncio.timeout(self.times.probe_seconds):
            await _hear(provider, segment)

    def _on_change(self, number: int, reason: ChangeReason) -> None:
        logger.warning(
            "a provider of speech to text has changed",
            extra={"provider": self.providers[number].label, "reason": reason},
        )
        self._changed.set()
        for stream in list(self.streams):
            if reason in {"back", "cap"}:
                stream.come_back()
            elif reason != "too_slow":
                # It is of no use to any stream: none waits until its own segment is late.
                stream.leave(number)
        if self.on_change is not None:
            self.on_change(self.providers[number].label, reason)

    def _pass_on_metrics(self, *arguments: Any) -> None:
        self.emit("metrics_collected", *arguments)


async def _hear(provider: stt.STT[Any], segment: KeptSegment) -> None:
    stream = provider.stream(conn_options=NO_RETRY)
    try:
        for frame in segment.frames():
            stream.push_frame(frame)
        stream.flush()
        async for event in stream:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT and event.alternatives:
                return
        raise APIConnectionError("no final came")
    finally:
        await stream.aclose()
