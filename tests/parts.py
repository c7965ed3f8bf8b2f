"""The real parts as the tests run them: plain processes, output in files, stopped by their ids."""

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from stack.environment import without_settings
from stack.media_server import WEBHOOK_PATH, Webhook, require_binary, write_settings
from stack.ports import find_free_port

API_KEY = "keyfortests"
API_SECRET = secrets.token_urlsafe(32)


def clean_environment(**settings: str) -> dict[str, str]:
    """An environment without this machine's settings and keys."""
    # What else is ours has no place in `.env`: the name of that file, and LiveKit's own switches.
    ours = ("LIVEKIT_", "SIDENOTE_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return without_settings(environment) | {
        "SIDENOTE_ENV_FILE": "/dev/null",
        "LIVEKIT_API_KEY": API_KEY,
        "LIVEKIT_API_SECRET": API_SECRET,
        "LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE": "0",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


@dataclass
class RunningProcess:
    """A process and the file that its output goes to."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self.popen
        return self.popen.pid

    def stop(self, patience: float = 20.0) -> int:
        """Ask it to end, and insist; nothing happens if it never started."""
        if self.popen is None:
            return 0
        for number, seconds in (
            (signal.SIGTERM, 1.0),
            (signal.SIGTERM, patience),
            (signal.SIGKILL, 5),
        ):
            if self.popen.poll() is None:
                self.popen.send_signal(number)
                if self.name == "worker":
                    seconds = patience
                try:
                    self.popen.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        return self.popen.returncode

    def kill(self) -> None:
        assert self.popen
        self.popen.kill()
        self.popen.wait()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, seconds: float = 40.0) -> None:
        """Wait until the output holds a text."""
        deadline = time.monotonic() + seconds
        while text not in self.output():
            assert self.popen
            assert self.popen.poll() is None, f"{self.name} ended:\n{self.output()[-2000:]}"
            assert time.monotonic() < deadline, f"{self.name}:\n{self.output()[-2000:]}"
            time.sleep(0.05)

    def wait_for_http(self, url: str, seconds: float = 40.0) -> None:
        """Wait until an address answers 200."""
        deadline = time.monotonic() + seconds
        while True:
            assert self.popen
            assert self.popen.poll() is None, f"{self.name} ended:\n{self.output()[-2000:]}"
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            assert time.monotonic() < deadline, f"{url}:\n{self.output()[-2000:]}"
            time.sleep(0.05)


@dataclass
class MediaServer:
    """A livekit-server on free loopback ports."""

    folder: Path
    api_key: str = API_KEY
    api_secret: str = API_SECRET
    port: int = 0
    token_server_url: str | None = None
    """Where its events go; None: nowhere."""
    process: RunningProcess = field(init=False)

    def __post_init__(self) -> None:
        url = self.token_server_url
        webhook = Webhook(url + WEBHOOK_PATH, self.api_key) if url else None
        settings_file, self.port = write_settings(self.folder, webhook=webhook)
        self.process = RunningProcess(
            name="media server",
            command=[str(require_binary()), "--config", str(settings_file)],
            environment=clean_environment(LIVEKIT_KEYS=f"{self.api_key}: {self.api_secret}"),
            log=self.folder / "media-server.log",
        )

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process.start()
        self.process.wait_for_http(f"http://127.0.0.1:{self.port}/")

    def stop(self) -> None:
        self.process.stop()


def python_part(name: str, *module: str, folder: Path, **settings: str) -> RunningProcess:
    """One of our own parts as a process."""
    return RunningProcess(
        name=name,
        command=[sys.executable, "-m", *module],
        environment=clean_environment(**settings),
        log=folder / f"{name.replace(' ', '-')}.log",
    )


@dataclass
class TestStack:
    """Media server, token server and worker."""

    __test__ = False

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    media_server: MediaServer = field(init=False)
    token_server: RunningProcess = field(init=False)
    worker: RunningProcess = field(init=False)
    token_server_url: str = ""
    database_url: str = ""

    def start(self) -> None:
        try:
            self._start()
        except BaseException:
            self.stop()  # what has started already
            raise

    def _start(self) -> None:
        port = find_free_port()
        self.token_server_url = f"http://127.0.0.1:{port}"
        self.media_server = MediaServer(self.folder, token_server_url=self.token_server_url)
        self.media_server.start()
        self.database_url = f"sqlite:///{self.folder / 'records.db'}"
        self.settings = {
            "LIVEKIT_URL": self.media_server.url,
            "DATABASE_URL": self.database_url,
            "TOKEN_SERVER_PORT": str(port),
            "AGENT_DRAIN_SECONDS": "3",
            "FILES_URL": str(self.folder / "files"),
            "SOUND_FOLDER": str(self.folder / "sound"),
            "WAITING_FOLDER": str(self.folder / "waiting"),
        } | self.settings
        self.token_server = python_part(
            "token server", "token_server", folder=self.folder, **self.settings
        )
        self.token_server.start()
        self.worker = self.make_worker()
        self.worker.start()
        self.token_server.wait_for_http(f"{self.token_server_url}/ready", 60)

    def make_worker(self, name: str = "worker") -> RunningProcess:
        return python_part(name, "agent", "start", folder=self.folder, **self.settings)

    def stop(self) -> None:
        for name in ("worker", "token_server", "media_server"):
            if part := vars(self).get(name):
                part.stop()
