"""What the local recognizer knows of words: their sounds, and how much it expects them."""

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import pocketsphinx

from agent.stt.pocketsphinx_process import preloaded_language_model
from playbook.phones import Phones

DICTIONARY: Final = Path(pocketsphinx.get_model_path(), "en-us", "cmudict-en-us.dict")
LANGUAGE_MODEL: Final = Path(pocketsphinx.get_model_path(), "en-us", "en-us.lm.bin")
LEAST_LOG_PROBABILITY: Final = -16.0
"""Of a word that the language model does not know; the rarest that it knows are near it."""

_WORDS_CACHED: Final = 16_384
_MOST_WAYS: Final = 4
_ORDER: Final = 3  # words that the language model looks at, with the one it judges
# pocketsphinx counts probabilities in powers of this.
_LN_OF_BASE: Final = math.log(1.0001)
_SECTION: Final = re.compile(rb"^(..).*\n(?:\1.*\n)*", re.MULTILINE)


class Vocabulary:
    """Looks words up in the recognizer's dictionary and language model; free to share.

    The dictionary stays the 3 MB of bytes that its file is: 134,000 Python objects would be ten
    times as large, in every process that is forked from the one that has them.
    """

    def __init__(self, dictionary: bytes, language_model: Any) -> None:
        """Index the dictionary.

        Args:
            dictionary: lines of a word and its phones, ordered by the words.
            language_model: a `pocketsphinx.NGramModel`.
        """
        self._dictionary = b"\n" + dictionary
        self._language_model = language_model
        self._sections: dict[bytes, tuple[int, int]] = {}
        for match in _SECTION.finditer(self._dictionary):
            first, last = self._sections.get(match[1], match.span())
            self._sections[match[1]] = (min(first, match.start() - 1), max(last, match.end()))
        self.phones = lru_cache(_WORDS_CACHED)(self._find_phones)
        """Return the ways to say a word; none when the dictionary lacks it."""

    def log_probability(self, words: Sequence[str]) -> float:
        """Return the natural logarithm of how probable the last word is after those before it."""
        newest_first = [word.lower() for word in reversed(words[-_ORDER:])]
        known = self._language_model.prob(newest_first) * _LN_OF_BASE
        return max(LEAST_LOG_PROBABILITY, float(known))

    def _find_phones(self, word: str) -> tuple[Phones, ...]:
        plain = word.lower().replace("’", "'").encode()
        section = self._sections.get((plain + b" ")[:2])
        if section is None or b" " in plain or b"(" in plain:
            return ()
        ways: list[Phones] = []
        # A word with several ways to say it has lines of its own for them: live, live(2).
        for entry in (plain, *(b"%b(%d)" % (plain, number) for number in range(2, _MOST_WAYS + 1))):
            found = self._dictionary.find(b"\n%b " % entry, *section)
            if found < 0:
                break
            line = self._dictionary[found + 1 : self._dictionary.index(b"\n", found + 1)]
            ways.append(tuple(line.decode().split()[1:]))
        return tuple(ways)


@cache
def load_vocabulary() -> Vocabulary:
    """Return the recognizer's vocabulary; decoders of this process share their language model."""
    language_model = preloaded_language_model() or pocketsphinx.NGramModel.readfile(
        str(LANGUAGE_MODEL)
    )
    return Vocabulary(DICTIONARY.read_bytes(), language_model)
