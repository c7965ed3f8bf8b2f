"""Says what is there, what is missing, how to get it, and which providers are configured."""

import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from settings import AdviceSettings, LiveKitSettings, SettingsError, SpeechSettings, load_settings
from settings.speech import plugin_module
from stack.environment import env_file, read_environment
from stack.media_server import find_binary

PAGE: Final = Path("web/dist/index.html")

State = Literal["ok", "missing", "optional"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    state: State
    """"optional" is missing too, but only some commands need it."""
    what: str
    remark: str


def examine() -> list[Finding]:
    """Look at everything that Sidenote needs or can use."""
    return [*_tools(), *_built(), *_settings(), *_providers()]


def _tools() -> Iterator[Finding]:
    python = platform.python_version()
    right = sys.version_info[:2] == (3, 11)
    yield Finding("ok" if right else "missing", f"Python {python}", "3.11 is needed")
    yield _tool("node", "builds the page", "install Node 20.19 or newer")
    if find_binary() is None:
        yield _tool(
            "go",
            "builds the media server",
            "install Go 1.21 or newer, put livekit-server on PATH, or set LIVEKIT_URL",
            needed=not _media_server_elsewhere(),
        )
    yield _tool("chromium", "page tests", "apt-get install chromium", needed=False)
    yield _tool(
        "flite", "renders the voices of new lab calls", "apt-get install flite", needed=False
    )
    yield _tool(
        "espeak-ng",
        "tells how names in a playbook sound, renders voices of new lab calls",
        "apt-get install espeak-ng",
        needed=False,
    )


def _tool(name: str, purpose: str, remedy: str, *, needed: bool = True) -> Finding:
    if shutil.which(name):
        return Finding("ok", name, purpose)
    return Finding("missing" if needed else "optional", name, f"{purpose}: {remedy}")


def _built() -> Iterator[Finding]:
    binary = find_binary()
    if binary:
        yield Finding("ok", f"media server {_version(binary)}", str(binary))
    elif url := _media_server_elsewhere():
        yield Finding(
            "ok", "media server", f"LIVEKIT_URL {url}; the lab and the tests need one here"
        )
    else:
        yield Finding("missing", "media server", "`make setup` builds it (about 100 s, once)")
    page = PAGE.exists()
    yield Finding(
        "ok" if page else "missing", "page", str(PAGE) if page else "`make web` builds it"
    )


def _media_server_elsewhere() -> str | None:
    """Return the address of a media server that is not started here."""
    try:
        return read_environment().get("LIVEKIT_URL")
    except SettingsError:  # the settings' own finding says so
        return None


def _version(binary: Path) -> str:
    try:
        answer = subprocess.run(
            [str(binary), "--version"], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return "that does not run"
    return answer.stdout.split()[-1] if answer.stdout.split() else "of unknown version"


def _settings() -> Iterator[Finding]:
    path = env_file()
    if path.exists():
        readable = path.stat().st_mode & 0o077
        advice = f"others on this machine can read it: chmod 600 {path}" if readable else ""
        yield Finding("optional" if readable else "ok", str(path), advice or "settings")
    else:
        yield Finding("missing", str(path), "`make setup` writes it, with a fresh key pair")
    try:
        environment = read_environment()
        load_settings(LiveKitSettings)
    except SettingsError as error:
        yield Finding("missing", "settings", str(error))
        return
    url = environment.get("LIVEKIT_URL")
    server = (
        f"LIVEKIT_URL {url}" if url else "a media server on this machine, started by `make run`"
    )
    yield Finding("ok", "settings", server)


def _hearing() -> Finding:
    """Say who hears; told something wrong, the worker refuses to start."""
    try:
        settings = load_settings(SpeechSettings)
        names = settings.speech_providers()
    except SettingsError as error:
        return Finding("missing", "speech to text", str(error))
    plugins = [plugin for name in names if (plugin := plugin_module(name))]
    missing = [plugin for plugin in plugins if not _is_there(plugin)]
    if missing:
        package = missing[0].removeprefix("livekit.plugins.").replace("_", "-")
        return Finding(
            "missing", "speech to text", f"{missing[0]}: pip install livekit-plugins-{package}"
        )
    words = {
        "pocketsphinx": "pocketsphinx on this machine, English, no key needed",
        "elevenlabs": f"ElevenLabs at {settings.elevenlabs_base_url or 'its own address'}",
        "openai": f"{settings.stt_openai_model} at {settings.transcription_url or 'OpenAI'}",
    }
    return Finding("ok", "speech to text", ", else ".join(words.get(name, name) for name in names))


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the folder that all plugins share
        return False


def _advice() -> Finding:
    try:
        models = load_settings(AdviceSettings).models()
    except SettingsError as error:
        return Finding("missing", "advice", str(error))
    if not models:
        remark = "playbook only; OPENAI_API_KEY in .env adds a language model"
        return Finding("optional", "advice", remark)
    named = ", else ".join(f"{one.model} at {one.base_url or 'OpenAI'}" for one in models)
    return Finding("ok", "advice", f"playbook and {named}")


def _providers() -> Iterator[Finding]:
    yield _hearing()
    yield _advice()
