"""Named sets of calls and variants."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from lab.compare import read_scores
from lab.score import score
from lab.suite import (
    SUITES,
    Run,
    SuiteError,
    SuiteReport,
    Variant,
    calls_of,
    load_suite,
    print_report,
    worst_first,
)
from tests.lab.recordings import make_recording

pytestmark = pytest.mark.unit


def run(file: str, failures: list[str], p95: float = 400.0, *, played: bool = True) -> Run:
    result = score(make_recording())
    result.latency_ms["speech_end_to_final"].p95 = p95
    return Run(
        call=file.title(),
        file=file,
        variant="plain",
        repetition=1,
        passed=not failures,
        failures=failures,
        score=result if played else None,
    )


def report(runs: list[Run]) -> SuiteReport:
    return SuiteReport(
        suite="all", started_at=0, seconds=60, machine="m", cores=2, runs=worst_first(runs)
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in SUITES.glob("*.yaml")))
def test_the_suites_that_come_with_the_lab_name_calls_that_exist(name: str) -> None:
    suite = load_suite(name)

    for variant in suite.variants:
        assert calls_of(suite, variant)


def test_all_means_every_call_once(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text("")
    suite = load_suite("all").model_copy(update={"calls": ("b", "all")})

    calls = calls_of(suite, Variant(name="plain"), tmp_path)

    assert [path.stem for path in calls] == ["b", "a"]


def test_a_call_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text("")
    suite = load_suite("all").model_copy(update={"calls": ("sale",)})

    with pytest.raises(SuiteError, match="no call 'sale'; it has: sales"):
        calls_of(suite, Variant(name="plain"), tmp_path)


def test_a_suite_that_does_not_exist_or_is_malformed_is_explained(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("purpose: P\nvariants: [{name: x, setings: {}}]")

    with pytest.raises(SuiteError, match="there is no suite 'none'; there are: odd"):
        load_suite("none", tmp_path)
    with pytest.raises(SuiteError, match=r"variants\.0\.setings"):
        load_suite("odd", tmp_path)


def test_a_variant_may_add_kills_and_faults(tmp_path: Path) -> None:
    (tmp_path / "kills.yaml").write_text(
        "purpose: P\nvariants: [{name: killed, events: [{do: kill_job, at: 10}], "
        "settings: {STT: pocketsphinx}, expectations: {last_words_kept: false}}]"
    )

    (variant,) = load_suite("kills", tmp_path).variants

    assert variant.events[0].do == "kill_job"
    assert variant.settings == {"STT": "pocketsphinx"}


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
