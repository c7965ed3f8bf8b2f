"""Compares what is written with what is heard: words without signs and capitals."""

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without signs."""
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def find_words(words: Sequence[str], wanted: Sequence[str], misheard: int = 0) -> int | None:
    """Return where `wanted` first stands in a row in `words`, from 0; None: nowhere.

    Args:
        words: what is searched.
        wanted: what is looked for.
        misheard: how many of the wanted words may be another word in their place.
    """
    for start in range(len(words) - len(wanted) + 1 if wanted else 0):
        pairs = zip(words[start : start + len(wanted)], wanted, strict=True)
        if sum(word != other for word, other in pairs) <= misheard:
            return start
    return None
