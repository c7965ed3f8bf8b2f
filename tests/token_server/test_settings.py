from pathlib import Path
from typing import Any

import pytest

from settings import SettingsError, load_settings
from token_server.settings import TokenServerSettings, find_doubts

pytestmark = pytest.mark.unit

KEY = "k" * 24
SECRET = "unit-test-secret-unit-test-secret-0123"


def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **values: str) -> TokenServerSettings:
    lines = {"LIVEKIT_API_KEY": "testkey", "LIVEKIT_API_SECRET": SECRET, **values}
    path = tmp_path / "env"
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    monkeypatch.setenv("SIDENOTE_ENV_FILE", str(path))
    return load_settings(TokenServerSettings)


def test_defaults_listen_on_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load(monkeypatch, tmp_path)

    assert settings.link_base == "http://127.0.0.1:8080"
    assert settings.api_key is None
    assert settings.cors_origins == ()
    assert find_doubts(settings) == []


@pytest.mark.parametrize(
    "values",
    [
        {"TOKEN_SERVER_HOST": "0.0.0.0"},
        {"TOKEN_SERVER_HOST": "192.0.2.2"},
        {"TOKEN_SERVER_HOST": "::"},
        {"PUBLIC_URL": "https://calls.example.com"},
    ],
)
def test_listening_to_others_without_an_api_key_is_refused(
    values: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="anybody who reaches it could create rooms") as error:
        load(monkeypatch, tmp_path, **values)

    assert "SIDENOTE_API_KEY" in str(error.value)
    assert next(iter(values)) in str(error.value)
    assert load(monkeypatch, tmp_path, **values, SIDENOTE_API_KEY=KEY).api_key == KEY


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SIDENOTE_API_KEY", "short-key-value", "at least 24"),
        ("TOKEN_SERVER_PORT", "eighty", "TOKEN_SERVER_PORT"),
        ("TOKEN_SERVER_PORT", "70000", "65535"),
        ("PUBLIC_URL", "calls.example.com", "https://calls.example.com"),
        ("PUBLIC_URL", "http://127.0.0.1:8080/#x", "plain address"),
        ("LIVEKIT_PUBLIC_URL", "ftp://media", "wss://media.example.com"),
        ("INVITATION_TTL_HOURS", "0", "INVITATION_TTL_HOURS"),
        ("INVITATION_TTL_HOURS", "721", "720"),
        ("ROOM_MAX_PEOPLE", "1", "ROOM_MAX_PEOPLE"),
        ("ROLE_HOST_NAME", "n" * 65, "1 to 64"),
        ("WATCH_ROOMS", "some", "'own' or 'all'"),
        ("CORS_ORIGINS", "https://app.example.com/path", "origin"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as error:
        load(monkeypatch, tmp_path, **{name: value})

    assert name in str(error.value)
    assert words in str(error.value)
    assert name != "SIDENOTE_API_KEY" or value not in str(error.value)


def make(**values: Any) -> TokenServerSettings:
    return TokenServerSettings(livekit_api_key="testkey", livekit_api_secret=SECRET, **values)


def test_links_use_the_public_url_without_its_last_slash() -> None:
    settings = make(public_url="https://calls.example.com/", sidenote_api_key=KEY)

    assert settings.link_base == "https://calls.example.com"


def test_links_of_a_server_that_listens_everywhere_can_be_opened() -> None:
    settings = make(token_server_host="0.0.0.0", sidenote_api_key=KEY)

    assert settings.link_base == "http://127.0.0.1:8080"


def test_an_ipv6_host_stands_in_brackets() -> None:
    assert make(token_server_host="::1").link_base == "http://[::1]:8080"


def test_browsers_are_given_a_websocket_address() -> None:
    assert make(livekit_url="https://media.example.com").browser_media_url == (
        "wss://media.example.com"
    )
    assert make(livekit_public_url="wss://out.example.com").browser_media_url == (
        "wss://out.example.com"
    )


def test_origins_are_separated_by_commas() -> None:
    settings = make(cors_origins="https://App.example.com, http://localhost:3000/")

    assert settings.cors_origins == ("https://app.example.com", "http://localhost:3000")


def test_doubts_name_what_other_machines_cannot_do() -> None:
    doubts = find_doubts(make(public_url="http://calls.example.com", sidenote_api_key=KEY))

    assert len(doubts) == 2
    assert "https" in doubts[0]
    assert "LIVEKIT_PUBLIC_URL" in doubts[1]
