"""Finds the lines that speak of what a question asks, by their words: offline, without a model.

BM25 (bm25s: MIT, NumPy only) puts the lines in order. Its scores say nothing about whether the
best line is any good, so each line found also carries the share of the question that it covers,
where a word counts the more the fewer lines have it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import bm25s
from bm25s.stopwords import STOPWORDS_EN_PLUS

from playbook.rules import phrase_stems

# Words that carry a spoken question and say nothing about what it asks.
_SPOKEN_FILLERS: Final = (
    "actually also anyone anything basically bit call can't cannot could couldn't does done else "
    "ever everything example exactly explain far gave get gets getting give gives go goes going "
    "gonna got guess happen happens hear heard hello help hey hi i'd i'll i'm i've idea kind "
    "know let let's like long look lot make makes many may maybe mean mention mentioned might "
    "much must need needs okay ok one ones one's oh please possible probably quick quickly "
    "question really right said saw say says see share shall show something sort sorry sure "
    "take takes talk talked tell thank thanks thing things think told uh um us usually wanna "
    "want wanted was wasn't way we'd we'll we're we've well went what's when's where's who's "
    "wonder wondering work works would yeah yes yet able around kinds guys folks people somebody "
    "someone summarize come comes coming"
)
_IGNORED: Final = frozenset(phrase_stems(" ".join((*STOPWORDS_EN_PLUS, _SPOKEN_FILLERS))))

# What business calls say in different words. Each set is one word for the search.
_MEANS_THE_SAME: Final = (
    "price prices pricing priced cost costs charge charges charged fee fees rate rates expensive "
    "cheap euro euros eur dollar dollars usd pound pounds gbp budget",
    "discount discounts reduction rebate cheaper",
    "cancel cancellation terminate termination quit",
    "contract agreement",
    "month monthly months",
    "year yearly annual annually years",
    "begin start starting starts beginning",
    "buy purchase order bought",
    "login sign-in sso saml authentication authenticate",
    "store stored storage hosted hosting host data-center datacenter",
    "secure security encrypted encryption encrypt",
    "integrate integration integrations connect connects connector connectors",
    "vacation holiday holidays leave",
    "salary pay paid compensation wage",
    "remote remotely home-office",
    "trial try demo pilot",
    "train training onboarding onboard",
    "phone telephone",
    "mobile app ios android iphone",
)
_SAME: Final[dict[str, str]] = {
    stem: f"={number}"
    for number, words in enumerate(_MEANS_THE_SAME)
    for word in words.split()
    for stem in phrase_stems(word)[:1]
}
_FEWEST_LINES: Final = 50
"""A short list of lines tells little about how rare a word is: it counts as one of so many."""
_MONEY: Final = re.compile(r"[€$£]|how much (?!time)")
_MONEY_WORD: Final = _SAME[phrase_stems("price")[0]]


@dataclass(frozen=True, slots=True)
class Found:
    """A line that has something of a question."""

    place: int
    """Lines before it."""
    share: float
    """How much of the question's weight the line covers, from 0 to 1."""


class LineIndex:
    """Some lines, ready to be searched; unchanging."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Index the lines: 40 ms for three thousand."""
        found = [search_terms(line) for line in lines]
        self._terms = [frozenset(terms) for terms in found]
        self._ranking = bm25s.BM25()
        # A collection without any word cannot be indexed; the empty word is in no question.
        self._ranking.index([terms or [""] for terms in found] or [[""]], show_progress=False)
        self._lines_with: dict[str, int] = {}
        for terms in self._terms:
            for term in terms:
                self._lines_with[term] = self._lines_with.get(term, 0) + 1

    def find(self, question: str, most: int) -> list[Found]:
        """Return the lines with something of the question, the best first.

        Args:
            question: its words; those that say nothing by themselves are ignored.
            most: how many lines at most.
        """
        return self.find_terms(search_terms(question), most)

    def find_terms(self, searched: Sequence[str], most: int) -> list[Found]:
        """Return the lines with some of the terms, as `search_terms` makes them, the best first."""
        terms = list(dict.fromkeys(searched))
        known = [term for term in terms if term in self._lines_with]
        if not known:
            return []
        weights = {term: self._weight(term) for term in terms}
        whole = sum(weights.values())
        scores = self._ranking.get_scores(known)
        best = sorted(range(len(self._terms)), key=lambda place: (-scores[place], place))
        return [
            Found(place, sum(weights[term] for term in terms if term in self._terms[place]) / whole)
            for place in best[:most]
            if scores[place] > 0
        ]

    def _weight(self, term: str) -> float:
        lines_with = self._lines_with.get(term, 0)
        lines = max(len(self._terms), _FEWEST_LINES)
        return math.log(1 + (lines - lines_with + 0.5) / (lines_with + 0.5))


def search_terms(text: str) -> list[str]:
    """Return what a text is searched by: stems of its telling words, one for words of one sense."""
    terms = [_SAME.get(stem, stem) for stem in phrase_stems(text) if stem not in _IGNORED]
    if _MONEY.search(text.lower()):
        terms.append(_MONEY_WORD)
    return terms
