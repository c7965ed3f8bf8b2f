from pathlib import Path

import pytest

from settings import LiveKitSettings, SettingsError, StoreSettings, is_loopback, load_settings
from settings.base import ENV_FILE_VARIABLE, check_env_file

pytestmark = pytest.mark.unit

SECRET = "a-secret-that-nobody-else-knows-0123456789"


class Both(LiveKitSettings, StoreSettings):
    """What the worker and the token server have in common."""


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.env"
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    return path


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", "our-key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", SECRET)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(Both)
    return str(caught.value)


def test_missing_keys_are_each_named_with_the_file_and_a_remedy(env_file: Path) -> None:
    text = refusal()
    for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        assert f"{name} is not set" in text
    assert str(env_file) in text
    assert "make setup" in text


def test_a_file_that_is_not_there_is_no_error(env_file: Path, keys: None) -> None:
    assert not env_file.exists()
    settings = load_settings(Both)
    assert settings.livekit_api_key == "our-key"
    assert settings.api_secret == SECRET
    assert settings.livekit_url == "ws://127.0.0.1:7880"
    assert settings.database_url.startswith("sqlite:///")


def test_values_come_from_the_file(env_file: Path) -> None:
    env_file.write_text(f"LIVEKIT_API_KEY=from-file\nLIVEKIT_API_SECRET={SECRET}\n")
    assert load_settings(Both).livekit_api_key == "from-file"


def test_the_environment_wins_over_the_file(env_file: Path, keys: None) -> None:
    env_file.write_text("LIVEKIT_API_KEY=from-file\nDATABASE_URL=sqlite:///from-file.db\n")
    settings = load_settings(Both)
    assert settings.livekit_api_key == "our-key"
    assert settings.database_url == "sqlite:///from-file.db"


def test_an_empty_value_counts_as_not_set(
    env_file: Path, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("LIVEKIT_URL=ws://127.0.0.1:9999\n")
    monkeypatch.setenv("LIVEKIT_URL", "")
    assert load_settings(Both).livekit_url == "ws://127.0.0.1:9999"


@pytest.mark.parametrize(
    "weak", ["short-secret", "secret", "devsecret_devsecret_devsecret_0123456789"]
)
def test_a_weak_secret_is_refused_and_never_repeated(
    weak: str, env_file: Path, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEKIT_API_SECRET", weak)
    text = refusal()
    assert "LIVEKIT_API_SECRET" in text
    assert "make setup" in text
    assert f"{weak}'" not in text
    assert weak == "secret" or weak not in text


def test_the_well_known_key_is_for_this_machine_only(
    keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", "devkey")
    assert load_settings(Both).livekit_api_key == "devkey"
    monkeypatch.setenv("LIVEKIT_URL", "wss://media.example.com")
    text = refusal()
    assert "devkey" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:7880", "ftp://host", "ws://", "ws://[::1", "ws://host:99999", "ws://host:port"],
)
def test_an_address_that_is_none_is_refused(
    url: str, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEKIT_URL", url)
    text = refusal()
    assert "LIVEKIT_URL is not an address like ws://127.0.0.1:7880" in text
    assert SECRET not in text


def test_a_slash_at_the_end_of_an_address_is_dropped(
    keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEKIT_URL", "wss://media.example.com/")
    assert load_settings(Both).livekit_url == "wss://media.example.com"


def test_a_folder_in_place_of_the_file_is_an_error(env_file: Path, keys: None) -> None:
    env_file.mkdir()
    text = refusal()
    assert str(env_file) in text
    assert "cannot be read" in text
    assert ".env.example" in text


def test_a_file_that_is_not_text_is_an_error(env_file: Path, keys: None) -> None:
    env_file.write_bytes(b"LIVEKIT_API_KEY=k\xff\xfe\n")
    text = refusal()
    assert "not UTF-8 text (byte 17)" in text
    assert SECRET not in text


def test_a_path_through_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="Not a directory"):
        check_env_file(tmp_path / "file" / ".env")


def test_the_secret_is_in_no_printed_form(keys: None) -> None:
    settings = load_settings(Both)
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert SECRET not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.8.7", "::1", "[::1]", "localhost"])
def test_addresses_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "10.0.0.1", "example.com", "localhost.evil.org"])
def test_addresses_of_other_machines(host: str) -> None:
    assert not is_loopback(host)
