"""Compares what is written with what is heard: words without signs and capitals."""

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without signs."""
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def find_words(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Return where `wanted` first stands in a row in `words`, from 0; None: nowhere."""
    for start in range(len(words) - len(wanted) + 1 if wanted else 0):
        if list(words[start : start + len(wanted)]) == list(wanted):
            return start
    return None
