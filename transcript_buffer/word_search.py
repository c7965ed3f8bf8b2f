"""What somebody looks for in transcripts: words, "phrases in quotes" and beginnings of words*."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_PHRASES: Final = 16
"""Of one query; what is behind them is left out."""
SNIPPET_LENGTH: Final = 240
"""Most characters of a snippet, without the signs of omission."""

_PART: Final = re.compile(r'"([^"]*)("?)(\*?)|([^\s"]+)')
# Letters and digits, with the accents that some sources send as characters of their own.
_WORD: Final = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_ACCENT: Final = re.compile(r"[\u0300-\u036f]")
_SHORTEST_BEGINNING: Final = 2
"""Letters; half of all words begin with one of a few single ones."""
_BEFORE: Final = 60
"""Characters of a snippet before the first place found."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand side by side, in this order."""

    words: tuple[str, ...]
    """At least one; letters and digits only, folded."""
    is_beginning: bool
    """Whether the last word may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """The part of a text in which something was found."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """Where it stands: first character and the one behind the last."""


def parse_query(text: str) -> tuple[Phrase, ...]:
    """Return what a text asks for; a line that is found holds every one of them.

    No text is wrong: signs part words, and what holds no letter or digit asks for nothing.
    """
    phrases = []
    for quoted, _, star, plain in _PART.findall(text):
        words = tuple(fold(word) for word in _WORD.findall(quoted or plain))
        if words:
            is_beginning = bool(star) or plain.endswith("*")
            phrases.append(Phrase(words, is_beginning and len(words[-1]) >= _SHORTEST_BEGINNING))
    return tuple(phrases[:MOST_PHRASES])


def fold(text: str) -> str:
    """Return a text in small letters without accents, as words are compared."""
    return _ACCENT.sub("", unicodedata.normalize("NFD", text)).lower()


def cut_snippet(text: str, phrases: Sequence[Phrase]) -> Snippet:
    """Return the part of a text around the first place of any of the phrases."""
    spans = _find_spans(text, phrases)
    if len(text) <= SNIPPET_LENGTH:
        return Snippet(text=text, spans=spans)
    first = spans[0][0] if spans else 0
    start = _word_start(text, max(0, min(first - _BEFORE, len(text) - SNIPPET_LENGTH)))
    end = _word_end(text, start + SNIPPET_LENGTH)
    before = "… " if start else ""
    after = " …" if end < len(text) else ""
    shift = len(before) - start
    return Snippet(
        text=f"{before}{text[start:end]}{after}",
        spans=tuple((a + shift, b + shift) for a, b in spans if start <= a and b <= end),
    )


def _find_spans(text: str, phrases: Sequence[Phrase]) -> tuple[tuple[int, int], ...]:
    words = list(_WORD.finditer(text))
    folded = [fold(word[0]) for word in words]
    spans: list[tuple[int, int]] = []
    for at in range(len(words)):
        ends = [at + len(phrase.words) for phrase in phrases if _stands_at(phrase, folded, at)]
        if ends:
            span = words[at].start(), words[max(ends) - 1].end()
            if spans and span[0] < spans[-1][1]:
                spans[-1] = spans[-1][0], max(spans[-1][1], span[1])
            else:
                spans.append(span)
    return tuple(spans)


def _stands_at(phrase: Phrase, folded: Sequence[str], at: int) -> bool:
    here = folded[at : at + len(phrase.words)]
    if len(here) < len(phrase.words) or tuple(here[:-1]) != phrase.words[:-1]:
        return False
    last = phrase.words[-1]
    return here[-1].startswith(last) if phrase.is_beginning else here[-1] == last


def _word_start(text: str, at: int) -> int:
    """Return where the next word begins, if one does soon."""
    if at == 0:
        return 0
    space = text.find(" ", at, at + _BEFORE // 2)
    return at if space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - _BEFORE // 2, at)
    return at if space < 0 else space
