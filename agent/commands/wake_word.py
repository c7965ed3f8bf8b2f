"""Hears whether a sentence begins with the wake word, as it is spelt or as it sounds."""

import re
from dataclasses import dataclass
from typing import Final, Self

from playbook.pronunciation import pronounce
from playbook.sound_matching import Language, SoundMatcher

MOST_WORDS_FOR_ONE: Final = 2
"""How many words more than it has a recognizer may write for the wake word: "side note"."""

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GREETINGS: Final = frozenset(("hey", "hi", "hello", "ok", "okay", "um", "uh", "so", "please"))


@dataclass(frozen=True, slots=True)
class Called:
    """A sentence that begins with the wake word."""

    rest: str
    """What was said after it."""
    by_sound: bool
    """The words only sound like it: nobody has called if the rest is no command."""


class WakeWord:
    """The word that a host calls Sidenote by; unchanging and free to share."""

    def __init__(self, words: str, sounds: SoundMatcher, expected: dict[str, list[str]]) -> None:
        """Use `learn`."""
        self._letters = "".join(words.lower().split())
        self._most_words = len(words.split()) + MOST_WORDS_FOR_ONE
        self._sounds = sounds
        self.expected = expected
        """What a recognizer should expect: its words, each with the ways to say it."""

    @classmethod
    def learn(cls, words: str, language: Language) -> Self:
        """Return the wake word with its sound.

        Args:
            words: one to three words.
            language: the recognizer's.
        """
        parts = words.split()
        sounds = pronounce(parts, {}, language)
        # Known in part, it would be found by that part alone.
        ways = [sounds[part.lower()][0] for part in parts if part.lower() in sounds]
        known = len(ways) == len(parts)
        phones = tuple(phone for way in ways for phone in way)
        return cls(
            words,
            SoundMatcher([(words.lower(), phones)] if known else [], language),
            {
                part: [" ".join(way) for way in sounds[part.lower()]]
                for part in parts
                if part.lower() in sounds
            },
        )

    def hear(self, text: str) -> Called | None:
        """Return what follows the wake word; None if the text does not begin with it."""
        words = list(_WORD.finditer(text))
        while words:
            spelt = [_letters(word[0]) for word in words[: self._most_words + 1]]
            for count in range(1, min(self._most_words, len(spelt)) + 1):
                if "".join(spelt[:count]) == self._letters:
                    return Called(_after(text, words[count - 1]), by_sound=False)
            if spelt[0] not in _GREETINGS:
                break
            del words[0]
        else:
            return None
        # Only its beginning is looked at: a sentence is long, and the word stands first.
        hits = self._sounds.find(spelt)
        if hits and hits[0].start == 0:
            return Called(_after(text, words[hits[0].end - 1]), by_sound=True)
        return None


def _letters(word: str) -> str:
    return re.sub(r"['’]", "", word.lower())


def _after(text: str, word: re.Match[str]) -> str:
    return text[word.end() :].strip(" ,.:;!?-–—\n\t")
