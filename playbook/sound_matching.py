"""Finds a playbook's names in a text in which a recognizer took them for other words.

A recognizer that does not know a name writes down known words that sound like it: "mail chimp",
"shields floors". Two things tell such a place from ordinary speech: it sounds like the name, and
nobody would expect those words in a row. "Work by" sounds like Workday too, but people say that;
the less probable the words, the more the sounds may differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from playbook.phones import LEAST_GAP, PHONES, Phones, distance, substitution_cost
from playbook.pronunciation import Dictionary

# Chosen on benchmarks/sounds/names.txt, and judged on names kept apart from it.
NAME_LOG_PROBABILITY: Final = -9.0
"""How much a name of the playbook is expected at any place: as the word `budget`."""
LOG_PROBABILITY_OF_DISTANCE: Final = 7.0
"""How much less probable a mishearing is for each unit of distance between sounds."""
FARTHEST_SHARE: Final = 0.3
"""Of a name's phones, as distance: beyond, nothing sounds alike."""
FARTHEST_SHARE_OF_SHORT: Final = 0.1
"""The same for names of fewer phones than `LONG_PHONES`, which much else sounds like."""
LONG_PHONES: Final = 6
FEWEST_PHONES: Final = 4
"""Shorter names are heard only as they are spelt."""
MORE_WORDS: Final = 3
"""One word of a name is heard as up to four."""
CONTEXT_WORDS: Final = 3
"""How many words, with the last one, tell how much the last one is expected."""


class Language(Dictionary, Protocol):
    """Knows how words are said, and which words people say in a row."""

    def log_probability(self, words: Sequence[str], /) -> float:
        """Return the natural logarithm of how probable the last word is after the others."""


@dataclass(frozen=True, slots=True)
class SoundHit:
    """Words that sound like a phrase."""

    start: int
    """Words before it."""
    end: int
    """Words before its end."""
    phrase: str


_Expected = dict[tuple[int, int], float]
"""Logarithms of how probable the last word is after the others, by the place of the words."""


@dataclass(frozen=True, slots=True)
class _Sound:
    phrase: str
    phones: Phones
    classes: int
    words: int


class SoundMatcher:
    """Phrases by their sounds; unchanging and free to share."""

    def __init__(self, phrases: Iterable[tuple[str, Phones]], language: Language) -> None:
        """Index phrases; one may come several times, with several ways to say it."""
        self._language = language
        self._by_length: dict[int, list[_Sound]] = {}
        for phrase, phones in phrases:
            if len(phones) < FEWEST_PHONES:
                continue
            sound = _Sound(phrase, phones, _classes(phones), len(phrase.split()))
            self._by_length.setdefault(len(phones), []).append(sound)
        sounds = [sound for same in self._by_length.values() for sound in same]
        self._most_words = max((sound.words for sound in sounds), default=0) + MORE_WORDS
        self._most_phones = max(map(len, (sound.phones for sound in sounds)), default=0)
        self._farthest = max(map(_farthest, self._by_length), default=0.0)

    def find(self, words: Sequence[str]) -> list[SoundHit]:
        """Return the places that sound like a phrase, in order, none over another."""
        if not self._by_length:
            return []
        found: list[tuple[float, SoundHit]] = []
        plain = [word.lower() for word in words]
        sounds = [self._language.phones(word) for word in plain]
        expected: _Expected = {}
        for start in range(len(plain)):
            found += self._find_at(plain, sounds, start, expected)
        # The nearest first; of those equally near, the one with fewer words.
        found.sort(key=lambda each: (each[0], each[1].end - each[1].start, each[1].start))
        taken: list[SoundHit] = []
        for _, hit in found:
            if all(hit.end <= other.start or other.end <= hit.start for other in taken):
                taken.append(hit)
        return sorted(taken, key=lambda hit: hit.start)

    def _find_at(
        self,
        words: Sequence[str],
        sounds: Sequence[tuple[Phones, ...]],
        start: int,
        known: _Expected,
    ) -> Iterable[tuple[float, SoundHit]]:
        phones: Phones = ()
        classes = 0
        expected = 0.0
        for end in range(start + 1, min(start + self._most_words, len(words)) + 1):
            ways = sounds[end - 1]
            if not ways:
                return
            phones += ways[0]
            if (len(phones) - self._most_phones) * LEAST_GAP > self._farthest:
                return
            for phone in ways[0]:
                classes = _with_class(classes, phone)
            first = max(start, end - CONTEXT_WORDS)
            if (first, end) not in known:
                known[first, end] = self._language.log_probability(words[first:end])
            expected += known[first, end]
            allowed = (NAME_LOG_PROBABILITY - expected) / LOG_PROBABILITY_OF_DISTANCE
            if allowed <= 0:
                continue
            for away, sound in self._near(phones, classes, allowed, end - start):
                yield away, SoundHit(start, end, sound.phrase)

    def _near(
        self, phones: Phones, classes: int, allowed: float, words: int
    ) -> Iterable[tuple[float, _Sound]]:
        reach = int(min(allowed, self._farthest) / LEAST_GAP)
        for length in range(len(phones) - reach, len(phones) + reach + 1):
            most = min(allowed, _farthest(length))
            missing = int(most / _LEAST_OTHER_CLASS)
            for sound in self._by_length.get(length, ()):
                if (
                    (sound.classes & ~classes).bit_count() > missing
                    or (classes & ~sound.classes).bit_count() > missing
                    or words > sound.words + MORE_WORDS
                ):
                    continue
                away = distance(sound.phones, phones, most)
                if away <= most:
                    yield away / length, sound


def _farthest(length: int) -> float:
    """Return the distance beyond which nothing sounds like a name of so many phones."""
    share = FARTHEST_SHARE if length >= LONG_PHONES else FARTHEST_SHARE_OF_SHORT
    return share * length


# Each phone of a class that the other pronunciation has not as often costs at least
# `_LEAST_OTHER_CLASS`: that rules most pairs out without counting their distance.
_CLASSES: Final = (
    ("P", "B"),
    ("T", "D"),
    ("K", "G"),
    ("CH", "JH"),
    ("F", "V", "TH", "DH", "S", "Z", "SH", "ZH"),
    ("HH",),
    ("M", "N", "NG"),
    ("L", "R", "W", "ER"),
    ("Y",),
    ("IY", "IH", "EY", "EH", "AE"),
    ("AH", "AA", "AO", "OW", "UH", "UW", "OY"),
    ("AY", "AW"),
)
_COUNTED: Final = 3
_FIRST_BIT_OF: Final = {
    phone: at * _COUNTED for at, phones in enumerate(_CLASSES) for phone in phones
}
_LEAST_OTHER_CLASS: Final = min(
    LEAST_GAP,
    *(
        substitution_cost(one, two)
        for one in PHONES
        for two in PHONES
        if _FIRST_BIT_OF[one] != _FIRST_BIT_OF[two]
    ),
)


def _classes(phones: Phones) -> int:
    """Return a bit for the first, second and third phone of each class."""
    classes = 0
    for phone in phones:
        classes = _with_class(classes, phone)
    return classes


def _with_class(classes: int, phone: str) -> int:
    first = _FIRST_BIT_OF[phone]
    for bit in range(first, first + _COUNTED):
        if not classes >> bit & 1:
            return classes | 1 << bit
    return classes
