"""Chains of real clients over real sockets, with the real local recognizer at the end."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from livekit.agents import APIConnectionError, stt
from livekit.agents.metrics import STTMetrics

from agent.stt.chain import ChainSTT, Provider
from agent.stt.chain_stream import KEPT_SEGMENTS, ChainStream
from agent.stt.health import ChainTimes
from agent.stt.openai_batch import OpenAIBatchSTT
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from agent.stt.segments import NO_RETRY
from lab.emulators.openai_messages import Fault
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription
from tests.agent.speech import read_line, share_heard
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, frames, next_final, push, speak
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader
from tests.lab.marked_speech import speak as marked

pytestmark = pytest.mark.unit

QUICK = ChainTimes(
    answer_seconds=60.0,
    patience_seconds=60.0,
    retry_seconds=(0.05,),
    probe_seconds=60.0,
    farewell_seconds=0.3,
)
LATER = ChainTimes(answer_seconds=60.0, patience_seconds=60.0, retry_seconds=(600.0,))
"""No provider comes back while the test lasts."""
HASTY = ChainTimes(answer_seconds=0.8, patience_seconds=60.0, retry_seconds=(0.05,))
"""Whoever takes his time is left: for servers that hang."""
ALWAYS = None


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(120):
        yield


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


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(status=500, times=ALWAYS), "provider_down"),
        (Fault(kind="refuse", times=ALWAYS), "provider_down"),
        (Fault(kind="cut", times=ALWAYS), "provider_down"),
        (Fault(kind="not_json", times=ALWAYS), "provider_down"),
        (Fault(status=401, times=ALWAYS), "refused"),
        (Fault(status=429, quota=True, times=ALWAYS), "quota"),
    ],
)
async def test_when_a_provider_fails_the_next_one_hears_everything_unanswered(
    fault: Fault, reason: str, start_server: StartServer
) -> None:
    best, other = await start_server(), await start_server()
    changes = Changes()
    async with (
        chain_of(client(best), client(other), changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        finals = [await next_final(stream)]
        best.faults.append(fault)
        speak(stream, 1.1)
        speak(stream, 1.2)
        finals.append(await next_final(stream))
        speak(stream, 1.3)
        stream.end_input()
        finals += await finals_of(stream)
        assert chain.active_label == "provider 2"
    assert finals == ["1.0 seconds", "1.1 seconds", "1.2 seconds", "1.3 seconds"]
    assert sorted(other.record.audio_seconds) == pytest.approx([1.1, 1.2, 1.3])
    assert changes == [("provider 1", reason)]


async def test_a_provider_that_does_not_answer_is_left_for_the_next(
    start_server: StartServer,
) -> None:
    best, other = await start_server(), await start_server()
    best.faults.append(Fault(kind="hang", times=ALWAYS))
    changes = Changes()
    times = ChainTimes(answer_seconds=0.1, patience_seconds=60.0, retry_seconds=(600.0,))
    async with (
        chain_of(client(best), client(other), times=times, changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream, 1.0)
        speak(stream, 1.1)
        stream.end_input()
        assert await finals_of(stream) == ["1.0 seconds", "1.1 seconds"]
    assert changes == [("provider 1", "too_slow")]


async def test_the_local_recognizer_takes_over_in_mid_speech(start_server: StartServer) -> None:
    first, second = read_line(2), read_line(16)
    best = await start_server("before")
    async with RecognizerPool(1) as pool:
        local = PocketSphinxSTT(pool)
        async with local.stream() as alone:
            push(alone, first.samples)
            alone.flush()
            expected = [await next_final(alone)]
            push(alone, second.samples)
            alone.end_input()
            expected += await finals_of(alone)
        async with chain_of(client(best), local) as chain, chain.stream() as stream:
            speak(stream)
            finals = [await next_final(stream)]
            best.faults.append(Fault(status=503, times=ALWAYS))
            push(stream, first.samples)
            stream.flush()
            half = len(second.samples) // 2
            push(stream, second.samples[:half])
            await until(lambda: chain.active_label == "provider 2")
            push(stream, second.samples[half:])
            stream.end_input()
            finals += await finals_of(stream)
    assert finals == ["before", *expected]
    assert share_heard(first.words, finals[1]) >= 0.7


async def test_a_connection_that_breaks_once_is_no_failure(start_server: StartServer) -> None:
    best, other = await start_server(), await start_server()
    changes = Changes()
    async with (
        chain_of(client(best), client(other), changes=changes) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        finals = [await next_final(stream)]
        best.faults.append(Fault(status=500))
        speak(stream, 1.1)
        stream.end_input()
        finals += await finals_of(stream)
    assert finals == ["1.0 seconds", "1.1 seconds"]
    assert (changes, other.record.requests) == ([], [])


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_breaks_every_word_comes_once_and_in_order(
    seed: int, start_server: StartServer
) -> None:
    chance = random.Random(seed)
    lines = [f"{chance.choice('abcdefgh')} {number} over" for number in range(12)]
    servers = [await start_server(recognizer=MarkReader()) for _ in range(3)]
    for server in servers[:2]:
        kinds = chance.choices(["none", "status", "cut", "refuse", "hang", "not_json"], k=6)
        server.faults.extend(Fault.model_validate({"kind": kind}) for kind in kinds)
    finals: list[str] = []
    async with (
        chain_of(*(client(one) for one in servers), times=HASTY) as chain,
        chain.stream() as stream,
    ):
        for number, line in enumerate(lines):
            push(stream, marked(line))
            stream.flush()
            if number % 4 == 3:
                while len(finals) <= number:
                    finals.append(await next_final(stream))
    assert finals == lines


async def test_a_late_answer_is_not_listened_to(start_server: StartServer) -> None:
    best, other = await start_server("late"), await start_server("in time", "next")
    best.faults.append(Fault(kind="slow", seconds=0.5))
    times = ChainTimes(answer_seconds=0.1, patience_seconds=60.0, retry_seconds=(600.0,))
    async with (
        chain_of(client(best), client(other), times=times) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        finals = [await next_final(stream)]
        await until(lambda: best.record.in_flight == 0)
        speak(stream)
        stream.end_input()
        finals += await finals_of(stream)
    assert finals == ["in time", "next"]


async def test_what_one_stream_finds_out_the_others_need_not(start_server: StartServer) -> None:
    best, other = await start_server(), await start_server("a", "b")
    best.faults.append(Fault(status=401, times=ALWAYS))
    async with (
        chain_of(client(best), client(other)) as chain,
        chain.stream() as ana,
        chain.stream() as ben,
    ):
        speak(ana)
        assert await next_final(ana) == "a"
        speak(ben)
        assert await next_final(ben) == "b"
    assert len(best.record.requests) == 1


async def test_a_stream_leaves_a_refusing_provider_while_its_own_request_hangs(
    start_server: StartServer,
) -> None:
    best, other = await start_server(), await start_server("for ana", "for ben")
    best.faults.extend([Fault(kind="hang"), Fault(status=401)])
    patient = ChainTimes(answer_seconds=60.0)
    async with (
        chain_of(client(best), client(other), times=patient) as chain,
        chain.stream() as ana,
        chain.stream() as ben,
    ):
        speak(ana)
        await until(lambda: best.record.in_flight)
        speak(ben)
        heard = {await next_final(ana), await next_final(ben)}
    assert heard == {"for ana", "for ben"}


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
        assert await finals_of(stream) == ["(dropped)", "(dropped)"]
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
        for _ in range(KEPT_SEGMENTS + 3):
            speak(stream, 0.5)
        for _ in range(3):
            assert await next_final(stream) == "(dropped)"
        await until(lambda: stream._input_ch.empty())
        assert isinstance(stream, ChainStream)
        assert len(stream._unanswered) == KEPT_SEGMENTS


async def test_a_segment_that_breaks_every_provider_is_given_up(
    start_server: StartServer,
) -> None:
    only = await start_server()
    only.faults.append(Fault(status=400, times=ALWAYS))
    times = ChainTimes(retry_seconds=(0.01,))
    async with (
        chain_of(client(only), times=times) as chain,
        chain.stream() as stream,
    ):
        speak(stream)
        assert await next_final(stream) == "(dropped)"


async def test_an_end_without_audio_brings_nothing(start_server: StartServer) -> None:
    only = await start_server()
    async with chain_of(client(only)) as chain, chain.stream() as stream:
        stream.flush()
        stream.end_input()
        assert await finals_of(stream) == []


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


async def test_closing_a_stream_leaves_nothing_behind(start_server: StartServer) -> None:
    best = await start_server()
    best.faults.append(Fault(kind="hang", times=ALWAYS))
    async with chain_of(client(best)) as chain:
        async with chain.stream() as stream:
            speak(stream)
            await until(lambda: best.record.in_flight)
        assert not chain.streams


def test_a_chain_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ChainSTT([])
