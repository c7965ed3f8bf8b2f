"""Shows a call in the terminal while it plays."""

import shutil
import sys
from typing import Final

from lab.recording import PlayedEvent, Recording
from lab.score import phrase_delay
from lab.witness import SeenMessage, SeenTranscript

_BOLD: Final = "1"
_DIM: Final = "2"
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

    def show_event(self, played: PlayedEvent) -> None:
        """Print what happened to somebody, or to a part of the stack."""
        self._clear()
        what = played.event.do.replace("_", " ")
        whom = f" {played.event.who}" if played.event.who else ""
        print(self._stamp(played.began_seconds), _paint(f"  * {what}{whom}", _BOLD), flush=True)
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


def _paint(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() else text
