"""Which of the tasks a host means."""

import re
from collections.abc import Sequence
from typing import Final

from agent.number_words import with_digits
from agent.search import search_terms
from wire.tasks import Task

ENOUGH: Final = 0.5
"""Share of the telling words said that the task must have."""
_NOT_TELLING: Final = frozenset(search_terms("task tasks todo reminder action item deadline due"))
_NUMBER: Final = re.compile(
    r"(?:the )?(?:task |number |task number )?(\d+)(?:st|nd|rd|th)?(?: 1| task)?"
)
_LAST: Final = re.compile(r"(?:it|that|this|the last (?:one|task)|(?:that|this) (?:one|task))")


def find_task(about: str, tasks: Sequence[Task]) -> Task | None:
    """Return the task that words name, None if they name none or several.

    Args:
        about: as spoken: words of the task, its number in the list, or "the last one".
        tasks: oldest first, as they are listed.
    """
    plain = about.strip().lower()
    if tasks and _LAST.fullmatch(plain):
        return tasks[-1]
    # With digits "the third one" is "the 3rd 1".
    if number := _NUMBER.fullmatch(with_digits(plain).text):
        place = int(number[1]) - 1
        return tasks[place] if 0 <= place < len(tasks) else None
    wanted = set(search_terms(about)) - _NOT_TELLING
    if not wanted:
        return None
    shares = [len(wanted & set(search_terms(f"{task.what} {task.who}"))) for task in tasks]
    best = max(shares, default=0)
    if best < ENOUGH * len(wanted) or shares.count(best) > 1:
        return None
    return tasks[shares.index(best)]
