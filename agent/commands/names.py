"""Who is meant by the words that name somebody."""

import re
from collections import Counter
from typing import Final

from agent.commands.command import Speaking

_SELF: Final = frozenset(("me", "myself", "i", "my"))
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def find_person(words: str, speaking: Speaking) -> str:
    """Return the display name that words name; empty: nobody, or one of several."""
    spelt = _plain(words)
    if len(spelt) == 1 and spelt[0] in _SELF:
        return speaking.host_name
    whole = [name for name in speaking.people if _plain(name) == spelt]
    if whole:
        return whole[0]
    # A first name is enough when only one person has it.
    first = [name for name in speaking.people if len(spelt) == 1 and spelt[0] in _plain(name)]
    return first[0] if len(first) == 1 else ""


def who_pattern(speaking: Speaking) -> str:
    """Return a pattern for the names of a call's people, and for the host's own "me"."""
    names = {" ".join(_plain(name)) for name in speaking.people}
    parts = Counter(part for name in speaking.people for part in set(_plain(name)))
    known = {re.escape(name) for name in names | set(parts) if name}
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    return "|".join([*longest_first, "myself", "me"])


def _plain(words: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(words)]
