"""Emulated providers that come, break and go during a call."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator

import aiohttp
import openai
import pytest

from lab.call_file import Event
from lab.emulators import elevenlabs_faults, openai_messages
from lab.emulators.known_speech import KnownLine
from lab.emulators.recognition import Answers
from lab.events import EventPlayer
from lab.play import PlayError
from lab.provider import (
    ElevenLabsProvider,
    OpenAIProvider,
    RunningProvider,
    running_provider,
)
from settings import load_settings
from settings.speech import SpeechSettings
from tests.agent.speech import read_line, share_heard
from tests.agent.waiting import until
from tests.lab.recordings import CALL, make_recording

pytestmark = pytest.mark.unit

SPEECH_PATH = "/v1/speech-to-text/realtime?model_id=scribe_v2_realtime"


@pytest.fixture(autouse=True)
async def _time_limit() -> AsyncIterator[None]:
    async with asyncio.timeout(60):
        yield


def settings_of(provider: RunningProvider, monkeypatch: pytest.MonkeyPatch) -> SpeechSettings:
    """Return what Sidenote makes of a provider's settings."""
    for name, value in provider.settings.items():
        monkeypatch.setenv(name, value)
    return load_settings(SpeechSettings)


def client(provider: RunningProvider) -> openai.AsyncOpenAI:
    settings = provider.settings
    return openai.AsyncOpenAI(
        api_key=settings["STT_OPENAI_API_KEY"],
        base_url=settings["STT_OPENAI_BASE_URL"],
        max_retries=0,
    )


async def ask(provider: RunningProvider, pcm: bytes = bytes(32000)) -> str:
    """Return what an OpenAI-style provider hears."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16000)
        writer.writeframes(pcm)
    async with client(provider) as asking:
        answer = await asking.audio.transcriptions.create(
            model="whisper-1", file=("a.wav", file.getvalue(), "audio/wav")
        )
    return answer.text


@pytest.fixture
async def provider() -> AsyncIterator[RunningProvider]:
    """An OpenAI-style provider whose second request of each call breaks."""
    faults = (openai_messages.Fault(kind="none"), openai_messages.Fault(kind="cut"))
    answers = Answers(["one", "two", "three", "four"])
    running = RunningProvider(OpenAIProvider(name="openai", faults=faults), answers)
    await running.begin_call()
    yield running
    await running.stop()


def test_its_settings_lead_to_elevenlabs_and_then_to_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = RunningProvider(ElevenLabsProvider(name="elevenlabs", fallback=True), Answers())
    settings = settings_of(running, monkeypatch)

    assert settings.speech_providers() == ("elevenlabs", "pocketsphinx")
    assert settings.elevenlabs_api_key
    assert (settings.elevenlabs_base_url or "").startswith("http://127.0.0.1:")


def test_its_settings_lead_to_a_transcription_server_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of(RunningProvider(OpenAIProvider(name="openai"), Answers()), monkeypatch)

    assert settings.speech_providers() == ("openai",)
    assert settings.transcription_key
    assert (settings.transcription_url or "").endswith("/v1")


async def test_each_call_meets_the_whole_script_of_faults(provider: RunningProvider) -> None:
    for text in ("one", "three"):
        await provider.begin_call()
        assert await ask(provider) == text
        assert provider.unplayed == ["cut"]
        with pytest.raises(openai.APIConnectionError):
            await ask(provider)
        assert provider.unplayed == []
        assert provider.heard_seconds == 2.0


async def test_an_exact_provider_hears_the_recordings_of_each_call() -> None:
    line = read_line(8)
    known = KnownLine(samples=line.samples, words=[("known", 0.0, line.seconds)])
    async with running_provider(OpenAIProvider(name="openai", exact=True)) as running:
        for lines, text in (([known], "known"), ([], "")):
            await running.begin_call(lines)
            assert await ask(running, line.pcm) == text


async def test_a_stopped_provider_is_back_at_its_address(provider: RunningProvider) -> None:
    before = provider.settings

    await provider.stop()
    with pytest.raises(openai.APIConnectionError):
        await ask(provider)
    await provider.start()

    assert await ask(provider) == "one"
    assert provider.settings == before


async def test_a_stop_breaks_the_sessions_that_are_open() -> None:
    running = RunningProvider(ElevenLabsProvider(name="elevenlabs"), Answers())
    await running.begin_call()
    settings = running.settings
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            settings["ELEVENLABS_BASE_URL"] + SPEECH_PATH,
            headers={"xi-api-key": settings["ELEVENLABS_API_KEY"]},
        ) as socket,
    ):
        assert (await socket.receive_json())["message_type"] == "session_started"
        await running.stop()
        assert (await socket.receive()).type is not aiohttp.WSMsgType.TEXT


async def test_a_request_that_hangs_ends_with_the_provider() -> None:
    faults = (openai_messages.Fault(kind="hang"),)
    running = RunningProvider(OpenAIProvider(name="openai", faults=faults), Answers())
    await running.begin_call()
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(_is_broken(running))
        await until(lambda: not running.unplayed)
        await running.stop()
    assert asking.result()


async def _is_broken(running: RunningProvider) -> bool:
    try:
        await ask(running)
    except openai.APIConnectionError:
        return True
    return False


async def test_a_fault_of_every_session_counts_as_played_when_it_has_come() -> None:
    refused = elevenlabs_faults.Fault(kind=elevenlabs_faults.FaultKind.STATUS, times=None)
    running = RunningProvider(ElevenLabsProvider(name="elevenlabs", faults=(refused,)), Answers())
    await running.begin_call()
    assert running.unplayed == ["status"]
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.get(running.settings["ELEVENLABS_BASE_URL"] + SPEECH_PATH) as answer:
                assert answer.status == 401
    assert running.unplayed == []
    await running.stop()


async def test_its_text_is_what_was_said() -> None:
    line = read_line(2)
    async with running_provider(OpenAIProvider(name="openai")) as running:
        assert share_heard(line.words, await ask(running, line.samples.tobytes())) >= 0.7


async def test_events_of_a_call_stop_it_and_start_it_again(provider: RunningProvider) -> None:
    recording = make_recording()
    player = EventPlayer(recording, {}, None, None, provider=provider)
    player.check()

    await player.play(Event(do="stop_provider", at=1.0))
    with pytest.raises(openai.APIConnectionError):
        await ask(provider)
    await player.play(Event(do="start_provider", at=2.0))

    assert await ask(provider) == "one"
    assert [played.event.do for played in recording.events] == ["stop_provider", "start_provider"]


def test_a_call_file_cannot_stop_a_provider_that_is_not_there() -> None:
    event = Event(do="stop_provider", at=1.0)
    recording = make_recording(CALL.model_copy(update={"events": (event,)}))

    with pytest.raises(PlayError, match="only variants of a suite have one"):
        EventPlayer(recording, {}, None, None).check()
