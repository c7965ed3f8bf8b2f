"""How far apart two pronunciations are to the ear, in the phones of the CMU dictionary.

Substitutions cost less the more two phones share: vowels by their place in the mouth, consonants
by voice, place and manner. A recognizer confuses a voiced stop with its voiceless twin, drops a
weak vowel or a final stop, and hardly ever takes a vowel for a stop.
"""

import math
from collections.abc import Sequence
from typing import Final

Phones = tuple[str, ...]

# Tongue from high (0) to low (3), from front (0) to back (2), and whether the lips are round.
_VOWELS: Final[dict[str, tuple[float, float, float]]] = {
    "IY": (0, 0, 0),
    "IH": (0.7, 0.4, 0),
    "EY": (1, 0, 0),
    "EH": (1.7, 0.3, 0),
    "AE": (2.6, 0.3, 0),
    "AH": (1.8, 1.1, 0),
    "ER": (1.5, 1.1, 0.6),
    "AA": (3, 1.7, 0),
    "AO": (2.3, 2, 0.6),
    "OW": (1.4, 2, 1),
    "UH": (0.7, 1.7, 0.7),
    "UW": (0, 1.8, 1),
    "AY": (2.4, 0.9, 0),
    "AW": (2.4, 1.4, 0.7),
    "OY": (1.6, 1.6, 0.8),
}
_FARTHEST_VOWELS: Final = 3.0

# Voice, place from the lips (0) to the throat (5), manner.
_CONSONANTS: Final[dict[str, tuple[bool, float, str]]] = {
    "P": (False, 0, "stop"),
    "B": (True, 0, "stop"),
    "T": (False, 2, "stop"),
    "D": (True, 2, "stop"),
    "K": (False, 4, "stop"),
    "G": (True, 4, "stop"),
    "CH": (False, 2.6, "affricate"),
    "JH": (True, 2.6, "affricate"),
    "F": (False, 0.4, "fricative"),
    "V": (True, 0.4, "fricative"),
    "TH": (False, 1.2, "fricative"),
    "DH": (True, 1.2, "fricative"),
    "S": (False, 2, "fricative"),
    "Z": (True, 2, "fricative"),
    "SH": (False, 2.7, "fricative"),
    "ZH": (True, 2.7, "fricative"),
    "HH": (False, 5, "fricative"),
    "M": (True, 0, "nasal"),
    "N": (True, 2, "nasal"),
    "NG": (True, 4, "nasal"),
    "L": (True, 2, "liquid"),
    "R": (True, 2.6, "liquid"),
    "W": (True, 0.6, "glide"),
    "Y": (True, 3, "glide"),
}
_KIN: Final = {
    frozenset(pair)
    for pair in (("stop", "affricate"), ("affricate", "fricative"), ("liquid", "glide"))
}

PHONES: Final = frozenset(_VOWELS) | frozenset(_CONSONANTS)
"""The phones that the recognizer's acoustic model knows."""

# What comes and goes unnoticed costs little to add or to leave out.
_WEAK: Final = {"AH": 0.45, "IH": 0.5, "ER": 0.7, "HH": 0.45, "T": 0.55, "D": 0.55, "Y": 0.5}
_GAP: Final = 0.8
LEAST_GAP: Final = min(_WEAK.values())
"""What a phone too many costs at least."""
_VOWEL_FOR_CONSONANT: Final = 1.4


def gap_cost(phone: str) -> float:
    """Return what it costs that a phone is missing, or is too many."""
    return _WEAK.get(phone, _GAP)


def substitution_cost(phone: str, other: str) -> float:
    """Return what it costs that one phone was heard as another: 0 for the same."""
    if phone == other:
        return 0.0
    if phone in _VOWELS and other in _VOWELS:
        away = math.dist(_VOWELS[phone], _VOWELS[other])
        return min(1.0, 0.15 + 0.85 * away / _FARTHEST_VOWELS)
    if phone in _CONSONANTS and other in _CONSONANTS:
        return _consonants_cost(_CONSONANTS[phone], _CONSONANTS[other])
    if {phone, other} == {"ER", "R"}:
        return 0.3
    return _VOWEL_FOR_CONSONANT


def _consonants_cost(one: tuple[bool, float, str], two: tuple[bool, float, str]) -> float:
    voice = 0.2 if one[0] != two[0] else 0.0
    place = min(0.45, 0.15 + 0.1 * abs(one[1] - two[1])) if one[1] != two[1] else 0.0
    kin = 0.3 if frozenset((one[2], two[2])) in _KIN else 0.55
    manner = kin if one[2] != two[2] else 0.0
    return min(1.0, voice + place + manner)


_COSTS: Final = {
    phone: {other: substitution_cost(phone, other) for other in PHONES} for phone in PHONES
}
_GAPS: Final = {phone: gap_cost(phone) for phone in PHONES}


def distance(wanted: Sequence[str], heard: Sequence[str], most: float) -> float:
    """Return the least cost of turning one pronunciation into the other.

    Args:
        wanted: one pronunciation.
        heard: the other.
        most: give up as soon as it is clear that the cost is higher; infinity is returned then.
    """
    count = len(heard)
    # Farther from the diagonal there are more gaps than `most` allows.
    reach = len(wanted) + count if most == math.inf else int(most / LEAST_GAP)
    if abs(len(wanted) - count) > reach:
        return math.inf
    row = [0.0]
    for phone in heard[:reach]:
        row.append(row[-1] + _GAPS[phone])
    row += [math.inf] * (count + 1 - len(row))
    for place, phone in enumerate(wanted, 1):
        costs, gap = _COSTS[phone], _GAPS[phone]
        first, last = max(1, place - reach), min(count, place + reach)
        above, row[0] = row[0], row[0] + gap
        left = row[0] if first == 1 else math.inf
        above = above if first == 1 else row[first - 1]
        nearest = left
        # Compared by hand and in place: calling min() takes half of the time of a match.
        for at in range(first, last + 1):
            other = heard[at - 1]
            left += _GAPS[other]
            if above + costs[other] < left:
                left = above + costs[other]
            above = row[at]
            if above + gap < left:
                left = above + gap
            row[at] = left
            if left < nearest:
                nearest = left
        if nearest > most:
            return math.inf
    return row[count] if row[count] <= most else math.inf
