"""Cuts a long meeting into stretches that a model reads whole."""

from collections.abc import Sequence
from typing import Final

from transcript_buffer import Segment, estimate_tokens

_OVERHEAD_TOKENS: Final = 25
"""Of a line's number, time and speaker."""
_OVERLAP: Final = 4
"""Lines that a stretch shares with the one before: an answer stands behind its question."""


def split_lines(lines: Sequence[Segment], window_tokens: int) -> list[Sequence[Segment]]:
    """Return stretches of at most so many tokens that hold every line.

    They are cut from the beginning: more lines at the end change only the last stretches. A line
    that is longer than a stretch may be is a stretch of its own.
    """
    windows: list[Sequence[Segment]] = []
    start, first_new, tokens = 0, 0, 0
    for place, line in enumerate(lines):
        size = estimate_tokens(line.text) + _OVERHEAD_TOKENS
        if place > first_new and tokens + size > window_tokens:
            windows.append(lines[start:place])
            start, first_new = _overlapping(lines, place, window_tokens), place
            tokens = sum(estimate_tokens(one.text) + _OVERHEAD_TOKENS for one in lines[start:place])
        tokens += size
    if lines:
        windows.append(lines[start:])
    return windows


def _overlapping(lines: Sequence[Segment], place: int, window_tokens: int) -> int:
    """Return where a stretch begins whose first new line is at a place."""
    start, left = place, window_tokens // 4
    while start > max(0, place - _OVERLAP):
        left -= estimate_tokens(lines[start - 1].text) + _OVERHEAD_TOKENS
        if left < 0:
            break
        start -= 1
    return start
