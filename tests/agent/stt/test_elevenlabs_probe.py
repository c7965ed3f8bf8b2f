"""Whether ElevenLabs answers is found out without any audio, over a real websocket."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError

from agent.stt.chain import ChainSTT, Probed, Provider
from agent.stt.elevenlabs_patience import Patience
from agent.stt.health import ChainTimes, reason_of
from agent.stt.openai_batch import OpenAIBatchSTT
from lab.emulators.elevenlabs import ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind, Moment
from lab.emulators.openai_transcription import API_KEY
from lab.emulators.serving import running_emulator
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.elevenlabs_speech import LINES, next_final, recognizer, say
from tests.agent.waiting import until
from tests.lab.marked_speech import MarkReader

pytestmark = pytest.mark.unit


def at_once(message_type: str) -> Fault:
    """The session is opened and says this instead of listening."""
    return Fault.model_validate({"kind": "error", "at": "handshake", "message_type": message_type})


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


async def test_a_service_that_listens_is_left_again_without_any_audio(
    emulator: ElevenLabsEmulator,
) -> None:
    probed = recognizer(emulator)
    assert isinstance(probed, Probed)
    await probed.probe()
    await until(lambda: emulator.record.open_sessions == 0)
    record = emulator.record
    assert (record.connections, record.sessions) == (1, 1)
    assert (record.audio_seconds, record.keep_alives, record.commits) == (0, 0, [])


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault(kind=FaultKind.REFUSE, times=None), APIConnectionError, "provider_down"),
        (Fault(kind=FaultKind.STATUS, status=401), APIStatusError, "refused"),
        (Fault(kind=FaultKind.STATUS, status=503), APIConnectionError, "provider_down"),
        (at_once("auth_error"), APIStatusError, "refused"),
        (at_once("quota_exceeded"), APIStatusError, "quota"),
        (at_once("resource_exhausted"), APIConnectionError, "provider_down"),
    ],
)
async def test_a_probe_fails_with_what_the_chain_must_know(
    fault: Fault, error: type[APIError], reason: str, emulator: ElevenLabsEmulator
) -> None:
    emulator.faults.add(fault)
    with pytest.raises(error) as caught:
        await recognizer(emulator).probe()
    assert type(caught.value) is error
    assert reason_of(caught.value) == reason


async def test_a_wrong_key_is_told_and_never_shown(emulator: ElevenLabsEmulator) -> None:
    with pytest.raises(APIStatusError, match="check ELEVENLABS_API_KEY") as caught:
        await recognizer(emulator, api_key="xi-wrong").probe()
    assert "xi-wrong" not in repr(caught.value) + str(caught.value)


async def test_a_service_that_never_says_that_it_listens_is_given_up(
    emulator: ElevenLabsEmulator,
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.SILENT, at=Moment.HANDSHAKE))
    with pytest.raises(APITimeoutError, match=r"no session within 0\.2 s") as caught:
        await recognizer(emulator, patience=Patience(connect_seconds=0.2)).probe()
    assert reason_of(caught.value) == "too_slow"


async def test_in_a_chain_the_service_is_back_before_anybody_speaks(
    emulator: ElevenLabsEmulator, start_server: StartServer
) -> None:
    emulator.faults.add(Fault(kind=FaultKind.STATUS, status=401, times=2))
    other = await start_server(recognizer=MarkReader())
    whisper = OpenAIBatchSTT(api_key=API_KEY, base_url=other.base_url, model="whisper-1")
    changes: list[tuple[str, str]] = []
    chain = ChainSTT(
        [
            Provider(label="ElevenLabs", stt=recognizer(emulator), reopens=True),
            Provider(label="whisper", stt=whisper),
        ],
        times=ChainTimes(answer_seconds=60.0, refused_seconds=0.05),
        on_change=lambda label, reason: changes.append((label, reason)),
    )
    async with chain, chain.stream() as stream:
        await until(lambda: changes == [("ElevenLabs", "refused"), ("ElevenLabs", "back")])
        assert emulator.record.audio_seconds == 0
        say(stream, LINES[0])
        assert await next_final(stream) == LINES[0]
    assert other.record.requests == []
