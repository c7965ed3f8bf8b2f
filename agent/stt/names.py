"""The names of a call's people, as recognizers are told to expect them. Pure."""

import re
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

MOST_WORDS: Final = 30
"""Of all names together; people choose their names themselves, and each word costs a recognizer
something."""
_LONGEST_WORD: Final = 20
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@runtime_checkable
class ExpectsNames(Protocol):
    """A recognizer that can be told in mid-call which names to expect."""

    async def expect_names(self, words: Sequence[str]) -> None:
        """Expect these words, and no longer those that are not among them, if it can forget.

        It never raises and logs none of them: they are somebody's name.
        """


class Names:
    """The words of all names that were met."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they are spelt, in the order in which they came."""
        return tuple(self._words.values())

    def meet(self, name: str) -> bool:
        """Take a name; True if it brings a word that was not there."""
        before = len(self._words)
        for word in _WORD.findall(name):
            if 2 <= len(word) <= _LONGEST_WORD and len(self._words) < MOST_WORDS:
                self._words.setdefault(word.casefold(), word)
        return len(self._words) > before
