"""The lab's command line, as far as it starts nothing."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import psutil
import pytest

from lab.__main__ import main
from lab.score import score
from tests.lab.recordings import make_recording
from tests.parts import clean_environment

pytestmark = pytest.mark.unit


def test_a_call_that_does_not_exist_is_explained_with_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["play", "none.yaml"]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_lint_tells_an_unplayable_call_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "call.yaml"
    path.write_text("title: T\n")

    assert main(["lint", str(path)]) == 2
    assert "error: " in capsys.readouterr().out


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert "lines" in json.loads(capsys.readouterr().out)["properties"]


def test_two_reports_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text(score(make_recording()).model_dump_json())

    assert main(["compare", str(path), str(path)]) == 0
    assert "figures are the same" in capsys.readouterr().out


def test_a_suite_that_does_not_exist_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", "none"]) == 2
    assert "there is no suite 'none'" in capsys.readouterr().err


def test_a_variant_that_a_suite_does_not_have_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["suite", "hear", "--variant", "none"]) == 2
    assert "there is no variant 'none'; there are: elevenlabs, openai" in capsys.readouterr().err
    assert main(["suite", "hear", "--call", "sales"]) == 2
    assert "'sales' is not among: crowd, hangup" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["0", "fast", "100"])
def test_a_speed_that_makes_no_sense_is_refused(speed: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["play", "call.yaml", "--speed", speed])


def runs(process: psutil.Process) -> bool:
    """Whether it does something still; who is dead may wait for the system to take note."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.room
async def test_a_lab_that_is_told_to_end_leaves_nothing_running() -> None:
    lab = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lab", "play", "lab/calls/sales.yaml"),
        env=clean_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert lab.stdout
    assert lab.stderr
    while not (line := await lab.stdout.readline()).startswith(b"ready"):
        assert line, (await lab.stderr.read()).decode()
    started = psutil.Process(lab.pid).children(recursive=True)
    assert started
    lab.send_signal(signal.SIGTERM)
    _, complaints = await lab.communicate()
    assert (lab.returncode, complaints.decode().strip()) == (130, "lab: stopped")
    assert not [process for process in started if runs(process)]
