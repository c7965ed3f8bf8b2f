"""From settings to the STT that hears, with real providers behind it."""

from typing import Any

import pytest
from livekit.agents import stt

from agent.stt.chain import ChainSTT
from agent.stt.choice import Choice, check_choice, choose_stt, hears_locally
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from lab.emulators.openai_messages import Fault
from lab.emulators.openai_transcription import API_KEY
from settings import SettingsError, SpeechSettings
from tests.agent.speech import read_line, share_heard
from tests.agent.stt.conftest import StartServer
from tests.agent.stt.streams import finals_of, push

pytestmark = pytest.mark.unit

HERE = "pocketsphinx on the computer that runs Sidenote"


def settings(**values: Any) -> SpeechSettings:
    return SpeechSettings.model_validate(values)


def local() -> stt.STT[Any]:
    return PocketSphinxSTT(RecognizerPool(1))


async def choose(**values: Any) -> Choice:
    choice = choose_stt(settings(**values), local=local())
    await choice.stt.aclose()
    return choice


async def test_the_recognizer_here_alone_needs_no_chain() -> None:
    choice = await choose()
    assert isinstance(choice.stt, PocketSphinxSTT)
    assert choice.label == "pocketsphinx, on the computer that runs Sidenote"


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"elevenlabs_api_key": "xi-1"}, f"ElevenLabs Scribe, else {HERE}"),
        ({"openai_api_key": "sk-1"}, f"gpt-4o-mini-transcribe at OpenAI, else {HERE}"),
        (
            {
                "stt": "openai",
                "stt_openai_base_url": "http://127.0.0.1:8000/v1",
                "stt_openai_model": "small.en",
            },
            "small.en at 127.0.0.1",
        ),
    ],
)
async def test_people_are_told_who_hears(values: dict[str, Any], label: str) -> None:
    choice = await choose(**values)
    assert choice.label == label
    assert isinstance(choice.stt, ChainSTT)
    assert choice.stt.active_label == label.partition(", else ")[0]


def test_the_pool_is_needed_only_if_this_machine_hears() -> None:
    assert hears_locally(settings())
    assert hears_locally(settings(elevenlabs_api_key="xi-1"))
    assert not hears_locally(settings(stt="elevenlabs", elevenlabs_api_key="xi-1"))
    with pytest.raises(ValueError, match="local recognizer"):
        choose_stt(settings(), local=None)


def test_a_missing_plugin_is_found_before_the_first_call() -> None:
    with pytest.raises(SettingsError, match="pip install livekit-plugins-deepgram"):
        check_choice(settings(stt="plugin:deepgram.STT,pocketsphinx"))


async def test_patience_comes_from_the_settings() -> None:
    choice = await choose(openai_api_key="sk-1", stt_answer_seconds=3.5)
    assert isinstance(choice.stt, ChainSTT)
    assert choice.stt.times.answer_seconds == 3.5


async def test_key_terms_and_changes_reach_the_providers(start_server: StartServer) -> None:
    line = read_line(2)
    server = await start_server()
    server.faults.extend([Fault(kind="text", text="one"), Fault(status=401, times=None)])
    changes: list[tuple[str, str]] = []
    async with RecognizerPool(1) as pool:
        choice = choose_stt(
            settings(
                stt="openai,pocketsphinx",
                stt_openai_base_url=server.base_url,
                stt_openai_api_key=API_KEY,
                stt_openai_model="whisper-1",
            ),
            local=PocketSphinxSTT(pool),
            key_terms=["Gong"],
            on_change=lambda label, reason: changes.append((label, reason)),
        )
        async with choice.stt, choice.stt.stream() as stream:
            push(stream, line.samples)
            stream.flush()
            push(stream, line.samples)
            stream.end_input()
            finals = await finals_of(stream)
    assert share_heard(line.words, finals[1]) >= 0.7
    assert server.record.requests[0]["prompt"].startswith("Gong.")
    assert changes == [("whisper-1 at 127.0.0.1", "refused")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("{oops", "STT_OPTIONS is not JSON (at character 2)"),
        ("[1]", "is not a JSON object"),
        ('{"deepgram.STT": 5}', "is not a JSON object"),
    ],
)
def test_options_that_are_no_object_are_refused(options: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_choice(settings(stt="plugin:deepgram.STT", stt_options=options))
    assert words in str(caught.value)
