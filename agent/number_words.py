"""Numbers that a recognizer wrote as words, as digits: "March the twenty first" is "21st"."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_ONES: Final = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
)
_TENS: Final = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS: Final = re.findall(
    r"\w+",
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
)
_TENTHS: Final = {"twentieth": 20, "thirtieth": 30}
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}
_UNIT_WORDS: Final = "|".join([*_ONES[1:10], *_ORDINALS[1:10]])
_NUMBER: Final = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<unit>{_UNIT_WORDS}))?"
    rf"|(?P<one>{'|'.join([*_ONES, *_ORDINALS[1:], *_TENTHS])}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Digits:
    """A text with digits, and where its parts stood in the text with words."""

    text: str
    _places: tuple[tuple[int, int], ...]
    """Starts in this text and in the other, of stretches that are the same in both."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of this text stands in the text with words."""
        return self._place(start), self._place(end)

    def _place(self, at: int) -> int:
        here, there = self._places[bisect_right(self._places, (at, 1 << 30)) - 1]
        return there + at - here


def with_digits(text: str) -> Digits:
    """Return the text with its number words up to 59 as digits, ordinals with their endings."""
    parts: list[str] = []
    places = [(0, 0)]
    length = done = 0
    for match in _NUMBER.finditer(text):
        number = _number(match)
        parts += [text[done : match.start()], number]
        length += match.start() - done + len(number)
        done = match.end()
        places.append((length, done))
    return Digits("".join([*parts, text[done:]]), tuple(places))


def _number(match: re.Match[str]) -> str:
    tens = _TENS.get((match["tens"] or "").lower(), 0)
    word = (match["unit"] or match["one"] or "").lower()
    if word in _TENTHS:
        return f"{_TENTHS[word]}th"
    if word in _ORDINALS:
        unit = _ORDINALS.index(word)
        return f"{tens + unit}{_ENDINGS.get(unit, 'th')}"
    return str(tens + (_ONES.index(word) if word else 0))
