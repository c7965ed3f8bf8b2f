"""The tables of the page of a call: its lines as said and heard, and its scores."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

from lab.call_file import spoken_words
from lab.matching import read_finals
from lab.recording import Recording
from lab.score_model import Score
from lab.score_words import heard_in_line


def line_rows(recording: Recording) -> str:
    """Return a table with each line as it was said and as it was heard."""
    finals = read_finals(recording)
    rows: list[list[str]] = []
    for index, line in enumerate(recording.call.lines):
        spoken = recording.spoken(index)
        if spoken is None:
            continue
        started = spoken.speech_start_seconds - recording.started_seconds
        heard = heard_in_line(recording, finals, index)
        name = recording.call.participant(line.who).name
        marked = _marked(spoken_words(line.say), heard)
        rows.append([str(index + 1), f"{started:.1f}", escape(name), escape(line.say), marked])
    return _table("", ("n line", "n s", "who", "said", "heard"), rows)


def score_tables(score: Score) -> str:
    """Return the scores as tables."""
    return "".join((_counts(score), _delays(score), _speakers(score), _spies(score), _parts(score)))


def _marked(said: list[str], heard: list[str]) -> str:
    """Return the words heard, with what is missing struck out and what is new marked."""
    parts: list[str] = []
    matcher = SequenceMatcher(None, said, heard, autojunk=False)
    for tag, start, end, heard_start, heard_end in matcher.get_opcodes():
        missing = escape(" ".join(said[start:end]))
        found = escape(" ".join(heard[heard_start:heard_end]))
        if tag == "equal":
            parts.append(found)
            continue
        if missing:
            parts.append(f"<del>{missing}</del>")
        if found:
            parts.append(f"<ins>{found}</ins>")
    return " ".join(parts)


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a column whose title begins with `n ` holds numbers."""
    numeric = [column.startswith("n ") for column in columns]
    kinds = [' class="n"' if each else "" for each in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{escape(column.removeprefix("n "))}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _counts(score: Score) -> str:
    words, points = score.words, score.talking_points
    rate = "-" if words.error_rate is None else f"{words.error_rate:.1%}"
    figures = [
        ("words.error_rate", "words heard wrong", rate),
        ("words.first", "lines without their beginning", str(words.first_words_lost)),
        ("words.last", "lines without their end", str(words.last_words_lost)),
        ("words.speech", "speech without text, s", f"{words.speech_without_text_seconds:.1f}"),
        ("words.invented", "words while nobody spoke", str(words.invented_words)),
        ("attribution", "finals under the wrong speaker", str(score.attribution)),
        ("duplicates", "seen twice", str(score.duplicates)),
        ("order", "finals out of order", str(score.order)),
        ("talking_points", "talking points in time", f"{len(points.hit)} of {points.expected}"),
        ("privacy", "private bytes at spies", str(score.privacy.bytes)),
    ]
    rows = [
        [_sign(any(f.startswith(name) for f in score.failures)), label, value]
        for name, label, value in figures
    ]
    return _table("promises", ("", "score", "n value"), rows)


def _sign(failed: bool) -> str:
    return '<span class="bad">✗</span>' if failed else '<span class="good">✓</span>'


def _delays(score: Score) -> str:
    rows = [
        [
            escape(name.replace("_", " ")),
            *("-" if v is None else f"{v:.0f}" for v in (each.p50, each.p95, each.max)),
            str(each.count),
        ]
        for name, each in score.latency_ms.items()
    ]
    return _table("delays, ms", ("from ... to", "n p50", "n p95", "n max", "n count"), rows)


def _speakers(score: Score) -> str:
    rows = []
    for who, seen in score.coverage.items():
        share = seen.recognized_seconds / seen.played_seconds if seen.played_seconds else 0.0
        received = "-" if seen.received_seconds is None else f"{seen.received_seconds:.1f}"
        label = escape(f"{share:.0%} of {who} recognized", quote=True)
        rows.append(
            [
                escape(who),
                f"{seen.played_seconds:.1f}",
                received,
                f"{seen.recognized_seconds:.1f}",
                f"{seen.lost_seconds:.1f}",
                f'<meter min="0" max="1" value="{share:.3f}" aria-label="{label}"></meter>',
            ]
        )
    columns = ("speaker", "n played", "n received", "n recognized", "n lost", "")
    return _table("speech, s", columns, rows)


def _spies(score: Score) -> str:
    rows = [
        [escape(name), str(seen.of_messages), str(seen.of_bytes), str(seen.bytes)]
        for name, seen in score.privacy.spies.items()
    ]
    return _table("spies", ("who", "n messages", "n bytes", "n private bytes"), rows)


def _parts(score: Score) -> str:
    rows = [
        [
            escape(name),
            f"{use.cpu_seconds_per_call_minute:.1f}",
            f"{use.peak_pss_mb:.0f}",
            f"{use.peak_rss_mb:.0f}",
        ]
        for name, use in score.machine.items()
    ]
    return _table("machine", ("part", "n CPU s / min", "n PSS MB", "n RSS MB"), rows)
