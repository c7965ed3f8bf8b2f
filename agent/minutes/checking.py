"""Checks what a model found against what was said: nothing of it is believed unseen.

A statement stays if words that it quotes stand in the transcript and it has to do with them. Its
owner stays if they are a participant who speaks or is named there, its date if it was spoken
there. All else goes, and is counted by reason.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal

from agent.meaning import gist_of
from agent.minutes.people import find_participant, is_said_of
from agent.minutes.request import FINDING_LEAKS, FoundStatement, FoundWords
from agent.minutes.statement import Participant, Quoted, Statement, in_time
from agent.minutes.template import ACTION_ITEMS, Template
from agent.number_words import with_digits
from agent.quotes import find_quote
from agent.spoken_date import SpokenDate, find_date
from transcript_buffer import Segment

Dropped = Literal[
    "empty",
    "unknown_part",
    "no_evidence",
    "unlike_its_evidence",
    "figure_not_said",
    "repeats_instructions",
    "owner_not_there",
    "date_not_spoken",
    "one_model_only",
    "withdrawn",
]
"""Why something is dropped. owner_not_there, date_not_spoken: only the owner or the date is, and
the action item stays without it. one_model_only: several models read the same and no other found
it; withdrawn: it was taken back later."""

_LONGEST_TEXT: Final = 1000
_LONGEST_QUOTE: Final = 500
_MOST_EVIDENCE: Final = 4
_FEWEST_WORDS: Final = 3
"""Of a quote, unless the line has fewer: "yes" alone stands in many lines."""
_NEAR: Final = 2
"""Models miscount lines: a quote may stand so many lines from where it is said to stand."""
_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
_BIG_NUMBER: Final = re.compile(
    r"\b(?:hundred|thousand|million|billion|half|quarter|dozen|sixty|seventy|eighty|ninety)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Checks what was found in the lines of one meeting."""

    template: Template
    people: Sequence[Participant]
    zone: tzinfo

    def check(
        self, found: FoundStatement, lines: Sequence[Segment], model: str, dropped: Counter[str]
    ) -> Statement | None:
        """Return a statement with what of it holds; None: nothing does.

        Args:
            found: by a model.
            lines: that it has read.
            model: its name.
            dropped: counts what is dropped, by reason.
        """
        text = " ".join(found.text.split())[:_LONGEST_TEXT]
        evidence = in_time(find_evidence(found.evidence, lines))
        known = found.part in self.template.parts()
        if reason := self._refusal(text, evidence) if known else "unknown_part":
            dropped[reason] += 1
            return None
        owner, due = None, None
        if found.part == ACTION_ITEMS:
            owner = self._owner(found.owner, evidence)
            due = self._due(found.due, evidence)
            dropped["owner_not_there"] += bool(found.owner.strip()) and owner is None
            dropped["date_not_spoken"] += bool(found.due.strip()) and due is None
        return Statement(
            part=found.part, text=text, evidence=evidence, owner=owner, due=due, found_by=(model,)
        )

    def _refusal(self, text: str, evidence: Sequence[Quoted]) -> Dropped | None:
        said = [quoted.segment.text for quoted in evidence]
        if not text:
            return "empty"
        if not evidence:
            return "no_evidence"
        if FINDING_LEAKS.repeats(text):
            return "repeats_instructions"
        names = " ".join(quoted.segment.name for quoted in evidence)
        gist = gist_of(text) - gist_of(names)
        if gist and not gist & gist_of(" ".join(said)):
            return "unlike_its_evidence"
        if says_other_figures(text, said):
            # "By Friday" may be written as the day that it is.
            days = [date.due for quoted in evidence if (date := self._date_in(quoted))]
            return "figure_not_said" if says_other_figures(text, said + days) else None
        return None

    def _date_in(self, quoted: Quoted) -> SpokenDate | None:
        return find_date(quoted.segment.text, self._spoken_at(quoted))

    def _spoken_at(self, quoted: Quoted) -> datetime:
        return datetime.fromtimestamp(quoted.segment.start_seconds, self.zone)

    def _owner(self, name: str, evidence: Sequence[Quoted]) -> Participant | None:
        lines = [quoted.segment for quoted in evidence]
        owner = find_participant(name, self.people, lines[-1])
        return owner if owner and is_said_of(owner, lines, self.people) else None

    def _due(self, words: str, evidence: Sequence[Quoted]) -> SpokenDate | None:
        if not words.strip():
            return None
        for quoted in reversed(evidence):
            spoken = find_quote(quoted.segment.text, words)
            date = find_date(spoken, self._spoken_at(quoted)) if spoken else None
            # Some models write the day instead of its words: it counts if it was spoken there.
            said = self._date_in(quoted)
            date = date or (said if said and said.due == words.strip() else None)
            if date:
                return date
        return None


def find_evidence(found: Sequence[FoundWords], lines: Sequence[Segment]) -> list[Quoted]:
    """Return those of the quotes that stand in the lines, or near where they should stand."""
    quotes: list[Quoted] = []
    for one in found[:_MOST_EVIDENCE]:
        for away in sorted(range(-_NEAR, _NEAR + 1), key=abs):
            place = one.line - 1 + away
            if not 0 <= place < len(lines):
                continue
            words = find_quote(lines[place].text, one.words)
            if words and (len(words.split()) >= min(_FEWEST_WORDS, len(lines[place].text.split()))):
                quotes.append(Quoted(segment=lines[place], words=words[:_LONGEST_QUOTE]))
                break
    return quotes


def says_other_figures(text: str, said: Sequence[str]) -> bool:
    """Tell whether a text has a figure that was not said.

    Where a number was spoken in words that have no digits here, nothing is refused.
    """
    heard = " ".join(with_digits(one).text for one in said)
    if _BIG_NUMBER.search(heard):
        return False
    known = {_plain(figure) for figure in _FIGURE.findall(heard)}
    return any(_plain(figure) not in known for figure in _FIGURE.findall(with_digits(text).text))


def _plain(figure: str) -> str:
    return re.sub(r"[.,]", "", figure)
