"""What every voice can do, and how it fails."""

from collections.abc import AsyncGenerator
from typing import Final, Protocol

from agent.usage import Usage

SAMPLE_RATE_HZ: Final = 16000


class SynthesisError(Exception):
    """A voice could not say a sentence.

    The text tells why in words for people, and nothing of what was to be said.
    """

    def __init__(self, reason: str, *, pause_seconds: float) -> None:
        super().__init__(reason)
        self.pause_seconds = pause_seconds
        """How long the voice should not be asked again."""


class Synthesizer(Protocol):
    """A voice."""

    @property
    def name(self) -> str:
        """What it is called, for people."""

    def estimate(self, sentence: str) -> Usage | None:
        """Return what a sentence uses; None: it costs nothing."""

    def speak(self, sentence: str) -> AsyncGenerator[bytes, None]:
        """Yield the sentence as mono 16-bit PCM at `SAMPLE_RATE_HZ`, as soon as there is any.

        Raises:
            SynthesisError: it fails; what was yielded before stands.
        """

    async def aclose(self) -> None:
        """Close connections; safe to call twice."""
