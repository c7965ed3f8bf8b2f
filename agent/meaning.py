"""Whether two short texts say the same, cheaply and offline: by the stems that they share.

A text's gist is the set of the stems of its telling words; words for one thing (price, cost, fee)
count as one. Stems that many talking points have in common tell less than rare ones (inverse
document frequency). It is no understanding: `tests/agent/test_meaning.py` states how often it is
right on labelled pairs.
"""

import math
from collections import Counter
from typing import Final

from playbook.rules import phrase_stems

Gist = frozenset[str]

_SILENT: Final = frozenset(
    phrase_stems(
        "a an the this that these those here there it its it's they them their he him his she her "
        "you your yours we us our i me my one ones who whom whose which what when where why how "
        "is are was were be been being am do does did done have has had will would can could "
        "should may might must shall let let's and or but if then than so as at by for from in "
        "into of off on onto out over to up down with without about before after again also just "
        "only very much many more most some any each every all both other another such own same "
        "too now today still already yet soon really please don't doesn't isn't that's what's "
        # What advice is made of, whatever it is about.
        "ask say tell mention explain find offer suggest propose show give get make take want need "
        "know think like talk speak point thing way sure clear go come keep put bring name"
    )
)
_FEWEST_SHARED: Final = 2
_FAMILIES: Final = (
    "price cost fee rate charge expensive cheap",
    "discount rebate reduction",
    "budget money funds",
    "buy purchase order",
    "contract agreement terms",
    "sign signature",
    "decide decision choose choice approve approval",
    "competitor competition rival alternative vendor supplier",
    "meeting call appointment demo demonstration",
    "start begin launch kickoff rollout",
    "date deadline timeline schedule timing",
    "customer client",
    "company firm business organisation organization",
    "people person team staff colleague",
    "problem issue trouble pain difficulty",
    "security secure safety privacy protection",
    "test trial pilot try",
    "help support assist",
    "worry concern afraid fear",
    "quick fast soon speed",
    "reference testimonial",
    "salary pay wage compensation",
    "job role position",
    "send email mail share forward",
    "month monthly",
    "year yearly annual annually",
    "not no never",
)
_HEAD_OF: Final = {
    stem: phrase_stems(family)[0] for family in _FAMILIES for stem in phrase_stems(family)
}


def gist_of(text: str) -> Gist:
    """Return the telling stems of a text; empty: it says nothing of its own."""
    return frozenset(_HEAD_OF.get(stem, stem) for stem in phrase_stems(text)) - _SILENT


class Commonness:
    """How much each stem tells, by how many of the texts counted so far have it."""

    def __init__(self) -> None:
        self._texts = 0
        self._with_stem: Counter[str] = Counter()

    def count(self, gist: Gist) -> None:
        """Count a text in."""
        self._texts += 1
        self._with_stem.update(gist)

    def weigh(self, gist: Gist) -> float:
        """Return how much the stems tell together; a stem that no text has tells most."""
        return sum(1.0 + math.log((1 + self._texts) / (1 + self._with_stem[stem])) for stem in gist)

    def likeness(self, one: Gist, other: Gist) -> float:
        """Return how much two texts say the same: 0 nothing, 1 all (the cosine of their gists).

        One stem in common is a topic in common, no more, unless it is all that either says.
        """
        shared = one & other
        if len(shared) < _FEWEST_SHARED and not (shared and one == other):
            return 0.0
        return self.weigh(shared) / math.sqrt(self.weigh(one) * self.weigh(other))

    def share_said(self, gist: Gist, heard: Gist) -> float:
        """Return how much of a text was heard, 0 to 1, however much else was."""
        return self.weigh(gist & heard) / self.weigh(gist) if gist else 0.0
