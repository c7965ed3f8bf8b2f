"""What a playbook's names sound like: for the recognizer, and for finding what it misheard."""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from playbook.phones import Phones
from playbook.pronunciation import pronounce
from playbook.rules import Playbook
from playbook.sound_matching import Language, SoundMatcher

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_MOST_WAYS: Final = 4
_FEWEST_LETTERS: Final = 2


def learn_sounds(playbook: Playbook, language: Language) -> tuple[Playbook, dict[str, list[str]]]:
    """Return the playbook, able to match by sound, and the names that a recognizer should expect.

    A name is a word that the dictionary lacks, that the playbook lists under `pronunciations`, or
    that is written like one (HubSpot, Salesforce). Phrases with a name in them match by sound;
    all others are heard as they are spelt, or not: much else sounds like ordinary words.

    Args:
        playbook: as it was read.
        language: the recognizer's.
    """
    phrases = [phrase for rule in playbook.rules for phrase in rule.phrases]
    words = {phrase: _WORD.findall(phrase) for phrase in phrases}
    spelt: dict[str, str] = {}
    names: set[str] = set()
    for parts in words.values():
        for word in parts:
            name = word.lower() in playbook.pronunciations or _is_name(word, parts, language)
            if name:
                names.add(word.lower())
            if name or word.lower() not in spelt:
                spelt[word.lower()] = word if name else word.lower()
    sounds = pronounce(spelt.values(), playbook.pronunciations, language)
    matcher = SoundMatcher(_ways(words, names, sounds), language)
    expected = {
        spelt[word]: [" ".join(phones) for phones in ways]
        for word, ways in sounds.items()
        if word in names and len(word) >= _FEWEST_LETTERS
    }
    return playbook.with_sounds(matcher), expected


def _ways(
    words: Mapping[str, list[str]], names: set[str], sounds: Mapping[str, tuple[Phones, ...]]
) -> Iterator[tuple[str, Phones]]:
    """Yield each phrase that has a name in it with the ways to say it."""
    for phrase, parts in words.items():
        if not any(part.lower() in names for part in parts) or re.search(r"\d", phrase):
            continue
        ways = [sounds.get(part.lower(), ()) for part in parts]
        for way in itertools.islice(itertools.product(*ways), _MOST_WAYS):
            yield phrase, tuple(itertools.chain.from_iterable(way))


def _is_name(word: str, phrase: list[str], language: Language) -> bool:
    if not language.phones(word):
        return True
    if any(letter.isupper() for letter in word[1:]):
        return True
    # "Salesforce" and "Google Meet" are names; "Free trial" only begins with a capital.
    return len(word) > 1 and all(part[0].isupper() for part in phrase)
