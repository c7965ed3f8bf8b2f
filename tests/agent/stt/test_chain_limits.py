"""What a chain keeps, how long it hopes, and when it gives up."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.stt.chain_stream import KEPT_SEGMENTS, MOST_SENDS, ChainStream
from agent.stt.health import ChainTimes
from lab.emulators.openai_messages import Fault
from tests.agent.stt.chains import ALWAYS, QUICK, chain_of, client
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, next_final, speak
from tests.agent.waiting import until

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(120):
        yield


async def test_at_the_end_a_dead_chain_is_not_waited_for_long(start_server: StartServer) -> None:
    only = await start_server()
    only.faults.append(Fault(status=401, times=ALWAYS))
    async with (
        chain_of(client(only), times=QUICK) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        speak(stream, 1.1)
        stream.end_input()
        assert await finals_of(stream) == ["(provider_down)", "(provider_down)"]
        assert chain.active_label is None
        assert isinstance(stream, ChainStream)
        assert stream.dropped_seconds == pytest.approx(2.1)


async def test_a_stream_keeps_so_much_unanswered_speech_and_no_more(
    start_server: StartServer,
) -> None:
    only = await start_server()
    only.faults.append(Fault(status=401, times=ALWAYS))
    async with (
        chain_of(client(only)) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 0.5)
        await until(lambda: chain.active_label is None)
        for _ in range(KEPT_SEGMENTS + 2):
            speak(stream, 0.5)
        for _ in range(3):
            assert await next_final(stream) == "(provider_down)"
        await until(lambda: stream._input_ch.empty())
        assert isinstance(stream, ChainStream)
        assert len(stream._unanswered) == KEPT_SEGMENTS


async def test_what_a_slow_provider_leaves_waiting_for_too_long_is_refused(
    start_server: StartServer,
) -> None:
    slow = await start_server()
    slow.faults.append(Fault(kind="hang", times=ALWAYS))
    async with chain_of(client(slow)) as chain, chain.stream() as stream:
        for _ in range(KEPT_SEGMENTS + 1):
            speak(stream, 0.5)
        assert await next_final(stream) == "(queue_full)"


async def test_a_segment_that_breaks_every_provider_is_given_up(
    start_server: StartServer,
) -> None:
    only = await start_server()
    only.faults.append(Fault(status=400, times=ALWAYS))
    times = ChainTimes(retry_seconds=(0.01,), hope_seconds=0.0)
    async with (
        chain_of(client(only), times=times) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        assert await next_final(stream) == "(provider_down)"


async def test_closing_a_stream_leaves_nothing_behind(start_server: StartServer) -> None:
    best = await start_server()
    best.faults.append(Fault(kind="hang", times=ALWAYS))
    async with chain_of(client(best)) as chain:
        async with chain.stream() as stream:
            speak(stream)
            await until(lambda: best.record.in_flight)
        assert not chain.streams


async def test_a_segment_is_not_blamed_while_its_provider_is_away(
    start_server: StartServer,
) -> None:
    only = await start_server()
    only.faults.append(Fault(status=503, times=3 * MOST_SENDS))
    async with (
        chain_of(client(only), times=ChainTimes(retry_seconds=(0.01,))) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        assert await next_final(stream) == "1.0 seconds"
    assert len(only.record.requests) == 3 * MOST_SENDS + 1
