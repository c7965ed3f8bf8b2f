"""What the command says in a terminal, or into a file that stands for one."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from agent.transcribe.progress import Progress

_LINE_EVERY_SECONDS: Final = 5.0
"""Between two lines of progress where no terminal takes them."""


def tell(text: str) -> None:
    """Say something about the work; the result goes to standard output instead."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class ProgressLine:
    """Shows progress: one line that changes in a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown_at = -_LINE_EVERY_SECONDS

    def show(self, progress: Progress) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if self._is_terminal:
            sys.stderr.write(f"\r\033[K{progress.describe()}")
            sys.stderr.flush()
        elif now - self._shown_at >= _LINE_EVERY_SECONDS or progress.percent >= 100:
            self._shown_at = now
            tell(progress.describe())

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal:
            tell("")


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """Return a line, and leave it at the end."""
    line = ProgressLine()
    try:
        yield line
    finally:
        line.end()
