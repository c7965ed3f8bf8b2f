"""What turns a stretch of speech into text: processes on this machine, or a provider's requests."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from livekit import rtc
from livekit.agents import APIConnectionError, stt

from agent.recognizer_notice import REASONS
from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.stt.health import FailureReason
from agent.stt.recognizer import RecognizerPool
from agent.stt.segments import NO_RETRY

REQUESTS_IN_FLIGHT: Final = 4
"""Of a provider; the smallest plans allow ten at once, and calls need some."""
_ALL: Final = 1 << 16
"""More processes than any machine has."""


class StretchRecognizer(Protocol):
    """Recognizes stretches, several at once."""

    @property
    def in_flight(self) -> int:
        """How many it works on at the same time."""

    async def recognize(self, samples: Samples) -> str:
        """Return the text of a stretch; empty when there was nothing to hear.

        Raises:
            APIError: nobody answers; the text is for people, and no provider's.
            RecognizerError: a process of this machine dies of the stretch.
        """


class LocalRecognizer:
    """The recognizer processes of this machine, all of them, a stretch for each at a time.

    A process that decodes two at once would take turns, and lose what its caches hold.
    """

    def __init__(self, pool: RecognizerPool) -> None:
        """Use a pool that is open."""
        self._pool = pool
        pool.reserve(_ALL)
        self._cmn: str | None = None
        """Of the stretch that was recognized last: the same microphone, often the same voice."""

    @property
    def in_flight(self) -> int:
        return self._pool.process_count

    async def recognize(self, samples: Samples) -> str:
        segment = self._pool.open_segment(self._cmn, _ignore_interim)
        try:
            segment.push(samples.tobytes())
            segment.end()
            recognized = await segment.final
        finally:
            segment.cancel()
        self._cmn = recognized.cmn or self._cmn
        return recognized.text


class ProviderRecognizer:
    """Any STT of `agent.stt.choice`, asked for whole stretches."""

    def __init__(
        self,
        recognizer: stt.STT[Any],
        *,
        after_each: Callable[[], Awaitable[None]],
        failures: Mapping[str, FailureReason],
    ) -> None:
        """Ask an STT.

        Args:
            recognizer: that is asked.
            after_each: is called after each of its answers: it has cost.
            failures: why each provider does not answer, by its label; kept up to date.
        """
        self._recognizer = recognizer
        self._after_each = after_each
        self._failures = failures

    @property
    def in_flight(self) -> int:
        return REQUESTS_IN_FLIGHT

    async def recognize(self, samples: Samples) -> str:
        frame = rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE_HZ, 1, len(samples))
        try:
            event = await self._recognizer.recognize(frame, conn_options=NO_RETRY)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises; its text may quote
            reasons = [f"{label} {REASONS[reason]}" for label, reason in self._failures.items()]
            raise APIConnectionError("; ".join(reasons) or type(error).__name__) from None
        await self._after_each()
        return event.alternatives[0].text.strip() if event.alternatives else ""


def _ignore_interim(_: str) -> None:
    """Nobody waits for half a sentence of a recording."""
