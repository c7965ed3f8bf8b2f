from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from agent.settings import AgentSettings
from agent.voices.choice import choose_voices
from tests.parts import API_KEY, API_SECRET

pytestmark = pytest.mark.unit

ELEVENLABS = "ElevenLabs (eleven_flash_v2_5)"
FLITE = "flite on the computer that runs Sidenote"


def settings(**changes: Any) -> AgentSettings:
    values: dict[str, Any] = {"livekit_api_key": API_KEY, "livekit_api_secret": API_SECRET}
    return AgentSettings(**(values | changes))


@pytest.mark.parametrize(
    ("voice", "key", "names", "because"),
    [
        ("auto", "key", [ELEVENLABS, FLITE], ""),
        ("auto", None, [FLITE], ""),
        ("elevenlabs", "key", [ELEVENLABS], ""),
        ("elevenlabs", None, [], "there is no ELEVENLABS_API_KEY"),
        ("flite", "key", [FLITE], ""),
        ("off", "key", [], "VOICE=off"),
    ],
)
def test_the_settings_and_the_key_decide_who_speaks(
    voice: str, key: str | None, names: list[str], because: str
) -> None:
    secret = SecretStr(key) if key else None
    voices, missing_because = choose_voices(settings(voice=voice, elevenlabs_api_key=secret))
    assert ([one.name for one in voices], missing_because) == (names, because)


def test_without_flite_and_key_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for voice, because in (
        ("auto", "there is no ELEVENLABS_API_KEY, and flite is not installed"),
        ("flite", "flite is not installed"),
    ):
        assert choose_voices(settings(voice=voice)) == ([], because)


@pytest.mark.parametrize(
    "wrong",
    [
        {"voice": "loud"},
        {"voice_elevenlabs_id": "../x"},
        {"voice_flite": "-o"},
        {"cost_cap_call": 0},
        {"cost_cap_day": -1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)
