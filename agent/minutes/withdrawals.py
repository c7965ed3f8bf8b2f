"""Finds what was decided and then taken back: the later word counts.

Rules for what people say when they take something back. With models this comes on top of their
own judgement; without any it is all there is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.meaning import Gist, gist_of
from agent.minutes.cues import is_negated
from agent.minutes.statement import Statement
from agent.minutes.template import ACTION_ITEMS, DECISIONS
from transcript_buffer import Segment

_KEEPS: Final = (
    r"(?! (?:only|just|forget|miss|lose|waste|worry|rush|pretend|hesitate|fail|regret|mind|change|"
    r"delay|postpone|cancel|drop|come|attend|join|see|know|be (?:able|there|late))\b)"
)
"""Behind a "not": whoever will not do one of these takes nothing back."""
_FOR_GOOD: Final = r"(?![^.!?]*\b(?:without|until|till|unless|if|before \w+)\b)"
"""What will not be on some condition, or before some day, is not taken back."""
_TAKES_BACK: Final = re.compile(
    r"\b(?:"
    rf"(?:let's|let us) (?:not{_KEEPS}{_FOR_GOOD}|(?:just )?forget|drop|scrap|cancel|skip|undo)|"
    r"(?:let's|let us) (?!talk|speak|start|begin)(?:\w+ ){0,6}instead|"
    r"(?:don't|won't|not)(?! (?:so|too|as|that)\b) (?:\w+ ){0,8}after all|"
    r"on second thou?ghts?|(?:i|we)(?:'ve| have)? changed (?:my|our) minds?|"
    r"never ?mind(?: (?:that|this|it)\b|\W*$|[.!?])|"
    r"(?:^|[.,;!?] |\b(?:no|so|ok|okay|yes|sorry|please|actually|well|but|then) )"
    r"forget (?:what (?:i|we) said|about (?:that|it|the)|that|it)\b|"
    r"scratch that|scrap that|take (?:that|it|this) back(?! (?:to|into|from|home)\b)|"
    r"there will be no(?! (?:problem|issue|trouble|delay|change|doubt|need|way|more|other)s?\b)|"
    r"(?:we|i)(?:'d| had)? (?:decided|agreed) (?:against|not to)|"
    r"(?:that|the|this) (?:\w+ ){0,4}is (?:cancelled|canceled|off\b(?! (?:by|to|topic)\b))|"
    r"(?:we|i)(?: won't| will not|(?: am| are|'m|'re) not going to) "
    r"(?:do|use|buy|send|sign|hire|launch) (?:that|this|it)(?=[.,;!?]|$)|"
    r"(?:^|[.;,] )(?:cancel|drop|scrap|undo|revert) (?:that|this|it)\b"
    r")",
    re.IGNORECASE,
)
_OWN_REMARK: Final = re.compile(
    r"\b(?:(?:had|have|'ve|got) (?:a|one|another|some) (?:\w+ ){0,2}"
    r"(?:questions?|points?|comments?|remarks?|thoughts?|concerns?|ideas?)|"
    r"(?:going|wanted|meant|about|trying) to (?:ask|say|mention|add|suggest))\b"
    r"[^.!?]*[.!?]?[^.!?]{0,20}\bnever ?mind\b",
    re.IGNORECASE,
)
"""Who gives up what they were about to say takes nothing back that was said."""
_OF_TAKING_BACK: Final = gist_of(
    "not after all instead forget drop scrap cancel undo revert never mind second thought thoughts "
    "changed minds decided agreed decision against longer off table actually okay wait sorry no "
    "yes because let's"
)
_WILL_NOT: Final = re.compile(
    r"\b(?:won't|will not|not going to|(?:are|is)n't going to|(?:do not|don't) want to|no longer)"
    rf"{_KEEPS} \w+{_FOR_GOOD}",
    re.IGNORECASE,
)
_FEWEST_SHARED: Final = 2
_POINTS_BACK: Final = re.compile(r"\b(?:that|this|it)\b", re.IGNORECASE)
_JUST_NOW_SECONDS: Final = 120.0
"""How far back words reach that take back something and do not say what."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A decision or action item that nobody has taken back yet."""

    statement: Statement
    gist: Gist


def takes_back(text: str) -> bool:
    """Tell whether somebody takes something back with these words."""
    return _TAKES_BACK.search(_OWN_REMARK.sub("", text)) is not None


def may_take_back(later: Statement, earlier: Statement) -> bool:
    """Tell whether a later statement can be about an earlier one, whatever a model says of the two.

    It names something of it, or follows at once. Who says that everything is withdrawn takes back
    nothing.
    """
    seconds = later.at[0] - earlier.at[0]
    shared = (_gist(later) - _OF_TAKING_BACK) & _gist(earlier)
    return later.at > earlier.at and (bool(shared) or seconds <= _JUST_NOW_SECONDS)


def withdrawn_by_rules(
    statements: Sequence[Statement], lines: Sequence[Segment]
) -> list[Statement]:
    """Return the decisions and action items that a later line takes back.

    A line that names something takes back the one before that shares most with it: of several a
    decision, and the newest. A line that only points back ("let's not do that after all") takes
    back the newest one, if it is fresh. A line that only says what will not be ("we will not hold
    the party here") takes back what has at least two of its telling words.
    """
    # What takes something back is not taken back by being said again.
    open_ones = [
        _Open(one, _gist(one))
        for one in statements
        if one.part in (DECISIONS, ACTION_ITEMS) and not is_negated(one.text)
    ]
    withdrawn: list[Statement] = []
    for line in lines:
        outright = takes_back(line.text)
        if not outright and not _WILL_NOT.search(line.text):
            continue
        # What rests on this line or on a later one was not said before it.
        before = [one for one in open_ones if one.statement.at < (line.start_seconds, line.id)]
        meant = _meant(before, line, outright=outright)
        open_ones = [one for one in open_ones if one.statement not in meant]
        withdrawn += meant
    return withdrawn


def _gist(statement: Statement) -> Gist:
    return gist_of(" ".join([statement.text, *(quoted.words for quoted in statement.evidence)]))


def _meant(before: Sequence[_Open], line: Segment, *, outright: bool) -> list[Statement]:
    gist = gist_of(line.text) - _OF_TAKING_BACK
    shared = [len(gist & one.gist) for one in before]
    most = max(shared, default=0)
    if most >= (1 if outright else _FEWEST_SHARED):
        best = max(
            (place for place, share in enumerate(shared) if share == most),
            key=lambda place: (before[place].statement.part == DECISIONS, place),
        )
    elif before and outright and _POINTS_BACK.search(line.text):
        best = len(before) - 1
        if line.start_seconds - before[best].statement.at[0] > _JUST_NOW_SECONDS:
            return []
    else:
        return []
    # What was decided and who does it may be two statements on the same words.
    ids = before[best].statement.segment_ids
    return [one.statement for one in before if one.statement.segment_ids & ids]
