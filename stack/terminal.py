"""The lines of all parts in one terminal, one colour each."""

import sys
from typing import Final

_COLOURS: Final = {"media server": "36", "token server": "35", "worker": "33"}


def print_line(part: str, line: str) -> None:
    """Print a line of a part behind its name; in colour if somebody looks."""
    label = f"{part:>12} |"
    if sys.stdout.isatty():
        label = f"\x1b[{_COLOURS.get(part, '37')}m{label}\x1b[0m"
    print(label, line, flush=True)


def ignore_line(_part: str, _line: str) -> None:
    """Print nothing; a part that fails shows its last lines in the error."""
