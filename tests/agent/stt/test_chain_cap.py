"""A chain that does without the provider that costs: nothing lost, nothing said twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents.metrics import STTMetrics

from agent.stt.chain import ChainSTT, Provider
from agent.stt.health import ChainTimes
from agent.stt.openai_batch import OpenAIBatchSTT
from lab.emulators.elevenlabs import ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription
from lab.emulators.serving import running_emulator
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.elevenlabs_speech import LINES, push, recognizer, say
from tests.agent.stt.streams import finals_of, next_final
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader
from tests.lab.marked_speech import speak as marked

pytestmark = pytest.mark.unit

TIMES = ChainTimes(answer_seconds=60.0, retry_seconds=(0.05,))


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


@pytest.fixture
async def server(start_server: StartServer) -> OpenAITranscription:
    return await start_server(recognizer=MarkReader())


@pytest.fixture
def changes() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def chain(
    emulator: ElevenLabsEmulator, server: OpenAITranscription, changes: list[tuple[str, str]]
) -> AsyncIterator[ChainSTT]:
    free = OpenAIBatchSTT(api_key=API_KEY, base_url=server.base_url, model="whisper-1")
    made = ChainSTT(
        [
            Provider(label="ElevenLabs", stt=recognizer(emulator), reopens=True),
            Provider(label="free", stt=free),
        ],
        times=TIMES,
        on_change=lambda label, reason: changes.append((label, reason)),
    )
    async with made:
        yield made


async def test_a_provider_that_is_done_without_finishes_what_it_has(
    chain: ChainSTT,
    emulator: ElevenLabsEmulator,
    server: OpenAITranscription,
    changes: list[tuple[str, str]],
) -> None:
    finals = []
    async with chain.stream() as stream:
        say(stream, LINES[0])
        finals.append(await next_final(stream))
        push(stream, marked(LINES[1])[:20000])
        await until(lambda: emulator.record.audio_seconds > seconds_of(LINES[0]) + 1.0)
        chain.do_without(0)
        push(stream, marked(LINES[1])[20000:])
        stream.flush()
        for line in LINES[2:]:
            say(stream, line)
        stream.end_input()
        finals += await finals_of(stream)
    assert finals == LINES
    # The segment that was open is paid for once, and nothing after it.
    assert [commit.text for commit in emulator.record.commits] == LINES[:2]
    assert len(server.record.requests) == len(LINES) - 2
    assert changes == [("ElevenLabs", "cap")]


async def test_nobody_tries_a_provider_that_is_done_without_until_it_is_wanted_again(
    chain: ChainSTT, emulator: ElevenLabsEmulator, changes: list[tuple[str, str]]
) -> None:
    async with chain.stream() as stream:
        chain.do_without(0)
        for line in LINES:
            say(stream, line)
            assert await next_final(stream) == line
        assert emulator.record.commits == []
        chain.do_with(0)
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
    assert [commit.text for commit in emulator.record.commits] == [LINES[0]]
    assert changes == [("ElevenLabs", "cap"), ("ElevenLabs", "back")]


async def test_a_provider_that_fails_while_it_finishes_loses_nothing(
    chain: ChainSTT, emulator: ElevenLabsEmulator, server: OpenAITranscription
) -> None:
    async with chain.stream() as stream:
        push(stream, marked(LINES[0])[:20000])
        await until(lambda: emulator.record.audio_seconds > 1.0)
        chain.do_without(0)
        emulator.faults.add(Fault(kind=FaultKind.ERROR, message_type="auth_error"))
        push(stream, marked(LINES[0])[20000:])
        stream.flush()
        say(stream, LINES[1])
        stream.end_input()
        assert await finals_of(stream) == LINES[:2]
    assert len(server.record.requests) == 2
    assert chain.active_label == "free"


async def test_every_second_that_was_sent_is_told_as_usage_also_of_streams_that_end(
    chain: ChainSTT, emulator: ElevenLabsEmulator
) -> None:
    told: list[STTMetrics] = []
    chain.on("metrics_collected", told.append)
    async with chain.stream() as stream, chain.stream() as other:
        say(stream, LINES[0])
        say(other, LINES[1])
        assert [await next_final(stream), await next_final(other)] == LINES[:2]
        push(stream, marked(LINES[2]))
        sent = sum(seconds_of(line) for line in LINES[:3])
        await until(lambda: emulator.record.audio_seconds >= sent - 0.001)
        assert chain.seconds_under_way(0) == pytest.approx(seconds_of(LINES[2]))
        # The streams are closed with speech unanswered: it was sent, and is paid for.
    used = sum(
        one.audio_duration
        for one in told
        if one.metadata and one.metadata.model_provider == "ElevenLabs"
    )
    assert used == pytest.approx(emulator.record.audio_seconds)


def seconds_of(line: str) -> float:
    return len(marked(line)) / 16000
