"""What is told of a suite that was played."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from lab.compare import read_scores
from lab.models import ModelUse
from lab.score import score
from lab.suite import Run, SuiteReport, print_report, worst_first
from tests.lab.recordings import make_recording

pytestmark = pytest.mark.unit


def run(file: str, failures: list[str], p95: float = 400.0, *, played: bool = True) -> Run:
    result = score(make_recording())
    result.latency_ms["speech_end_to_final"].p95 = p95
    return Run(
        call=file.title(),
        file=file,
        variant="plain",
        heard_by="an emulator",
        repetition=1,
        passed=not failures,
        failures=failures,
        score=result if played else None,
        provider_seconds=7.0,
    )


def report(runs: list[Run]) -> SuiteReport:
    return SuiteReport(
        suite="all", started_at=0, seconds=60, machine="m", cores=2, runs=worst_first(runs)
    )


def test_the_worst_run_comes_first() -> None:
    unplayable = run("d", ["could not be played"], played=False)
    runs = [run("a", []), run("b", [], 900), run("c", ["order: 1", "privacy: 2"]), unplayable]

    assert [each.file for each in worst_first(runs)] == ["d", "c", "b", "a"]


def test_the_report_names_its_runs_and_can_be_compared(tmp_path: Path) -> None:
    result = report([run("a", []), run("b", ["order: 1"])])
    path = tmp_path / "all.json"
    path.write_text(result.model_dump_json())

    content = json.loads(path.read_text())

    assert content["passed"] is False
    assert [each["file"] for each in content["runs"]] == ["b", "a"]
    assert set(read_scores(path)) == {"a, plain, 1", "b, plain, 1"}


def test_the_table_shows_every_run() -> None:
    printed = io.StringIO()

    print_report(report([run("a", []), run("b", ["x"], played=False)]), Console(file=printed))

    assert "2 runs, 1 failed" in printed.getvalue()


def test_what_was_sent_to_a_provider_is_told_beside_what_was_played() -> None:
    sent = run("a", [])
    assert sent.score
    played = sum(seen.played_seconds for seen in sent.score.coverage.values())

    assert sent.sent_share == pytest.approx(7.0 / played)
    assert run("b", ["x"], played=False).sent_share is None
    assert sent.model_copy(update={"provider_seconds": None}).sent_share is None


def test_the_report_says_who_heard() -> None:
    printed = io.StringIO()

    print_report(report([run("a", []), run("b", [])]), Console(file=printed))

    assert "plain: heard by an emulator" in printed.getvalue()


def test_the_report_says_which_model_answered() -> None:
    printed = io.StringIO()
    uses = [ModelUse(name="first", requests=3), ModelUse(name="second", requests=5, answered=5)]

    print_report(report([run("a", []).model_copy(update={"models": uses})]), Console(file=printed))

    told = "first answered 0 of 3 requests; second answered 5 of 5 requests"
    assert f"a, plain: {told}" in " ".join(printed.getvalue().split())
