"""Plays a named set of calls in several variants, and says which came out worst."""

import os
import platform
import time
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, computed_field
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.call_file import SERVER_ACTIONS, Event
from lab.commands import PreparedCall, own_stack, play_call, prepare
from lab.play import PlayError, PlayOptions
from lab.score_model import Score
from stack.running import RunningStack

SUITES: Final = Path(__file__).with_name("suites")
CALLS: Final = Path(__file__).with_name("calls")
RESULTS: Final = Path("data/lab")
EVERY_CALL: Final = "all"


class SuiteError(Exception):
    """A suite cannot be played; the text says what to change."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variant(_Part):
    """One way to play calls."""

    name: str
    settings: dict[str, str] = {}
    """Environment of token server and worker, as in `.env`."""
    calls: tuple[str, ...] | None = None
    """Names of files in lab/calls, without their ending; None: those of the suite."""
    repetitions: int = Field(default=1, ge=1, le=100)
    speed: float = Field(default=1.0, ge=0.1, le=20)
    """2 halves the silences."""
    events: tuple[Event, ...] = ()
    """What happens beside the events of the call files: kills and faults."""
    expectations: dict[str, Any] = {}
    """In place of what the call files expect, field by field."""


class Suite(_Part):
    """A named set of calls and variants."""

    purpose: str
    calls: tuple[str, ...] = (EVERY_CALL,)
    """Names of files in lab/calls, without their ending; all: every one."""
    variants: tuple[Variant, ...] = (Variant(name="plain"),)


class Run(BaseModel):
    """How one call came out in one variant."""

    call: str
    """Its title."""
    file: str
    variant: str
    repetition: int
    passed: bool
    failures: list[str]
    """Also why it could not be played."""
    score: Score | None
    """None: it could not be played."""


class SuiteReport(BaseModel):
    """How all came out, the worst first."""

    suite: str
    started_at: float
    """Seconds since the Unix epoch."""
    seconds: float
    machine: str
    cores: int
    runs: list[Run]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether every run did."""
        return all(run.passed for run in self.runs)


def load_suite(name: str, folder: Path = SUITES) -> Suite:
    """Read a suite.

    Raises:
        SuiteError: there is none of this name, or it is malformed.
    """
    path = folder / f"{name}.yaml"
    known = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Suite.model_validate(content)
    except OSError as error:
        raise SuiteError(f"there is no suite {name!r}; there are: {known}") from error
    except yaml.YAMLError as error:
        raise SuiteError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SuiteError(f"{path}: {where}: {first['msg']}") from error


def calls_of(suite: Suite, variant: Variant, folder: Path = CALLS) -> list[Path]:
    """Return the call files of a variant.

    Raises:
        SuiteError: one of them does not exist.
    """
    known = sorted(folder.glob("*.yaml"))
    paths: list[Path] = []
    for name in variant.calls if variant.calls is not None else suite.calls:
        found = known if name == EVERY_CALL else [path for path in known if path.stem == name]
        if not found:
            names = ", ".join(path.stem for path in known)
            raise SuiteError(f"{folder} has no call {name!r}; it has: {names}")
        paths += found
    return list(dict.fromkeys(paths))


def worst_first(runs: list[Run]) -> list[Run]:
    """Return the runs in the order in which somebody should look at them."""

    def rank(run: Run) -> tuple[bool, bool, int, float]:
        delay = run.score.latency_ms["speech_end_to_final"].p95 if run.score else None
        return run.passed, run.score is not None, -len(run.failures), -(delay or 0.0)

    return sorted(runs, key=rank)


async def run_suite(name: str, out: Path | None, console: Console | None = None) -> int:
    """Play a suite, print and write its report; return 1 when a run failed.

    Raises:
        SuiteError: the suite is malformed.
        PartError: the stack does not start.
    """
    console = console or Console(highlight=False)
    suite = load_suite(name)
    started = time.time()
    runs: list[Run] = []
    for variant in suite.variants:
        prepared = [_prepare(path, variant) for path in calls_of(suite, variant)]
        jobs = [(call, number + 1) for call in prepared for number in range(variant.repetitions)]
        while jobs:
            async with own_stack(variant.settings) as stack:
                while jobs:
                    call, repetition = jobs.pop(0)
                    runs.append(await _run(call, variant, repetition, stack, console))
                    if _breaks_servers(call, variant):
                        break  # the next call begins with parts that nobody has killed
    report = SuiteReport(
        suite=name,
        started_at=round(started, 1),
        seconds=round(time.time() - started, 1),
        machine=platform.platform(),
        cores=os.cpu_count() or 1,
        runs=worst_first(runs),
    )
    out = out or RESULTS / f"{name}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    print_report(report, console)
    console.print(f"written to {out}")
    return 0 if report.passed else 1


def _prepare(path: Path, variant: Variant) -> PreparedCall:
    prepared = prepare(path)
    if not variant.expectations:
        return prepared
    expected = prepared.call.expectations
    content = expected.model_dump() | variant.expectations
    try:
        replaced = type(expected).model_validate(content)
    except ValidationError as error:
        told = error.errors()[0]["msg"]
        raise SuiteError(f"variant {variant.name!r}: expectations: {told}") from error
    call = prepared.call.model_copy(update={"expectations": replaced})
    return PreparedCall(path=path, call=call, voices=prepared.voices)


async def _run(
    call: PreparedCall, variant: Variant, repetition: int, stack: RunningStack, console: Console
) -> Run:
    options = PlayOptions(speed=variant.speed, extra_events=variant.events)
    score: Score | None = None
    try:
        key = stack.environment.get("SIDENOTE_API_KEY")
        url = stack.token_server_url
        _, score = await play_call(call, url, key, stack=stack, options=options, visibly=False)
        failures = score.failures
    except PlayError as error:
        failures = [f"could not be played: {error}"]
    verdict = Text("failed", style="red") if failures else Text("passed", style="green")
    console.print(verdict, f"{call.path.stem}, {variant.name}, {repetition}")
    for failure in failures:
        console.print(Text(f"       {failure}", style="red"))
    return Run(
        call=call.call.title,
        file=call.path.stem,
        variant=variant.name,
        repetition=repetition,
        passed=not failures,
        failures=failures,
        score=score,
    )


def _breaks_servers(call: PreparedCall, variant: Variant) -> bool:
    return any(event.do in SERVER_ACTIONS for event in (*call.call.events, *variant.events))


def print_report(report: SuiteReport, console: Console) -> None:
    """Print a row for each run, the worst first."""
    table = Table(title=f"suite {report.suite}", title_justify="left", box=None, pad_edge=False)
    columns = ("", "call", "variant", "wrong", "lost", "final p95", "points", "spies", "CPU/min")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 3 else "right", no_wrap=True)
    for run in report.runs:
        sign = Text("✓", style="green") if run.passed else Text("✗", style="red")
        table.add_row(sign, run.file, f"{run.variant} {run.repetition}", *_figures(run.score))
    console.print()
    console.print(table)
    failed = sum(not run.passed for run in report.runs)
    told = f"{len(report.runs)} runs, {failed} failed, {report.seconds:.0f} s"
    console.print(Text(told, style="red bold" if failed else "green bold"))


def _figures(score: Score | None) -> list[str]:
    if score is None:
        return ["-"] * 6
    points, worker = score.talking_points, score.machine.get("worker")
    rate, p95 = score.words.error_rate, score.latency_ms["speech_end_to_final"].p95
    return [
        "-" if rate is None else f"{rate:.1%}",
        f"{score.words.speech_without_text_seconds:.1f} s",
        "-" if p95 is None else f"{p95:.0f} ms",
        f"{len(points.hit)}/{points.expected}",
        f"{score.privacy.bytes} B",
        "-" if worker is None else f"{worker.cpu_seconds_per_call_minute:.1f} s",
    ]
