from pathlib import Path

import pytest

from settings.base import ENV_FILE_VARIABLE
from stack.doctor import Finding, examine
from stack.environment import ensure_keys

pytestmark = pytest.mark.unit


def find(what: str) -> Finding:
    (finding,) = [one for one in examine() if one.what.startswith(what)]
    return finding


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    ensure_keys()
    return path


def test_settings_that_are_right_are_fine(env_file: Path) -> None:
    assert find("settings").state == "ok"
    assert find(str(env_file)).state == "ok"


def test_missing_settings_are_named(env_file: Path) -> None:
    env_file.unlink()
    assert find(str(env_file)).state == "missing"
    assert "LIVEKIT_API_KEY is not set" in find("settings").remark


def test_an_env_file_that_cannot_be_read_is_a_finding(env_file: Path) -> None:
    env_file.unlink()
    env_file.mkdir()
    assert "cannot be read" in find("settings").remark


def test_an_env_file_that_others_can_read_is_a_finding(env_file: Path) -> None:
    env_file.chmod(0o644)
    assert "chmod 600" in find(str(env_file)).remark


def test_no_finding_repeats_a_secret(env_file: Path) -> None:
    with env_file.open("a") as file:
        file.write("OPENAI_API_KEY=sk-very-private\n")
    secret = env_file.read_text().split("LIVEKIT_API_SECRET=")[1].split()[0]
    text = "\n".join(f"{one.what} {one.remark}" for one in examine())
    assert "sk-very-private" not in text
    assert secret not in text


def test_advice_says_who_gives_it(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("advice").remark.startswith("playbook only; OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    assert find("advice").remark == "playbook and gpt-4o-mini at http://127.0.0.1:11434/v1"


def test_speech_to_text_says_who_hears(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("speech to text").remark.startswith("pocketsphinx on this machine")
    monkeypatch.setenv("STT_OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")
    assert find("speech to text").remark == (
        "gpt-4o-mini-transcribe at http://127.0.0.1:8000/v1, "
        "else pocketsphinx on this machine, English, no key needed"
    )


@pytest.mark.parametrize(
    ("stt", "remark"),
    [
        ("elevenlabs", "needs ELEVENLABS_API_KEY"),
        ("plugin:play_ai.STT", "livekit.plugins.play_ai: pip install livekit-plugins-play-ai"),
    ],
)
def test_a_provider_that_cannot_hear_is_a_finding(
    stt: str, remark: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STT", stt)
    assert find("speech to text").state == "missing"
    assert remark in find("speech to text").remark


def test_what_is_not_on_path_comes_with_the_way_to_get_it(
    env_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find("go") == Finding(
        "missing",
        "go",
        "builds the media server: "
        "install Go 1.21 or newer, put livekit-server on PATH, or set LIVEKIT_URL",
    )
    assert find("flite").state == "optional"
    assert find("espeak-ng") == Finding(
        "optional",
        "espeak-ng",
        "tells how names in a playbook sound, renders voices of new lab calls: "
        "apt-get install espeak-ng",
    )
    assert find("media server").state == "missing"
    assert find("page").state == "missing"


def test_a_media_server_that_does_not_run_is_said(
    env_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "livekit-server"
    binary.write_bytes(b"\x7fnothing that runs")
    binary.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find("media server").what == "media server that does not run"


def test_a_media_server_elsewhere_needs_neither_go_nor_a_binary(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find("media server").state == "missing"
    with env_file.open("a") as file:
        file.write("LIVEKIT_URL=wss://media.example.com\n")
    assert find("go").state == "optional"
    assert "wss://media.example.com" in find("media server").remark
