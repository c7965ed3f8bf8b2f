"""The score in the terminal."""

import io

import pytest
from rich.console import Console

from lab.report import bar, print_score
from lab.sabotage import SABOTAGES
from lab.score import score
from tests.lab.recordings import make_recording

pytestmark = pytest.mark.unit


def printed(sabotage: str | None = None) -> str:
    recording = make_recording()
    if sabotage:
        SABOTAGES[sabotage].spoil(recording)
    file = io.StringIO()
    print_score(score(recording), Console(file=file, width=100))
    return file.getvalue()


def test_a_bar_fills_its_share_to_an_eighth_of_a_cell() -> None:
    assert bar(0.5, 4) == "██  "
    assert bar(1 / 32, 4) == "▏   "
    assert bar(2.0, 4) == "████"
    assert bar(0.0, 4) == "    "


def test_the_verdict_stands_at_the_end() -> None:
    assert printed().rstrip().endswith("passed: everything came out as the call file expects")


def test_what_failed_is_named_with_its_score() -> None:
    lines = printed("swap-speakers").rstrip().splitlines()

    assert lines[-1] == "  ✗ attribution: 4 finals under the wrong speaker"
    assert any(line.startswith("✗  finals under the wrong speaker") for line in lines)
