"""Prints the score of a call as tables with small bars."""

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.score_model import Score

_BAR_CELLS: Final = 24
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int = _BAR_CELLS) -> str:
    """Return a bar that fills a share, 0 to 1, of so many cells, to an eighth of a cell."""
    eighths = round(min(1.0, max(0.0, share)) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def print_score(score: Score, console: Console | None = None) -> None:
    """Print everything that a score holds, the verdict last."""
    console = console or Console(highlight=False)
    console.print()
    told = f"{score.call}: {score.seconds:.0f} s, {score.finals} finals"
    console.print(Text(told, style="bold"))
    if score.sabotage:
        console.print(Text(f"spoiled on purpose: {score.sabotage}", style="yellow"))
    console.print(_promises(score))
    console.print(_speakers(score))
    console.print(_delays(score))
    console.print(_spies(score))
    if score.machine:
        console.print(_machine(score))
    _print_verdict(score, console)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=None, pad_edge=False)
    table.title_style = "bold"
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _promises(score: Score) -> Table:
    words, points = score.words, score.talking_points
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    hit = f"{len(points.hit)} of {points.expected}"
    wrong = {
        name: getattr(points, name)
        for name in ("missed", "late", "twice", "unexpected", "other_writer")
        if getattr(points, name)
    }
    told = "; ".join(f"{name}: {', '.join(labels)}" for name, labels in wrong.items())
    rows: list[tuple[str, str, str]] = [
        ("words.error_rate", "words heard wrong", _percent(words.error_rate)),
        ("words.first_words_lost", "lines without their beginning", str(words.first_words_lost)),
        ("words.last_words_lost", "lines without their end", str(words.last_words_lost)),
        (
            "words.speech",
            "speech without text",
            f"{words.speech_without_text_seconds:.1f} s",
        ),
        ("words.invented_words", "words while nobody spoke", str(words.invented_words)),
        ("attribution", "finals under the wrong speaker", str(score.attribution)),
        ("duplicates", "seen twice", str(score.duplicates)),
        ("order", "finals out of order", str(score.order)),
        ("talking_points", "talking points in time", f"{hit}  {told}".rstrip()),
        ("told", "talking points at a host", _told(score)),
        ("tasks", "tasks as they must be", f"{len(score.tasks.found)} of {score.tasks.expected}"),
        *([("minutes", "minutes", str(score.minutes))] if score.minutes else []),
        ("leaked", "readers of the models' instructions", str(len(score.leaked))),
        ("privacy", "private bytes at spies", str(score.privacy.bytes)),
    ]
    for name, label, value in rows:
        failed = any(failure.startswith(name) for failure in score.failures)
        sign = Text("✗", style="red") if failed else Text("✓", style="green")
        table.add_row(sign, label, Text(value, style="red" if failed else ""))
    return table


def _told(score: Score) -> str:
    told = score.told
    wrong = f"{len(told.unsupported)} unsupported, {len(told.said_twice)} said twice"
    return f"{told.most}, {told.count('model')} by a model, {wrong}"


def _speakers(score: Score) -> Table:
    table = _table("speech", "speaker", "wrong", "played", "received", "recognized", "lost", "")
    for who, seen in score.coverage.items():
        share = seen.recognized_seconds / seen.played_seconds if seen.played_seconds else 0.0
        received = seen.received_seconds
        table.add_row(
            who,
            _percent(score.words.error_rate_by_speaker.get(who)),
            f"{seen.played_seconds:.1f} s",
            "-" if received is None else f"{received:.1f} s",
            f"{seen.recognized_seconds:.1f} s",
            f"{seen.lost_seconds:.1f} s",
            Text(bar(share), style="green"),
        )
    return table


def _delays(score: Score) -> Table:
    table = _table("delays, ms", "from ... to", "p50", "p95", "max", "count", "p95")
    longest = max((each.p95 or 0.0 for each in score.latency_ms.values()), default=0.0)
    for name, latency in score.latency_ms.items():
        failed = any(failure.startswith(f"latency_ms.{name}") for failure in score.failures)
        table.add_row(
            Text(name.replace("_", " "), style="red" if failed else ""),
            *(
                "-" if value is None else f"{value:.0f}"
                for value in (latency.p50, latency.p95, latency.max)
            ),
            str(latency.count),
            Text(bar((latency.p95 or 0.0) / longest if longest else 0.0), style="cyan"),
        )
    return table


def _spies(score: Score) -> Table:
    table = _table("spies", "who", "messages", "bytes", "private messages", "private bytes")
    for name, seen in score.privacy.spies.items():
        style = "red" if seen.bytes else ""
        table.add_row(
            Text(name, style=style),
            str(seen.of_messages),
            str(seen.of_bytes),
            str(seen.messages),
            str(seen.bytes),
        )
    return table


def _machine(score: Score) -> Table:
    table = _table("machine", "part", "CPU s/min", "CPU s", "PSS MB", "RSS MB", "")
    most = max((use.cpu_seconds for use in score.machine.values()), default=0.0)
    for name, use in score.machine.items():
        table.add_row(
            name,
            f"{use.cpu_seconds_per_call_minute:.1f}",
            f"{use.cpu_seconds:.1f}",
            f"{use.peak_pss_mb:.0f}",
            f"{use.peak_rss_mb:.0f}",
            Text(bar(use.cpu_seconds / most if most else 0.0), style="magenta"),
        )
    return table


def _print_verdict(score: Score, console: Console) -> None:
    console.print()
    if score.passed:
        console.print(Text("passed: everything came out as the call file expects", "green bold"))
        return
    console.print(Text(f"failed: {len(score.failures)}", style="red bold"))
    for failure in score.failures:
        console.print(Text(f"  ✗ {failure}", style="red"))


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"
