"""The names of a call's people, as recognizers are told to expect them. Pure."""

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol, runtime_checkable

MOST_WORDS: Final = 30
"""Of all names together; people choose their names themselves, and each word costs a recognizer
something."""
MOST_PEOPLE: Final = 200
"""Of more, those who came first count."""
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
    """The names that were met in a call, and whose they are."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        """By identity, in the order in which they came."""

    def meet(self, identity: str, name: str) -> bool:
        """Take a name, in place of an older one of the same identity; True if it is new."""
        before = self._names.get(identity)
        if before is not None or len(self._names) < MOST_PEOPLE:
            self._names[identity] = name
        return self._names.get(identity) != before

    def words_of(self, is_wanted: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the words of some people's names as they are spelt, each once.

        Args:
            is_wanted: whether somebody's name counts, by identity.
        """
        words: dict[str, str] = {}
        for identity, name in self._names.items():
            for word in _WORD.findall(name) if is_wanted(identity) else ():
                if 2 <= len(word) <= _LONGEST_WORD and len(words) < MOST_WORDS:
                    words.setdefault(word.casefold(), word)
        return tuple(words.values())
