import asyncio
import os
import sys
from pathlib import Path

import pytest

from settings.base import ENV_FILE_VARIABLE
from stack import running
from stack.__main__ import main
from stack.part import Part, PartError
from stack.ports import find_free_port
from stack.running import StackOptions, running_stack, wait_until_answers
from stack.terminal import ignore_line

pytestmark = pytest.mark.unit


async def start(program: str) -> Part:
    command = [sys.executable, "-c", program]
    return await Part.start("a part", command, env=dict(os.environ), on_line=ignore_line)


async def test_waiting_for_a_part_that_ended_tells_what_it_printed() -> None:
    part = await start("print('no such key'); raise SystemExit(2)")
    with pytest.raises(PartError, match=r"ended while it was starting[\s\S]*no such key"):
        await wait_until_answers(part, f"http://127.0.0.1:{find_free_port()}/ready")


async def test_waiting_ends_when_the_address_answers() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    part = await start("import time; time.sleep(600)")
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await wait_until_answers(part, f"http://127.0.0.1:{port}/ready")
    await part.stop()


async def test_an_address_that_never_gets_ready_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "START_SECONDS", 0.2)
    part = await start("import time; time.sleep(600)")
    with pytest.raises(PartError, match="was not ready after"):
        await wait_until_answers(part, f"http://127.0.0.1:{find_free_port()}/ready")
    await part.stop()


async def test_without_a_key_pair_nothing_is_started() -> None:
    with pytest.raises(PartError, match="no key pair; `make setup`"):
        async with running_stack(StackOptions(hermetic=True), ignore_line):
            pass


def test_a_hermetic_run_takes_the_media_server_from_the_settings_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    path.write_text("LIVEKIT_API_KEY=mine\nADVICE_COOLDOWN_SECONDS=99\nWAKE_WORD=Computer\n")
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    monkeypatch.setenv("LLM_MODEL", "small")
    hermetic = running._environment(StackOptions(hermetic=True))
    assert hermetic["LIVEKIT_API_KEY"] == "mine"
    assert not {"ADVICE_COOLDOWN_SECONDS", "WAKE_WORD", "LLM_MODEL"} & hermetic.keys()
    assert hermetic[ENV_FILE_VARIABLE] == "/dev/null"
    assert running._environment(StackOptions())["WAKE_WORD"] == "Computer"


def compiled_below(folder: Path) -> list[Path]:
    return list(folder.rglob("part_of_a_test.*.pyc"))


async def test_a_part_that_is_started_again_need_not_compile_its_sources_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setattr(running, "BYTECODE", tmp_path / "bytecode")
    (tmp_path / "part_of_a_test.py").write_text("")
    command = [sys.executable, "-c", "import part_of_a_test"]
    environment = running._environment(StackOptions()) | {"PYTHONPATH": str(tmp_path)}
    part = await Part.start("a part", command, env=environment, on_line=ignore_line)
    assert await part.wait() == 0
    assert compiled_below(tmp_path) == compiled_below(tmp_path / "bytecode") != []


def test_an_unreadable_env_file_is_one_line_and_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(tmp_path))
    assert main(["keys"]) == 1
    assert main(["run"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert all(line.startswith(f"sidenote: {tmp_path} cannot be read") for line in errors)


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_an_impossible_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--port", port])
    assert "--port" in capsys.readouterr().err
