"""How a fault is told in a log: exception texts may hold what was said, type and place do not."""

import traceback
from typing import Final

_MOST_PLACES: Final = 12
"""The innermost calls: those of ours and of the library that they called."""


def describe_fault(error: BaseException) -> str:
    """Return the type of an error and the calls that led to it; of a group, those of all in it."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(describe_fault(inner) for inner in error.exceptions)
    places = [
        f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    where = " > ".join(places[-_MOST_PLACES:])
    return type(error).__name__ + (f" in {where}" if where else "")
