"""Prints what calls survived in which parts were killed."""

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.score_model import Score
from lab.score_survival import Outage, Survival


class Killed(Protocol):
    """A run of a suite, as far as it is told here."""

    @property
    def variant(self) -> str:
        """Its name."""

    @property
    def seed(self) -> int | None:
        """Of its kills."""

    @property
    def score(self) -> Score | None:
        """None: it could not be played."""


def print_survival(runs: Sequence[Killed], console: Console) -> None:
    """Print a row for each run with kills, and when they came; nothing if there is none."""
    killed = [
        (run, run.score, run.score.survival) for run in runs if run.score and run.score.survival
    ]
    if not killed:
        return
    table = Table(title="survival", title_justify="left", box=None, pad_edge=False)
    columns = ("kills", "back p50", "p95", "max", "lost", "twice", "order", "lines", "in gaps")
    for column in ("variant", *columns, "marked", "longest gap"):
        table.add_column(column, justify="right" if column != "variant" else "left", no_wrap=True)
    for run, score, survived in killed:
        table.add_row(run.variant, *_figures(score, survived))
    console.print()
    console.print(table)
    for run, _, survived in killed:
        moments = " ".join(f"{one.at_seconds:.1f}" for one in survived.outages)
        what = survived.outages[0].do if survived.outages else "nothing"
        told = f"{run.variant}: {what} with seed {run.seed}, at {moments} s"
        console.print(Text(told), soft_wrap=True)


def _figures(score: Score, survived: Survival) -> list[str]:
    back = score.latency_ms["kill_to_agent"]
    lost = len({*survived.lost_in_store, *survived.lost_at_reader})
    due = [one for one in survived.outages if one.must_be_marked]
    return [
        str(len(survived.outages)),
        *(
            "-" if each is None else f"{each / 1000:.2f} s"
            for each in (back.p50, back.p95, back.max)
        ),
        str(lost),
        str(survived.twice + score.duplicates),
        str(survived.order + score.order),
        str(survived.lines),
        str(survived.lines_in_gaps),
        f"{sum(one.gap_seconds > 0 for one in due)}/{len(due)}",
        _longest(survived.outages),
    ]


def _longest(outages: Sequence[Outage]) -> str:
    longest = max(outages, key=lambda one: one.gap_seconds, default=None)
    if longest is None or not longest.gap_seconds:
        return "-"
    return f"{longest.gap_seconds:.1f} of {longest.most_gap_seconds:.1f} s"
