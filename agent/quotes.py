"""Finds in a text the words that somebody says stand there."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def find_quote(text: str, quote: str) -> str | None:
    """Return the part of a text that has the words of a quote in a row, as it stands there.

    Capitals and signs do not matter. None: the words do not stand there, or there are none.
    """
    wanted = _plain(quote)
    if not wanted:
        return None
    words = list(_WORD.finditer(text))
    plain = [_plain_word(word[0]) for word in words]
    for start in range(len(plain) - len(wanted) + 1):
        if plain[start : start + len(wanted)] == wanted:
            return text[words[start].start() : words[start + len(wanted) - 1].end()]
    return None


def _plain(text: str) -> list[str]:
    return [_plain_word(word) for word in _WORD.findall(text)]


def _plain_word(word: str) -> str:
    return word.casefold().replace("’", "'")
