"""A chain that begins with ElevenLabs, over a real websocket to its emulator."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents import stt

from agent.stt.chain import ChainSTT, Provider
from agent.stt.elevenlabs_patience import Patience
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
from tests.lab.marked_speech import MarkReader, speak

pytestmark = pytest.mark.unit

TIMES = ChainTimes(answer_seconds=60.0, retry_seconds=(600.0,))
PATIENCE = Patience(give_up_seconds=0.5, answer_seconds=0.3)


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
    best = recognizer(emulator, patience=PATIENCE)
    other = OpenAIBatchSTT(api_key=API_KEY, base_url=server.base_url, model="whisper-1")
    made = ChainSTT(
        [
            Provider(label="ElevenLabs", stt=best, reopens=True),
            Provider(label="whisper", stt=other),
        ],
        times=TIMES,
        on_change=lambda label, reason: changes.append((label, reason)),
    )
    async with made:
        yield made


async def say_all(stream: stt.RecognizeStream) -> list[str]:
    for line in LINES:
        say(stream, line)
    stream.end_input()
    return await finals_of(stream)


async def test_each_provider_hears_the_same(
    chain: ChainSTT, server: OpenAITranscription, changes: list[tuple[str, str]]
) -> None:
    async with chain.stream() as stream:
        assert await say_all(stream) == LINES
    async with chain.providers[1].stt.stream() as stream:
        assert await say_all(stream) == LINES
    assert (len(server.record.requests), changes) == (len(LINES), [])


async def test_a_dropped_session_is_no_failure_of_the_provider(
    chain: ChainSTT, emulator: ElevenLabsEmulator, changes: list[tuple[str, str]]
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.DROP, after_seconds=1.0))
    async with chain.stream() as stream:
        assert await say_all(stream) == LINES
    assert emulator.record.connections == 2
    assert changes == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(kind=FaultKind.ERROR, message_type="quota_exceeded", after_seconds=1.0), "quota"),
        (Fault(kind=FaultKind.STATUS, status=401, times=None), "refused"),
        (Fault(kind=FaultKind.REFUSE, times=None), "provider_down"),
        (Fault(kind=FaultKind.SILENT, times=None), "provider_down"),
    ],
)
async def test_when_it_fails_the_next_one_hears_everything(
    fault: Fault,
    reason: str,
    chain: ChainSTT,
    emulator: ElevenLabsEmulator,
    changes: list[tuple[str, str]],
) -> None:
    emulator.faults.add(fault)
    async with chain.stream() as stream:
        assert await say_all(stream) == LINES
    assert changes == [("ElevenLabs", reason)]


async def test_a_service_that_dies_in_mid_sentence_is_left(
    chain: ChainSTT, emulator: ElevenLabsEmulator, changes: list[tuple[str, str]]
) -> None:
    async with chain.stream() as stream:
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
        spoken = speak(LINES[1])
        push(stream, spoken[:9600])
        emulator.faults.add(Fault(kind=FaultKind.REFUSE, times=None))
        emulator.drop_sessions()
        await until(lambda: changes)
        push(stream, spoken[9600:])
        stream.flush()
        assert await next_final(stream) == LINES[1]
    assert changes == [("ElevenLabs", "provider_down")]
