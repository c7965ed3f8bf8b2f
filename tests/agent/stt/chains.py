"""What the tests of chains have in common: quick times, notes of changes, chains of servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from livekit.agents import stt

from agent.stt.chain import ChainSTT, Provider
from agent.stt.health import ChainTimes
from agent.stt.openai_batch import OpenAIBatchSTT
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription

QUICK = ChainTimes(
    answer_seconds=60.0,
    patience_seconds=60.0,
    retry_seconds=(0.05,),
    probe_seconds=60.0,
    farewell_seconds=0.3,
)
LATER = ChainTimes(answer_seconds=60.0, patience_seconds=60.0, retry_seconds=(600.0,))
"""No provider comes back while the test lasts."""
ALWAYS = None


class Changes(list[tuple[str, str]]):
    """What a chain told."""

    def __call__(self, label: str, reason: str) -> None:
        self.append((label, reason))


def client(server: OpenAITranscription, api_key: str = API_KEY) -> OpenAIBatchSTT:
    return OpenAIBatchSTT(api_key=api_key, base_url=server.base_url, model="whisper-1")


@asynccontextmanager
async def chain_of(
    *recognizers: stt.STT[Any], times: ChainTimes = LATER, changes: Changes | None = None
) -> AsyncIterator[ChainSTT]:
    providers = [
        Provider(label=f"provider {number}", stt=one) for number, one in enumerate(recognizers, 1)
    ]
    async with ChainSTT(providers, times=times, on_change=changes) as chain:
        assert isinstance(chain, ChainSTT)
        yield chain
