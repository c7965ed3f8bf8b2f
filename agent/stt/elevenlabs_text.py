"""What goes to ElevenLabs as key terms and what is believed of its text. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

MOST_KEYTERMS: Final = 50
LONGEST_KEYTERM: Final = 20
"""Characters; the realtime service refuses a session with a longer one."""
BATCH_MOST_KEYTERMS: Final = 1000
BATCH_LONGEST_KEYTERM: Final = 50

MOST_WORDS_PER_SECOND: Final = 7.0
"""Nobody speaks faster; the quickest auctioneers reach six."""
SILENCE_IN_SEGMENT_SECONDS: Final = 0.5
"""What of a segment is pre-roll and hangover of the speech gate."""
MOST_REPEATS: Final = 4
PHRASE_WORDS: Final = 3
"""Fewer words than this may well be said several times in a row."""


def fit_keyterms(
    terms: Iterable[str], most: int = MOST_KEYTERMS, longest: int = LONGEST_KEYTERM
) -> list[str]:
    """Return the first terms that fit the limits, each once.

    A term that is too long is left out whole: half a name would teach a wrong word.
    """
    fitting: dict[str, str] = {}
    for term in terms:
        clean = " ".join(term.split())
        if 0 < len(clean) <= longest:
            fitting.setdefault(clean.casefold(), clean)
    return list(fitting.values())[:most]


def language_code(language: str | None) -> str | None:
    """Return the bare ISO 639 code: the service refuses one with a region."""
    return language.replace("_", "-").split("-")[0].lower() or None if language else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without signs."""
    return [word for word in (_letters(part) for part in text.casefold().split()) if word]


def says_the_same(text: str, other: str) -> bool:
    """Tell whether two texts have the same words."""
    return words_of(text) == words_of(other)


def undo_repeats(text: str, last_partial: str, seconds: float) -> str:
    """Return a committed text without the copies that the service sometimes appends to it.

    A text is a copy of its first part several times over only when the newest partial already
    showed exactly that part, or when nobody could have said it all in `seconds` of audio. What
    somebody really repeats ("no no no") stays.
    """
    parts = text.split()
    words = [_letters(part.casefold()) for part in parts]
    speech_seconds = max(0.2, seconds - SILENCE_IN_SEGMENT_SECONDS)
    too_fast = len(words) > MOST_WORDS_PER_SECOND * speech_seconds
    units = [len(words) // times for times in range(2, MOST_REPEATS + 1) if _repeats(words, times)]
    shown = words_of(last_partial)
    for size in units:
        said = [word for word in words[:size] if word]
        if said == shown and (too_fast or size >= PHRASE_WORDS):
            return " ".join(parts[:size])
    if not too_fast or not units:
        return text
    possible = [size for size in units if size <= MOST_WORDS_PER_SECOND * speech_seconds]
    return " ".join(parts[: max(possible, default=min(units))])


def _repeats(words: Sequence[str], times: int) -> bool:
    size, rest = divmod(len(words), times)
    return bool(size) and not rest and all(word == words[i % size] for i, word in enumerate(words))


def _letters(word: str) -> str:
    return "".join(sign for sign in word if sign.isalnum() or sign in "'’")
