"""What minutes are made of before they are minutes: statements that rest on the transcript."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.spoken_date import SpokenDate
from transcript_buffer import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who was in the meeting."""

    identity: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of a segment, as they stand there."""

    segment: Segment
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement for one part of the minutes."""

    part: str
    """A fixed part, or the id of a template's section; see `agent.minutes.template`."""
    text: str
    evidence: tuple[Quoted, ...]
    """In the order of time; never empty."""
    owner: Participant | None = None
    """Of an action item; None: nobody was named."""
    due: SpokenDate | None = None
    """Of an action item; None: no date was spoken."""
    found_by: tuple[str, ...] = ()
    """Names of models, best first; empty: the rules found it."""

    @property
    def at(self) -> tuple[float, str]:
        """When the last of its words were said: the order of the minutes."""
        last = self.evidence[-1].segment
        return last.start_seconds, last.id

    @property
    def segment_ids(self) -> frozenset[str]:
        """The segments that it rests on."""
        return frozenset(quoted.segment.id for quoted in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of the summary, or the conclusion."""

    text: str
    evidence: tuple[Quoted, ...]
    found_by: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Draft:
    """Minutes before they get their form."""

    statements: Sequence[Statement]
    """In the order of time."""
    title: str = ""
    summary: Sequence[Sentence] = ()
    conclusion: Sentence | None = None
    written_by: Sequence[str] = ()
    did_not_answer: Sequence[str] = ()
    dropped: Counter[str] = field(default_factory=Counter)

    def of(self, part: str) -> list[Statement]:
        """Return the statements of a part."""
        return [statement for statement in self.statements if statement.part == part]


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements in the order of time."""
    return sorted(statements, key=lambda statement: statement.at)


def in_time(evidence: Iterable[Quoted]) -> tuple[Quoted, ...]:
    """Return quotes in the order of time, of each segment the longest."""
    longest: dict[str, Quoted] = {}
    for quoted in evidence:
        known = longest.get(quoted.segment.id)
        if known is None or len(known.words) < len(quoted.words):
            longest[quoted.segment.id] = quoted
    return tuple(
        sorted(longest.values(), key=lambda one: (one.segment.start_seconds, one.segment.id))
    )


def speakers_of(lines: Iterable[Segment], others: Mapping[str, str]) -> list[Participant]:
    """Return the participants of a meeting, in the order in which they first spoke.

    Args:
        lines: what was said.
        others: names by identity of those who may not have spoken.
    """
    names = {line.speaker: line.name or line.speaker for line in lines}
    names.update({identity: name for identity, name in others.items() if identity not in names})
    return [Participant(identity=identity, name=name) for identity, name in names.items()]
