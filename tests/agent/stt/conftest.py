"""Transcription servers on loopback, and the local recognizer, for the tests of this folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from lab.emulators.openai_transcription import OpenAITranscription
from lab.emulators.recognition import Answers, Hearing, Recognizer, Voice
from lab.emulators.serving import running_emulator

StartServer = Callable[..., Awaitable[OpenAITranscription]]


class ByLength:
    """Answers with the length of the audio: whoever knows what was said knows what to expect."""

    def open_segment(self, voice: Voice) -> Hearing:
        return _Length()


class _Length:
    def __init__(self) -> None:
        self._bytes = 0

    async def push(self, pcm: bytes) -> str:
        self._bytes += len(pcm)
        return ""

    async def end(self) -> str:
        return f"{self._bytes / 32000:.1f} seconds"

    async def cancel(self) -> None:
        return None


@pytest.fixture
async def start_server() -> AsyncIterator[StartServer]:
    """Starts a server that gives these answers, or hears with a recognizer."""
    async with AsyncExitStack() as opened:

        async def start(*answers: str, recognizer: Recognizer | None = None) -> OpenAITranscription:
            emulator = OpenAITranscription(
                recognizer or (Answers(answers) if answers else ByLength())
            )
            return await opened.enter_async_context(running_emulator(emulator))

        yield start
