"""One stretch of bytes of a file, as browsers ask for it when somebody seeks (RFC 9110, 14)."""

import re
from typing import Final

from token_server import problems
from token_server.problems import ProblemError

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one behind the last; None: all are wanted.

    Several ranges at once, and units other than bytes, are answered with everything, as is allowed.

    Raises:
        ProblemError: the file has no such bytes.
    """
    asked = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if first:
        start, end = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < int(first):
            return None
    else:
        start, end = max(0, size - int(last)), size
    if start >= end:
        raise ProblemError(
            problems.NO_SUCH_BYTES,
            f"the file has {size} bytes",
            "ask for bytes that it has",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end
