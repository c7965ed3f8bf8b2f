"""When a provider of a chain fails, the next one hears on: each word once, in order."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from agent.stt.health import ChainTimes
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from lab.emulators.openai_messages import Fault
from tests.agent.speech import read_line, share_heard
from tests.agent.stt.chains import ALWAYS, Changes, chain_of, client
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, next_final, push, speak
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader
from tests.lab.marked_speech import speak as marked

pytestmark = pytest.mark.unit

HASTY = ChainTimes(answer_seconds=0.8, patience_seconds=60.0, retry_seconds=(0.05,))
"""Whoever takes his time is left: for servers that hang."""


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(120):
        yield


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
