"""Plays a named set of calls in several variants, and says which came out worst."""

import os
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from pydantic import BaseModel, computed_field
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.call_file import SERVER_ACTIONS
from lab.commands import PreparedCall, own_stack, play_call, prepare
from lab.models import ModelUse, RunningModels, running_models
from lab.play import PlayError, PlayOptions
from lab.provider import RunningProvider, running_provider
from lab.report_survival import print_survival
from lab.rounds import said_until
from lab.score_model import Score
from lab.suite_file import Variant, load_suite, part_of
from stack.running import RunningStack

RESULTS: Final = Path("data/lab")
FILE_COLUMNS: Final = 120
"""Width of the table where there is no terminal."""


class Run(BaseModel):
    """How one call came out in one variant."""

    call: str
    """Its title."""
    file: str
    variant: str
    heard_by: str
    """Whose text is scored."""
    repetition: int
    passed: bool
    failures: list[str]
    """Also why it could not be played."""
    score: Score | None
    """None: it could not be played."""
    seed: int | None = None
    """Of the moments at which a part was killed; None: none was."""
    provider_seconds: float | None = None
    """Audio that an emulated provider received; None: there was none."""

    models: list[ModelUse] = []
    """What each emulated model was asked."""

    @property
    def sent_share(self) -> float | None:
        """Audio sent to the provider, by the sound of the lines played; None: nothing to tell."""
        if self.provider_seconds is None or self.score is None:
            return None
        played = sum(seen.played_seconds for seen in self.score.coverage.values())
        return self.provider_seconds / played if played else None


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


def worst_first(runs: list[Run]) -> list[Run]:
    """Return the runs in the order in which somebody should look at them."""

    def rank(run: Run) -> tuple[bool, bool, int, float]:
        delay = run.score.latency_ms["speech_end_to_final"].p95 if run.score else None
        return run.passed, run.score is not None, -len(run.failures), -(delay or 0.0)

    return sorted(runs, key=rank)


async def run_suite(
    name: str,
    out: Path | None,
    console: Console | None = None,
    *,
    variants: Sequence[str] = (),
    calls: Sequence[str] = (),
    logs: bool = False,
) -> int:
    """Play a suite, print and write its report; return 1 when a run failed.

    Args:
        name: of the suite.
        out: where its report goes; None: into `data/lab`.
        console: where it is printed; None: standard output.
        variants: names of those to play; empty: all.
        calls: names of those to play; empty: all.
        logs: print what the parts print.

    Raises:
        SuiteError: the suite is malformed, or has no such part.
        PartError: the stack does not start.
    """
    if console is None:
        console = Console(highlight=False, width=None if sys.stdout.isatty() else FILE_COLUMNS)
    jobs = [
        (variant, [_prepare(path, variant) for path in paths])
        for variant, paths in part_of(load_suite(name), variants, calls)
    ]
    started = time.time()
    runs: list[Run] = []
    for variant, prepared in jobs:
        runs += await _play_variant(variant, prepared, console, logs=logs)
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
    changed = PreparedCall(path=path, call=variant.changed(prepared.call), voices=prepared.voices)
    return said_until(changed, variant.kills.end_seconds) if variant.kills else changed


async def _play_variant(
    variant: Variant, calls: list[PreparedCall], console: Console, *, logs: bool
) -> list[Run]:
    runs: list[Run] = []
    jobs = [(call, number + 1) for call in calls for number in range(variant.repetitions)]
    while jobs:
        async with AsyncExitStack() as opened:
            settings, provider = variant.settings, None
            models = None
            if variant.models:
                models = await opened.enter_async_context(running_models(variant.models))
                settings = settings | models.settings
            if variant.provider:
                provider = await opened.enter_async_context(running_provider(variant.provider))
                settings = settings | provider.settings
            stack = await opened.enter_async_context(
                own_stack(
                    settings,
                    logs=logs,
                    workers=variant.workers,
                    postgres=variant.store == "postgres",
                )
            )
            while jobs:
                call, repetition = jobs.pop(0)
                runs.append(await _run(call, variant, repetition, stack, provider, models))
                _print_run(runs[-1], console)
                if any(event.do in SERVER_ACTIONS for event in call.call.events):
                    break  # the next call begins with parts that nobody has killed
    return runs


async def _run(
    call: PreparedCall,
    variant: Variant,
    repetition: int,
    stack: RunningStack,
    provider: RunningProvider | None,
    models: RunningModels | None,
) -> Run:
    options = PlayOptions(speed=variant.speed, provider=provider, models=models)
    score: Score | None = None
    if provider:
        await provider.begin_call(call.known_lines() if variant.is_exact else ())
    if models:
        await models.begin_call()
    try:
        key = stack.environment.get("SIDENOTE_API_KEY")
        url = stack.token_server_url
        _, score = await play_call(call, url, key, stack=stack, options=options, visibly=False)
        # A fault that never came has not been survived.
        unplayed = provider.unplayed if provider else []
        failures = score.failures + [f"provider: its fault {kind} never came" for kind in unplayed]
        failures += models.failures() if models else []
    except PlayError as error:
        failures = [f"could not be played: {error}"]
    return Run(
        call=call.call.title,
        file=call.path.stem,
        variant=variant.name,
        heard_by=variant.heard_by,
        repetition=repetition,
        passed=not failures,
        failures=failures,
        score=score,
        seed=variant.kills.seed if variant.kills else None,
        provider_seconds=round(provider.heard_seconds, 2) if provider else None,
        models=models.uses() if models else [],
    )


def _print_run(run: Run, console: Console) -> None:
    verdict = Text("passed", style="green") if run.passed else Text("failed", style="red")
    console.print(verdict, f"{run.file}, {run.variant}, {run.repetition}")
    for failure in run.failures:
        console.print(Text(f"       {failure}", style="red"))


def print_report(report: SuiteReport, console: Console) -> None:
    """Print a row for each run, the worst first."""
    table = Table(title=f"suite {report.suite}", title_justify="left", box=None, pad_edge=False)
    figures = ("sent", "wrong", "lost", "final p95", "points", "minutes", "spies", "CPU/min")
    columns = ("", "call", "variant", *figures)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 3 else "right", no_wrap=True)
    for run in report.runs:
        sign = Text("✓", style="green") if run.passed else Text("✗", style="red")
        table.add_row(sign, run.file, f"{run.variant} {run.repetition}", *_figures(run))
    console.print()
    console.print(table)
    print_survival(report.runs, console)
    for heard_by in dict.fromkeys(run.heard_by for run in report.runs):
        names = dict.fromkeys(run.variant for run in report.runs if run.heard_by == heard_by)
        console.print(f"{', '.join(names)}: heard by {heard_by}", soft_wrap=True)
    for run in report.runs:
        if run.score and run.score.minutes:
            console.print(f"{run.file}, {run.variant}: {run.score.minutes}", soft_wrap=True)
        if run.models:
            told = "; ".join(map(str, run.models))
            console.print(f"{run.file}, {run.variant}: {told}", soft_wrap=True)
    failed = sum(not run.passed for run in report.runs)
    told = f"{len(report.runs)} runs, {failed} failed, {report.seconds:.0f} s"
    console.print(Text(told, style="red bold" if failed else "green bold"))


def _figures(run: Run) -> list[str]:
    score = run.score
    if score is None:
        return ["-"] * 8
    points, worker = score.talking_points, score.machine.get("worker")
    rate, p95 = score.words.error_rate, score.latency_ms["speech_end_to_final"].p95
    return [
        "-" if run.sent_share is None else f"{run.sent_share:.2f}x",
        "-" if rate is None else f"{rate:.1%}",
        f"{score.words.speech_without_text_seconds:.1f} s",
        "-" if p95 is None else f"{p95:.0f} ms",
        f"{len(points.hit)}/{points.expected}",
        f"{len(score.minutes.found)}/{score.minutes.expected}" if score.minutes else "-",
        f"{score.privacy.bytes} B",
        "-" if worker is None else f"{worker.cpu_seconds_per_call_minute:.1f} s",
    ]
