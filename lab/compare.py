"""Compares two reports: what got better or worse, and what is only noise."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.front_desk import PlayError
from lab.score_minutes import MINUTES_FAULTS
from lab.score_model import Score

Change = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How much a figure may differ between two runs of the same product."""

    absolute: float
    share: float = 0.0
    """Of the earlier figure."""

    def of(self, before: float) -> float:
        """Return the difference that means nothing."""
        return max(self.absolute, self.share * abs(before))


COUNTED: Final = Noise(absolute=0.0)
RATE: Final = Noise(absolute=0.02, share=0.1)
SECONDS: Final = Noise(absolute=0.5, share=0.1)
DELAY_MS: Final = Noise(absolute=100.0, share=0.15)
CPU: Final = Noise(absolute=1.0, share=0.15)
MEMORY_MB: Final = Noise(absolute=20.0, share=0.1)
_LISTS: Final = {
    "talking_points": ("missed", "late", "twice", "unexpected", "other_writer"),
    "told": ("unsupported", "unfinished", "said_twice"),
    "tasks": ("missed", "twice", "unexpected", "wrong_state"),
    "requests": ("wrong",),
    "minutes": MINUTES_FAULTS,
}
"""Parts of a score, and their lists of what went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a report; less is always better."""

    name: str
    value: float
    noise: Noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number in two reports."""

    name: str
    before: float | None
    """None: the earlier report has no such figure."""
    after: float | None
    change: Change


class _Run(BaseModel):
    model_config = ConfigDict(extra="ignore")

    file: str
    variant: str
    repetition: int
    score: Score | None = None


class _SuiteReport(BaseModel):
    model_config = ConfigDict(extra="ignore")

    runs: tuple[_Run, ...]


def figures_of(score: Score) -> Iterator[Figure]:
    """Yield every number of a score for which less is better."""
    words = score.words
    yield Figure(name="failures", value=len(score.failures), noise=COUNTED)
    if words.error_rate is not None:
        yield Figure(name="words.error_rate", value=words.error_rate, noise=RATE)
    for name in ("first_words_lost", "last_words_lost", "invented_words"):
        yield Figure(name=f"words.{name}", value=getattr(words, name), noise=COUNTED)
    missing = words.speech_without_text_seconds
    yield Figure(name="words.speech_without_text_seconds", value=missing, noise=SECONDS)
    for name in ("attribution", "duplicates", "order", "malformed"):
        yield Figure(name=name, value=getattr(score, name), noise=COUNTED)
    yield from _lists_of(score)
    yield Figure(name="leaked", value=len(score.leaked), noise=COUNTED)
    yield Figure(name="privacy.bytes", value=score.privacy.bytes, noise=COUNTED)
    for who, seen in score.coverage.items():
        yield Figure(name=f"coverage.{who}.lost_seconds", value=seen.lost_seconds, noise=SECONDS)
    for name, latency in score.latency_ms.items():
        for rank in ("p50", "p95"):
            value = getattr(latency, rank)
            if value is not None:
                yield Figure(name=f"latency_ms.{name}.{rank}", value=value, noise=DELAY_MS)
    for part, use in score.machine.items():
        cpu = use.cpu_seconds_per_call_minute
        yield Figure(name=f"machine.{part}.cpu_seconds_per_call_minute", value=cpu, noise=CPU)
        memory = use.peak_pss_mb
        yield Figure(name=f"machine.{part}.peak_pss_mb", value=memory, noise=MEMORY_MB)


def _lists_of(score: Score) -> Iterator[Figure]:
    for part, names in _LISTS.items():
        lists = getattr(score, part)
        for name in names if lists else ():
            yield Figure(name=f"{part}.{name}", value=len(getattr(lists, name)), noise=COUNTED)


def compare(before: Score, after: Score) -> list[Difference]:
    """Return every figure of two reports, what got worse first."""
    earlier = {figure.name: figure for figure in figures_of(before)}
    later = {figure.name: figure for figure in figures_of(after)}
    differences = [
        _difference(name, earlier.get(name), later.get(name))
        for name in dict.fromkeys((*earlier, *later))
    ]
    ranks: dict[Change, int] = {"worse": 0, "better": 1, "same": 2}
    return sorted(differences, key=lambda each: ranks[each.change])


def _difference(name: str, before: Figure | None, after: Figure | None) -> Difference:
    change: Change = "same"
    if before and after:
        noise = before.noise.of(before.value)
        if after.value - before.value > noise:
            change = "worse"
        elif before.value - after.value > noise:
            change = "better"
    return Difference(
        name=name,
        before=before.value if before else None,
        after=after.value if after else None,
        change=change,
    )


def read_scores(path: Path) -> dict[str, Score]:
    """Return the scores of a report by a label; one for a call's, several for a suite's.

    Raises:
        PlayError: the file is no report of the lab.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise PlayError(f"{path} cannot be read ({error.strerror}): check its name") from error
    try:
        score = Score.model_validate_json(text)
    except ValidationError:
        pass
    else:
        return {score.call: score}
    try:
        suite = _SuiteReport.model_validate_json(text)
    except ValidationError as error:
        raise PlayError(
            f"{path} is no report: give one that `lab play --report` or `lab suite` wrote"
        ) from error
    return {
        f"{run.file}, {run.variant}, {run.repetition}": run.score
        for run in suite.runs
        if run.score is not None
    }


def compare_files(before: Path, after: Path, console: Console | None = None) -> int:
    """Print what changed between two reports; return 1 when something got worse.

    Raises:
        PlayError: a file is no report, or the two have no call in common.
    """
    console = console or Console(highlight=False)
    earlier, later = read_scores(before), read_scores(after)
    if len(earlier) == len(later) == 1:
        # Two plays of one call each: compare them, whatever they are called.
        later = dict(zip(earlier, later.values(), strict=True))
    both = [label for label in earlier if label in later]
    if not both:
        raise PlayError(f"{before} and {after} have no call in common")
    worse = 0
    for label in both:
        differences = compare(earlier[label], later[label])
        worse += sum(each.change == "worse" for each in differences)
        _print_differences(label, differences, console)
    for label in earlier.keys() ^ later.keys():
        console.print(Text(f"only in one of the two: {label}", style="yellow"))
    return 1 if worse else 0


def _print_differences(label: str, differences: list[Difference], console: Console) -> None:
    console.print(Text(label, style="bold"))
    told = [each for each in differences if each.change != "same"]
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(("figure", "before", "after", "")):
        table.add_column(column, justify="right" if number in (1, 2) else "left", no_wrap=True)
    for each in told:
        style = "red" if each.change == "worse" else "green"
        table.add_row(
            each.name, _number(each.before), _number(each.after), Text(each.change, style=style)
        )
    if told:
        console.print(table)
    same = len(differences) - len(told)
    console.print(f"{same} figures are the same, or differ by no more than noise")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
