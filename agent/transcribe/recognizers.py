"""What turns a stretch of speech into text: processes on this machine, or a provider's requests."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from livekit import rtc
from livekit.agents import APIConnectionError, APIError, stt

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.stt.recognizer import RecognizerError, RecognizerPool
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
            APIError: nobody answers.
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
        except RecognizerError as error:
            raise APIConnectionError(str(error)) from error
        finally:
            segment.cancel()
        self._cmn = recognized.cmn or self._cmn
        return recognized.text


class ProviderRecognizer:
    """Any STT of `agent.stt.choice`, asked for whole stretches."""

    def __init__(self, recognizer: stt.STT[Any], after_each: Callable[[], Awaitable[None]]) -> None:
        """Ask an STT, and call something after each of its answers: it has cost."""
        self._recognizer = recognizer
        self._after_each = after_each

    @property
    def in_flight(self) -> int:
        return REQUESTS_IN_FLIGHT

    async def recognize(self, samples: Samples) -> str:
        frame = rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE_HZ, 1, len(samples))
        try:
            event = await self._recognizer.recognize(frame, conn_options=NO_RETRY)
        except APIError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises; its text may quote
            raise APIConnectionError(f"the recognizer failed: {type(error).__name__}") from None
        await self._after_each()
        return event.alternatives[0].text.strip() if event.alternatives else ""


def _ignore_interim(_: str) -> None:
    """Nobody waits for half a sentence of a recording."""
