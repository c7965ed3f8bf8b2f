import stat
from pathlib import Path

import pytest

from agent.settings import AgentSettings
from settings import LiveKitSettings, SettingsError, load_settings
from settings.base import ENV_FILE_VARIABLE
from stack.environment import ensure_keys, read_environment, without_settings
from token_server.settings import TokenServerSettings

pytestmark = pytest.mark.unit


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    return path


def test_the_first_set_up_makes_a_key_pair_that_the_settings_take(env_file: Path) -> None:
    assert ensure_keys()
    settings = load_settings(LiveKitSettings)
    assert settings.livekit_api_key.startswith("key")
    assert len(settings.api_secret) >= 32
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_a_second_set_up_changes_nothing(env_file: Path) -> None:
    ensure_keys()
    before = env_file.read_bytes()
    assert not ensure_keys()
    assert env_file.read_bytes() == before


def test_two_set_ups_make_different_keys(env_file: Path) -> None:
    ensure_keys()
    first = env_file.read_bytes()
    env_file.unlink()
    ensure_keys()
    assert env_file.read_bytes() != first


def test_what_stands_in_the_file_stays_and_becomes_private(env_file: Path) -> None:
    env_file.write_text("# mine\nLLM_MODEL=small")  # no newline at the end
    env_file.chmod(0o644)
    assert ensure_keys()
    assert env_file.read_text().startswith("# mine\nLLM_MODEL=small\n#")
    assert read_environment()["LLM_MODEL"] == "small"
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    load_settings(LiveKitSettings)


def test_keys_of_another_media_server_are_not_made_up(env_file: Path) -> None:
    env_file.write_text("LIVEKIT_URL=wss://media.example.com\n")
    with pytest.raises(SettingsError, match="must be that server's") as caught:
        ensure_keys()
    assert str(env_file) in str(caught.value)
    assert env_file.read_text() == "LIVEKIT_URL=wss://media.example.com\n"


def test_the_environment_wins_and_empty_values_do_not_count(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("LLM_MODEL=from-file\nPLAYBOOK=from-file\nOPENAI_API_KEY=\n")
    monkeypatch.setenv("LLM_MODEL", "from-environment")
    monkeypatch.setenv("PLAYBOOK", "")
    environment = read_environment()
    assert environment["LLM_MODEL"] == "from-environment"
    assert environment["PLAYBOOK"] == "from-file"
    assert "OPENAI_API_KEY" not in environment


def test_a_file_that_cannot_be_read_is_an_error(env_file: Path) -> None:
    env_file.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        ensure_keys()


def test_every_setting_of_every_part_can_be_left_out() -> None:
    fields = {**AgentSettings.model_fields, **TokenServerSettings.model_fields}
    set_here = {name.upper(): "x" for name in fields} | {"wake_word": "x", "OPENAI_ORG_ID": "x"}
    assert without_settings(set_here | {"PATH": "/bin"}) == {"PATH": "/bin"}
