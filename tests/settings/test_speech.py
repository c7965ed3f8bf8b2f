from pathlib import Path

import pytest

from settings import SettingsError, SpeechSettings, load_settings
from settings.base import ENV_FILE_VARIABLE

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(tmp_path / ".env"))


def providers(monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[str, ...]:
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), value)
    return load_settings(SpeechSettings).speech_providers()


def refusal(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    with pytest.raises(SettingsError) as caught:
        providers(monkeypatch, **settings)
    return str(caught.value)


ELEVENLABS = {"elevenlabs_api_key": "xi-1"}
OPENAI = {"openai_api_key": "sk-1"}
OLLAMA = OPENAI | {"openai_base_url": "http://127.0.0.1:11434/v1"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ("pocketsphinx",)),
        (ELEVENLABS | OPENAI, ("elevenlabs", "pocketsphinx")),
        (OPENAI, ("openai", "pocketsphinx")),
        (OLLAMA, ("pocketsphinx",)),
        (OLLAMA | {"stt_openai_api_key": "sk-2"}, ("openai", "pocketsphinx")),
        ({"stt_openai_base_url": "http://127.0.0.1:8000/v1"}, ("openai", "pocketsphinx")),
        (ELEVENLABS | {"stt_language": "de"}, ("elevenlabs",)),
        ({"stt": "Auto"}, ("pocketsphinx",)),
    ],
)
def test_auto_takes_the_best_that_has_a_key(
    settings: dict[str, str], expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert providers(monkeypatch, **settings) == expected


def test_chains_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    names = "plugin:deepgram.STT, elevenlabs ,OpenAI,pocketsphinx"
    assert providers(monkeypatch, stt=names, **ELEVENLABS, **OPENAI) == (
        "plugin:deepgram.STT",
        "elevenlabs",
        "openai",
        "pocketsphinx",
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"stt": "whisper"}, "'whisper', which is unknown; use auto, pocketsphinx"),
        ({"stt": "plugin:deepgram"}, "which is unknown"),
        ({"stt": "plugin:../x.STT"}, "which is unknown"),
        ({"stt": "openai,auto"} | OPENAI, "auto stands alone"),
        ({"stt": "pocketsphinx,pocketsphinx"}, "twice"),
        ({"stt": "elevenlabs"}, "ELEVENLABS_API_KEY"),
        ({"stt": "openai,pocketsphinx"}, "STT_OPENAI_BASE_URL"),
        ({"stt": "pocketsphinx", "stt_language": "de"}, "English only"),
        ({"stt_language": "de"}, "ELEVENLABS_API_KEY"),
        ({"stt_language": "german"}, "STT_LANGUAGE"),
        ({"stt_openai_base_url": "127.0.0.1:8000"}, "is not an address like http://"),
        ({"elevenlabs_base_url": "ftp://x"}, "is not an address like http://"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    settings: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in refusal(monkeypatch, **settings)


def test_no_key_is_in_a_printed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ELEVENLABS_API_KEY", "OPENAI_API_KEY", "STT_OPENAI_API_KEY", "STT_OPTIONS"):
        monkeypatch.setenv(name, '{"api_key": "very-private"}')
    settings = load_settings(SpeechSettings)
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "very-private" not in text


def test_the_transcription_server_defaults_to_the_one_that_advises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in OLLAMA.items():
        monkeypatch.setenv(name.upper(), value)
    settings = load_settings(SpeechSettings)
    assert settings.transcription_url == "http://127.0.0.1:11434/v1"
    assert settings.transcription_key is not None
    assert settings.transcription_key.get_secret_value() == "sk-1"
