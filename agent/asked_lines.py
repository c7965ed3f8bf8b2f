"""Chooses the lines of a whole call that a question is about."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from agent.search import LineIndex, search_terms
from transcript_buffer import Segment, estimate_tokens

ANSWERS_FROM: Final = 0.4
"""Share of a question that a line must cover to be shown as an answer to it."""
MOST_SHOWN: Final = 5
_LOOKED_AT: Final = 60
_NEWEST: Final = 4
_TELLING_TERMS: Final = 12
_OVERHEAD_TOKENS: Final = 25
"""Of a line's number, time and speaker."""

_SUMMARY: Final = re.compile(
    r"\W*(?:please )?(?:(?:can|could) you )?(?:summari[sz]e|sum up|give (?:me|us) a summary|"
    r"what (?:was|has been|have we|did we) (?:said|talked? about|discuss(?:ed)?))\b.*",
    re.IGNORECASE | re.DOTALL,
)
_LAST: Final = re.compile(r"\b(?:last|just|most recent(?:ly)?)\b", re.IGNORECASE)


def is_summary(question: str) -> bool:
    """Tell whether a question asks for everything, and not for something."""
    about = re.search(r"\babout (?!it\b|this\b|that\b|so far\b)\w+", question, re.IGNORECASE)
    return _SUMMARY.fullmatch(question) is not None and about is None


def lines_to_read(lines: Sequence[Segment], question: str, budget_tokens: int) -> list[Segment]:
    """Return the lines that a model should read, in the order of time, within a budget.

    All of them if they fit; else those that have to do with the question, each with the line
    before and after it, and the newest ones.
    """
    if sum(map(_tokens, lines)) <= budget_tokens:
        return list(lines)
    chosen: dict[int, None] = dict.fromkeys(range(len(lines) - _NEWEST, len(lines)))
    for place in _ranked(lines, question):
        chosen |= dict.fromkeys((place, place - 1, place + 1))
    fitting: list[int] = []
    left = budget_tokens
    for place in (place for place in chosen if 0 <= place < len(lines)):
        left -= _tokens(lines[place])
        if left < 0:
            break
        fitting.append(place)
    return [lines[place] for place in sorted(fitting)]


def lines_to_show(lines: Sequence[Segment], question: str) -> list[Segment]:
    """Return the lines that answer a question by their words, in the order of time.

    For calls without a model. Somebody who is named in the question is the one who said it.
    """
    if is_summary(question):
        places = _ranked(lines, question)[:MOST_SHOWN]
        return [lines[place] for place in sorted(places)]
    named, rest = _split_name(lines, question)
    said = [line for line in lines if not named or line.name in named]
    if named and (not search_terms(rest) or _LAST.search(rest)):
        return said[-MOST_SHOWN:]
    index = LineIndex([line.text for line in said])
    found = [one for one in index.find(rest, _LOOKED_AT) if one.share >= ANSWERS_FROM]
    found.sort(key=lambda one: -one.share)
    return [said[place] for place in sorted(one.place for one in found[:MOST_SHOWN])]


def _ranked(lines: Sequence[Segment], question: str) -> list[int]:
    """Return the places of lines by how much they have to do with a question."""
    index = LineIndex([f"{line.name} {line.text}" for line in lines])
    terms = search_terms(question)
    if is_summary(question):
        spoken = Counter(term for line in lines for term in set(search_terms(line.text)))
        terms = [term for term, _ in spoken.most_common(_TELLING_TERMS)]
    return [one.place for one in index.find_terms(terms, _LOOKED_AT)]


def _split_name(lines: Sequence[Segment], question: str) -> tuple[set[str], str]:
    """Return the speakers that a question names, and the question without their names."""
    parts = {part: line.name for line in lines for part in line.name.lower().split()}
    named: set[str] = set()
    rest: list[str] = []
    for word in question.split():
        plain = word.lower().strip("?,.!'\"").removesuffix("'s")
        if plain in parts:
            named.update(line.name for line in lines if plain in line.name.lower().split())
        else:
            rest.append(word)
    return named, " ".join(rest)


def _tokens(line: Segment) -> int:
    return estimate_tokens(line.text) + _OVERHEAD_TOKENS
