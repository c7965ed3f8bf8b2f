"""Notices an answer that repeats what the model was told to do, as it is being written."""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_RUN: Final = 8
"""Words in a row that stand in the instructions too: no advice has so many by chance."""
_BEGINNING: Final = 4
"""The last words of an unfinished answer that stand there may be the beginning of such a run."""


class LeakWatch:
    """Compares answers with one text of instructions."""

    def __init__(self, instructions: str) -> None:
        words = _plain(instructions)
        self._runs = {tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
        self._beginnings = {
            tuple(words[at : at + _BEGINNING]) for at in range(len(words) - _BEGINNING + 1)
        }

    def repeats(self, answer: str) -> bool:
        """Tell whether an answer repeats a good part of the instructions."""
        words = _plain(answer)
        return any(
            tuple(words[at : at + _RUN]) in self._runs for at in range(len(words) - _RUN + 1)
        )

    def may_begin(self, unfinished: str) -> bool:
        """Tell whether an unfinished answer ends in words that may come to repeat them.

        Shown only while this is false, an answer that is dropped in the end has shown at most
        the first words of what it repeats.
        """
        return tuple(_plain(unfinished)[-_BEGINNING:]) in self._beginnings


def _plain(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
