import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from token_server.__main__ import ServerOfParts
from token_server.app import create_app
from token_server.settings import TokenServerSettings

pytestmark = pytest.mark.room

SECRET = "test-secret-test-secret-test-secret-0123"


def environment(folder: Path, **values: str) -> dict[str, str]:
    return {
        **os.environ,
        "SIDENOTE_ENV_FILE": str(folder / "env"),
        "LIVEKIT_API_KEY": "testkey",
        "LIVEKIT_API_SECRET": SECRET,
        "DATABASE_URL": f"sqlite:///{folder}/sidenote.db",
        **values,
    }


def run(folder: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "token_server", *arguments],
        env=environment(folder, **values),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_help_names_the_options(tmp_path: Path) -> None:
    done = run(tmp_path, "--help")

    assert done.returncode == 0
    for option in ("--host", "--port", "--public-url"):
        assert option in done.stdout


def test_missing_keys_are_named_without_a_trace(tmp_path: Path) -> None:
    done = run(tmp_path, LIVEKIT_API_KEY="", LIVEKIT_API_SECRET="")

    assert done.returncode == 2
    assert "LIVEKIT_API_KEY is not set" in done.stderr
    assert "LIVEKIT_API_SECRET is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "SIDENOTE_API_KEY"),
        (("--public-url", "https://calls.example.com"), "SIDENOTE_API_KEY"),
        (("--port", "http"), "TOKEN_SERVER_PORT"),
    ],
)
def test_wrong_options_are_named_without_a_trace(
    arguments: tuple[str, str], words: str, tmp_path: Path
) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr


def test_an_unreadable_env_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    done = run(tmp_path)

    assert done.returncode == 2
    assert str(tmp_path / "env") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "--port", str(port))

    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_ours_is_named(tmp_path: Path) -> None:
    key = "k" * 24
    done = run(tmp_path, "--host", "203.0.113.9", "--port", "0", SIDENOTE_API_KEY=key)

    assert done.returncode == 1
    assert "203.0.113.9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path, "--port", "0", DATABASE_URL=f"sqlite:///{tmp_path}/file/x.db")

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_server_whose_parts_have_ended_ends_too_and_logs_no_text(
    make_settings: Callable[..., TokenServerSettings], caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(make_settings())
    open_parts = app.router.lifespan_context

    @asynccontextmanager
    async def open_and_break(app: FastAPI) -> AsyncIterator[None]:
        async def fail() -> None:
            await asyncio.sleep(0.2)
            raise ValueError("quartzbeetle")

        async with open_parts(app), asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            yield

    app.router.lifespan_context = open_and_break
    server = ServerOfParts(app, uvicorn.Config(app, log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with asyncio.timeout(20):
            await server.serve(sockets=[listener])

    assert server.has_lost_its_parts
    assert "the token server cannot go on: ValueError in" in caplog.text
    assert "quartzbeetle" not in caplog.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_on_a_free_port_serves_over_the_network_and_stops(
    number: signal.Signals, tmp_path: Path, media_server: Any
) -> None:
    values = {
        "LIVEKIT_URL": media_server.url,
        "LIVEKIT_API_KEY": media_server.api_key,
        "LIVEKIT_API_SECRET": media_server.api_secret,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "token_server", "--port", "0"],
        env=environment(tmp_path, **values),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr
            lines: list[str] = []
            while "listening on" not in "".join(lines):
                line = process.stderr.readline()
                assert line, "".join(lines)
                lines.append(line)
            address = lines[-1].split("listening on ")[1].split(",")[0]
            request = urllib.request.Request(
                f"{address}/rooms", data=b"{}", headers={"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                room = json.load(answer)
            process.send_signal(number)
            rest = process.stderr.read()
            code = process.wait(15)
        finally:
            process.kill()

    assert room["host"]["link"].startswith(f"{address}/call/")
    assert code == 0
    assert "Traceback" not in rest
    assert "POST /rooms 201" in rest
    assert room["host"]["invitation"] not in rest
