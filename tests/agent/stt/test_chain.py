"""Chains of real clients over real sockets: who is asked, and what the chain tells."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents import APIConnectionError
from livekit.agents.metrics import STTMetrics

from agent.stt.chain import ChainSTT
from agent.stt.segments import NO_RETRY
from lab.emulators.openai_messages import Fault
from tests.agent.speech import read_line
from tests.agent.stt.chains import ALWAYS, Changes, chain_of, client
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, frames, next_final, speak
from tests.agent.waiting import until

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(120):
        yield


async def test_the_best_provider_hears_alone_while_it_works(start_server: StartServer) -> None:
    best, other = await start_server(), await start_server()
    changes = Changes()
    async with chain_of(client(best), client(other), changes=changes) as chain:
        async with chain.stream() as stream:
            speak(stream, 1.0)
            speak(stream, 1.1)
            stream.end_input()
            assert await finals_of(stream) == ["1.0 seconds", "1.1 seconds"]
        assert chain.active_label == "provider 1"
    assert (other.record.requests, changes) == ([], [])


async def test_whole_recordings_fall_back_too(start_server: StartServer) -> None:
    best, other = await start_server(), await start_server("all of it")
    best.faults.append(Fault(status=503, times=ALWAYS))
    async with chain_of(client(best), client(other)) as chain:
        recording = frames(read_line(2).samples)
        event = await chain.recognize(recording, conn_options=NO_RETRY)
        assert event.alternatives[0].text == "all of it"
        other.faults.append(Fault(status=503, times=ALWAYS))
        with pytest.raises(APIConnectionError, match="no provider"):
            await chain.recognize(recording, conn_options=NO_RETRY)


async def test_what_the_providers_used_is_told_by_the_chain(start_server: StartServer) -> None:
    best = await start_server("one")
    used: list[STTMetrics] = []
    async with chain_of(client(best)) as chain:
        chain.on("metrics_collected", used.append)
        async with chain.stream() as stream:
            speak(stream)
            await next_final(stream)
            await until(lambda: used)
    assert [one.audio_duration for one in used] == [pytest.approx(1.0)]


async def test_an_end_without_audio_brings_nothing(start_server: StartServer) -> None:
    only = await start_server()
    async with chain_of(client(only)) as chain, chain.stream() as stream:
        stream.flush()
        stream.end_input()
        assert await finals_of(stream) == []


def test_a_chain_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ChainSTT([])
