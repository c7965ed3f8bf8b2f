"""How the words of a playbook sound, when the recognizer's dictionary does not say.

In this order: the playbook's own list, the dictionary, a name's parts (GitHub is git and hub),
and the rules of espeak-ng, if it is installed. No library for it on the package index would do
(November 2026): g2p-en fetches its data when it runs and gruut has seen no release for two years,
and what is kept (phonemizer, piper-tts) is GPL and calls espeak-ng as well. As a program of its
own it needs no licence of ours, is in every Linux distribution, and a call without it goes on.
"""

import logging
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from playbook.phones import PHONES, Phones

logger = logging.getLogger("sidenote.pronunciation")

Pronunciations = Mapping[str, tuple[Phones, ...]]
"""Words in small letters, each with the ways to say it."""

_LONGEST_ESPEAK_SECONDS: Final = 10.0
_REMEMBERED: Final = 8
"""Lists of words: those of a playbook are asked for by every call."""
_PARTS: Final = re.compile(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])")
_MOST_WAYS: Final = 4

# espeak-ng's names of the phonemes of its en-us voice, and the phones of the CMU dictionary.
_ESPEAK: Final[dict[str, str]] = {
    **{letter: letter.upper() for letter in "bdfgklmnprstvwz"},
    **{"h": "HH", "j": "Y", "x": "K", "r-": "R", "*": "R", "w#": "W", "n-": "AH N"},
    **{"tS": "CH", "dZ": "JH", "t#": "T", "t2": "T", "T": "TH", "D": "DH", "S": "SH", "Z": "ZH"},
    **{"N": "NG", "@L": "AH L", "3": "ER", "3:": "ER", "I@": "IH R", "i@": "IY", "i@3": "IH R"},
    **{"e@": "EH R", "A@": "AA R", "o@": "AO R", "O@": "AO R", "U@": "UH R", "aI@": "AY ER"},
    **{"aI3": "AY ER", "aU@": "AW ER", "@": "AH", "@2": "AH", "@5": "AH", "a#": "AH", "V": "AH"},
    **{"a": "AE", "aa": "AE", "A:": "AA", "A": "AA", "A#": "AA", "0": "AA", "0#": "AA"},
    **{"O:": "AO", "O2": "AO", "O": "AO", "E": "EH", "E2": "EH", "E#": "EH", "I": "IH"},
    **{"I2": "IH", "I#": "IH", "i": "IY", "i:": "IY", "u": "UW", "u:": "UW", "U": "UH"},
    **{"eI": "EY", "aI": "AY", "aU": "AW", "oU": "OW", "OI": "OY", ";": ""},
}
_STRESS: Final = "',%=|-"


class Dictionary(Protocol):
    """Knows how words are said."""

    def phones(self, word: str, /) -> tuple[Phones, ...]:
        """Return the ways to say a word; none when it is not there."""


def pronounce(
    words: Iterable[str], listed: Pronunciations, dictionary: Dictionary
) -> dict[str, tuple[Phones, ...]]:
    """Return how each word is said, by the word in small letters.

    Words for which there is no way to know are left out, and named in the log with the remedy.

    Args: as `ways_to_say`.
    """
    spelt = list(words)
    found = ways_to_say(spelt, listed, dictionary)
    silent = [word for word in dict.fromkeys(spelt) if word.lower() not in found]
    if silent:
        logger.warning(
            "no pronunciation for %s: list them under pronunciations: in the playbook%s",
            ", ".join(silent),
            "" if shutil.which("espeak-ng") else ", or install espeak-ng",
        )
    return found


def ways_to_say(
    words: Iterable[str], listed: Pronunciations, dictionary: Dictionary
) -> dict[str, tuple[Phones, ...]]:
    """Return how words are said, by the word in small letters, as far as there is a way to know.

    It logs none of them, for they may be people's names.

    Args:
        words: spelt as the playbook does: capitals within a word part it.
        listed: what the playbook itself says.
        dictionary: the recognizer's.
    """
    found: dict[str, tuple[Phones, ...]] = {}
    unknown: dict[str, str] = {}
    for word in words:
        plain = word.lower()
        ways = listed.get(plain) or dictionary.phones(plain) or _by_parts(word, dictionary)
        if ways:
            found[plain] = ways
        else:
            unknown[plain] = word
    if unknown:
        found |= {word: (phones,) for word, phones in _ask_espeak(unknown).items()}
    return found


def phones_of(text: str) -> Phones:
    """Return the phones in a text such as "S EY L Z F AO R S".

    Raises:
        ValueError: it holds none, or one that is not known; the text says which.
    """
    phones = tuple(text.split())
    if not phones:
        raise ValueError("it holds no phone")
    for phone in phones:
        if phone not in PHONES:
            raise ValueError(f"{phone!r} is no phone")
    return phones


def _by_parts(word: str, dictionary: Dictionary) -> tuple[Phones, ...]:
    parts = _PARTS.findall(word)
    if len(parts) < 2 or "".join(parts) != word or any(len(part) < 2 for part in parts):
        return ()
    ways: list[Phones] = [()]
    for part in parts:
        ways = [way + phones for way in ways for phones in dictionary.phones(part.lower())]
    return tuple(ways[:_MOST_WAYS])


def _ask_espeak(words: Mapping[str, str]) -> dict[str, Phones]:
    """Return the phones by espeak-ng's rules, as far as it is there and knows better than we."""
    program = shutil.which("espeak-ng")
    if program is None:
        return {}
    try:
        lines = _print_phonemes(program, tuple(words.values()))
    except (OSError, subprocess.SubprocessError) as error:
        logger.error("espeak-ng does not work", extra={"error": str(error)})
        return {}
    if len(lines) != len(words):
        logger.error("espeak-ng answered %d words of %d", len(lines), len(words))
        return {}
    by_word = zip(words, map(from_espeak, lines), strict=True)
    return {word: phones for word, phones in by_word if phones}


@lru_cache(_REMEMBERED)
def _print_phonemes(program: str, words: tuple[str, ...]) -> tuple[str, ...]:
    # An empty line after each word: each is spoken on its own, and printed on its own line.
    printed = subprocess.run(
        [program, "-q", "-x", "--sep=_", "-v", "en-us", "--stdin"],
        input="\n\n".join(words) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=_LONGEST_ESPEAK_SECONDS,
    ).stdout
    return tuple(line for line in printed.splitlines() if line.strip())


def from_espeak(printed: str) -> Phones:
    """Return the phones that espeak-ng prints with `-x --sep=_`; none when one is not known."""
    phones: list[str] = []
    for name in re.split(r"[_\s]+", printed):
        plain = name.strip(_STRESS)
        if plain and plain not in _ESPEAK:
            return ()
        phones += _ESPEAK[plain].split() if plain else []
    return tuple(phones)
