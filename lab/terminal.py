"""Shows a call in the terminal while it plays, and its score afterwards."""

import shutil
import sys
from typing import Final

from lab.play import Recording
from lab.score import Latency, Score, phrase_delay
from lab.witness import SeenMessage, SeenTranscript

_BOLD: Final = "1"
_DIM: Final = "2"
_GREEN: Final = "32"
_RED: Final = "31"
_YELLOW: Final = "33"
_SPEAKER_COLOURS: Final = ("36", "35", "34", "32", "33")


class LiveTranscript:
    """Prints what a host sees: finals stay, an interim is overwritten by what follows it.

    Into a file or a pipe, where nothing can be overwritten, only finals are printed.
    """

    def __init__(self, recording: Recording, start_seconds: float) -> None:
        self._recording = recording
        self._start = start_seconds
        self._live = sys.stdout.isatty()
        names = [participant.name for participant in recording.call.participants]
        self._colours = dict(zip(names, _SPEAKER_COLOURS * len(names), strict=False))
        self._width = max(map(len, names))
        self._latest: dict[str, str] = {}
        self.interims = 0

    def show(self, seen: SeenTranscript) -> None:
        """Print a transcript as it arrived."""
        name = seen.attributes.speaker_name
        self._clear()
        if seen.attributes.final:
            self._latest.pop(seen.attributes.segment_id, None)
            if seen.text:
                print(self._stamp(seen.received_seconds), self._name(name), seen.text, flush=True)
        else:
            self.interims += 1
            self._latest[seen.attributes.segment_id] = f"{name:>{self._width}}  {seen.text}"
        self._draw()

    def show_point(self, seen: SeenMessage) -> None:
        """Print a talking point as it arrived, with its delay."""
        if not seen.point or not seen.point.complete:
            return
        self._clear()
        delay = phrase_delay(self._recording, seen)
        if delay is None:
            delay = seen.received_seconds - seen.point.heard_at_ms / 1000
        source = seen.point.rule_id or seen.point.source
        label = _paint(f"  » {source}", f"{_BOLD};{_YELLOW}")
        about = _paint(f'{delay * 1000:.0f} ms after "{seen.point.quote}"', _DIM)
        print(self._stamp(seen.received_seconds), label, about)
        print(" " * 9, _paint(seen.point.text, _YELLOW), flush=True)
        self._draw()

    def close(self) -> None:
        """Leave the line of interims."""
        self._clear()

    def _stamp(self, seconds: float) -> str:
        passed = max(0.0, seconds - self._start)
        return _paint(f"{int(passed // 60):02d}:{passed % 60:04.1f}", _DIM)

    def _name(self, name: str) -> str:
        return _paint(f"{name:>{self._width}} ", f"{_BOLD};{self._colours.get(name, '37')}")

    def _clear(self) -> None:
        if self._live:
            sys.stdout.write("\r\x1b[K")

    def _draw(self) -> None:
        if self._live and self._latest:
            room = shutil.get_terminal_size().columns - 2
            line = " | ".join(self._latest.values())
            sys.stdout.write(_paint(line[-room:], _DIM))
            sys.stdout.flush()


def print_score(score: Score) -> None:
    """Print the score of a call as a table."""
    points = score.talking_points
    by_speaker = ", ".join(
        f"{who} {rate:.1%}" for who, rate in score.words.error_rate_by_speaker.items()
    )
    print()
    print(_paint(f"{score.call}: what came of it", _BOLD))
    _row("words heard wrong", f"{score.words.error_rate:.1%} ({by_speaker})", ok=None)
    _row("finals", str(score.finals), ok=None)
    _row("under the wrong speaker", str(score.attribution), ok=not score.attribution)
    _row("seen twice", str(score.duplicates), ok=not score.duplicates)
    hit = f"{len(points.hit)} of {points.expected}"
    _row("talking points in time", hit, ok=len(points.hit) == points.expected)
    for name in ("missed", "late", "twice", "unexpected"):
        if rules := getattr(points, name):
            _row(f"  {name}", ", ".join(rules), ok=False)
    private = score.private_bytes_at_guests
    _row("private bytes at guests", str(private), ok=not private)
    for name, latency in score.latency_ms.items():
        _row(name.replace("_", " "), _latency(latency), ok=None)


def _row(name: str, value: str, *, ok: bool | None) -> None:
    sign = " " if ok is None else _paint("✓", _GREEN) if ok else _paint("✗", _RED)
    print(f"  {sign} {name:<30} {value}")


def _latency(latency: Latency) -> str:
    if latency.p50 is None or latency.p95 is None or latency.max is None:
        return "none"
    return (
        f"p50 {latency.p50:.0f} ms, p95 {latency.p95:.0f} ms, max {latency.max:.0f} ms "
        f"({latency.count} times)"
    )


def _paint(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() else text
