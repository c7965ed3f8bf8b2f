"""Cursors: where a page ends and the next begins, as text that callers hand back as it is."""

from token_server import problems
from token_server.problems import ProblemError

CURSOR_LENGTH = 200
"""Most characters."""


def make_cursor(number: int, key: str) -> str:
    """Return the cursor behind something that is sorted by a number, then by a key."""
    return f"{number}.{key}"


def read_cursor(text: str) -> tuple[int, str]:
    """Return number and key of a cursor.

    Raises:
        ProblemError: it is none of ours.
    """
    number, dot, key = text.partition(".")
    if not dot or not number.removeprefix("-").isdecimal() or len(number) > 18:
        raise ProblemError(
            problems.INVALID,
            "the cursor is not one that was given out here",
            "send `next_cursor` of the last answer as it is, or leave `cursor` out",
        )
    return int(number), key
