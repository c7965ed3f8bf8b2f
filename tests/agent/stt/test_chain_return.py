"""A provider of a chain that failed is tried again, and hears when it is back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents import APIConnectionError

from agent.stt.health import ChainTimes
from agent.stt.openai_batch import OpenAIBatchSTT
from lab.emulators.openai_messages import Fault
from lab.emulators.openai_transcription import API_KEY
from tests.agent.stt.chains import ALWAYS, QUICK, Changes, chain_of, client
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, next_final, speak
from tests.agent.waiting import until

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(120):
        yield


async def test_a_provider_that_is_back_hears_again(start_server: StartServer) -> None:
    best = await start_server()
    other = await start_server("two", "three")
    changes = Changes()
    best.faults.extend([Fault(status=503), Fault(kind="text", text="probe")])
    async with (
        chain_of(client(best), client(other), times=QUICK, changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        finals = [await next_final(stream)]
        while ("provider 1", "back") not in changes:
            other.faults.append(Fault(kind="text", text="meanwhile"))
            speak(stream, 1.1)
            assert await next_final(stream) == "meanwhile"
            await asyncio.sleep(0.05)
        best.faults.append(Fault(kind="text", text="again"))
        speak(stream, 1.2)
        stream.end_input()
        finals += await finals_of(stream)
        assert chain.active_label == "provider 1"
    assert finals == ["two", "again"]
    assert changes == [("provider 1", "provider_down"), ("provider 1", "back")]


class ReachableSTT(OpenAIBatchSTT):
    """A client that can ask its server whether it is there."""

    probes = 0

    async def probe(self) -> None:
        self.probes += 1
        try:
            await self._client.models.list()
        except Exception as error:
            raise APIConnectionError("not there") from error


async def test_a_provider_with_a_connection_test_needs_no_speech_to_come_back(
    start_server: StartServer,
) -> None:
    best, other = await start_server(), await start_server("two")
    best.faults.append(Fault(status=503))
    reachable = ReachableSTT(api_key=API_KEY, base_url=best.base_url, model="whisper-1")
    changes = Changes()
    async with (
        chain_of(reachable, client(other), times=QUICK, changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        await next_final(stream)
        await until(lambda: chain.active_label == "provider 1")
    assert changes[-1] == ("provider 1", "back")
    assert len(best.record.requests) == 1


async def test_a_failed_probe_changes_nothing(start_server: StartServer) -> None:
    best, other = await start_server(), await start_server()
    best.faults.append(Fault(status=503, times=ALWAYS))
    changes = Changes()
    async with (
        chain_of(client(best), client(other), times=QUICK, changes=changes) as chain,
        chain.stream() as stream,
    ):
        while len(best.record.requests) < 3:
            speak(stream)
            assert await next_final(stream)
            await asyncio.sleep(0.05)
    assert changes == [("provider 1", "provider_down")]


async def test_after_a_slow_provider_no_order_is_lost_when_it_comes_back(
    start_server: StartServer,
) -> None:
    """The old provider finishes what it has while the better one hears the next segment."""
    best, other = await start_server(), await start_server()
    best.faults.extend([Fault(status=503), Fault(kind="text", text="third")])
    other.faults.extend([Fault(kind="text", text="first"), Fault(kind="slow", seconds=0.3)])
    times = ChainTimes(answer_seconds=20.0, retry_seconds=(600.0,))
    async with (
        chain_of(client(best), client(other), times=times) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        assert await next_final(stream) == "first"
        speak(stream, 1.1)
        await until(lambda: other.record.in_flight)
        chain.health.recovered(0)
        speak(stream, 1.2)
        stream.end_input()
        finals = await finals_of(stream)
    assert len(finals) == 2
    assert finals[1] == "third"
    assert best.record.audio_seconds == [pytest.approx(1.2)]


async def test_with_nobody_left_speech_waits_until_somebody_is_back(
    start_server: StartServer,
) -> None:
    only = await start_server()
    only.faults.append(Fault(status=503, times=2))
    changes = Changes()
    async with (
        chain_of(client(only), times=QUICK, changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        speak(stream, 1.1)
        finals = [await next_final(stream), await next_final(stream)]
    assert finals == ["1.0 seconds", "1.1 seconds"]
    assert changes == [("provider 1", "provider_down"), ("provider 1", "back")]
