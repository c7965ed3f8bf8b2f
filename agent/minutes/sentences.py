"""The sentences of a transcript, as the rules read them."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.meaning import Gist, gist_of
from playbook.rules import phrase_stems
from transcript_buffer import Segment

_END: Final = re.compile(r"(?<=[.!?])\s+")
_FEWEST_TELLING: Final = 3
_MOST_WORDS: Final = 60
_LONGEST_LIKE: Final = 0.6
"""Share of a sentence's telling words; who repeats so much of what is chosen says nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of a segment; of a recognizer that writes no signs, the whole segment."""

    segment: Segment
    text: str
    place: int
    """Of its segment among the lines."""
    gist: Gist

    @property
    def stems(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return phrase_stems(self.text)


def sentences_of(lines: Sequence[Segment]) -> list[Said]:
    """Return every sentence, in the order of time."""
    return [
        Said(segment=line, text=text.strip(), place=place, gist=gist_of(text))
        for place, line in enumerate(lines)
        for text in _END.split(line.text)
        if text.strip()
    ]


class Centrality:
    """How much a sentence has of what a meeting is about.

    A word weighs by how many sentences have it, which is what was spoken of most; a sentence by
    the words that it has, for its length. As SumBasic (Nenkova and Vanderwende 2005), with stems
    for words; it needs no more than one pass, so three hours take a moment.
    """

    def __init__(self, said: Sequence[Said]) -> None:
        self._with_stem = Counter(stem for one in said for stem in one.gist)

    def weigh(self, one: Said) -> float:
        """Return the weight of a sentence; 0: it says nothing of its own."""
        words = len(one.text.split())
        if len(one.gist) < _FEWEST_TELLING or words > _MOST_WORDS:
            return 0.0
        weight = sum(math.log1p(self._with_stem[stem] - 1) for stem in one.gist)
        return weight / math.sqrt(words)

    def common_words(self, said: Sequence[Said], most: int) -> list[str]:
        """Return the words that were spoken most, as they were spoken most often."""
        spelt: dict[str, Counter[str]] = {}
        for one in said:
            for word in re.findall(r"[^\W\d_]{4,}", one.text):
                for stem in gist_of(word):
                    spelt.setdefault(stem, Counter())[word.lower()] += 1
        common = [stem for stem, count in self._with_stem.most_common(most * 3) if count > 1]
        return [spelt[stem].most_common(1)[0][0] for stem in common if stem in spelt][:most]


def choose_central(said: Sequence[Said], centrality: Centrality, most: int) -> list[Said]:
    """Return the sentences that have most of a meeting, in the order of time.

    The meeting is cut into as many equal stretches as sentences are wanted: each gives its best
    one, so that the middle is not lost. None repeats another.
    """
    chosen: list[Said] = []
    stretches = [said[len(said) * n // most : len(said) * (n + 1) // most] for n in range(most)]
    for stretch in stretches:
        ranked = sorted(stretch, key=lambda one: (-centrality.weigh(one), one.place))
        for one in ranked:
            if centrality.weigh(one) <= 0:
                break
            if not any(_repeats(one, other) for other in chosen):
                chosen.append(one)
                break
    return chosen


def _repeats(one: Said, other: Said) -> bool:
    return len(one.gist & other.gist) >= _LONGEST_LIKE * len(one.gist)
