"""Makes one list of what several have found: what they share is merged, and the rest is dropped.

The rule. Every model that has read a stretch has a vote, and so have the extractive rules. With
one model, everything of it that has evidence stays. With two or more, a statement stays if two of
these voters found it; what one model alone found is dropped. Two found the same if it is for the
same part, and either rests on the same segment and shares half of the telling words of the
shorter one, or rests on segments close by and says much the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from agent.meaning import Gist, gist_of
from agent.minutes.cues import is_negated
from agent.minutes.statement import Statement, in_order, in_time

_SHARED_OF_SHORTER: Final = 0.5
"""Of two statements on the same segment."""
_SHARED_OF_BOTH: Final = 0.6
"""Of two statements on segments close by: shared stems among all stems of both."""
_CLOSE_SECONDS: Final = 90.0
_MOST_EVIDENCE: Final = 8


@dataclass(slots=True)
class _Shared:
    """What some voters have found, as far as they have been merged."""

    statement: Statement
    gist: Gist
    voters: set[str] = field(default_factory=set)


def agree(
    by_model: Mapping[str, Sequence[Statement]],
    by_rules: Sequence[Statement],
    dropped: Counter[str],
) -> list[Statement]:
    """Return what stays of what models found in a stretch, in the order of time.

    Args:
        by_model: what each model found that has read it, best model first; the rules' findings
            are merged into theirs, and never stay alone.
        by_rules: what the rules found there.
        dropped: counts what one model alone found.
    """
    shared: list[_Shared] = []
    for model, statements in by_model.items():
        for statement in statements:
            _vote(shared, statement, model)
    if len(by_model) > 1:
        for statement in by_rules:
            if like := _find_like(shared, statement):
                like.voters.add("")
        alone = [one for one in shared if len(one.voters) < 2]
        dropped["one_model_only"] += len(alone)
        shared = [one for one in shared if len(one.voters) > 1]
    return in_order(one.statement for one in shared)


def merge(statements: Sequence[Statement]) -> list[Statement]:
    """Return statements in the order of time, each once: stretches overlap, people say it twice."""
    shared: list[_Shared] = []
    for statement in in_order(statements):
        if like := _find_like(shared, statement):
            _merge_into(like, statement)
        else:
            shared.append(_Shared(statement, gist_of(statement.text)))
    return in_order(one.statement for one in shared)


def _vote(shared: list[_Shared], statement: Statement, voter: str) -> None:
    like = _find_like(shared, statement)
    if like is None:
        like = _Shared(statement, gist_of(statement.text))
        shared.append(like)
    else:
        _merge_into(like, statement)
    like.voters.add(voter)


def _merge_into(like: _Shared, other: Statement) -> None:
    """Keep the first one's words, and what either knows besides."""
    one = like.statement
    evidence = in_time((*one.evidence, *other.evidence))
    like.statement = replace(
        one,
        evidence=evidence[-_MOST_EVIDENCE:],
        owner=one.owner or other.owner,
        due=one.due or other.due,
        found_by=tuple(dict.fromkeys((*one.found_by, *other.found_by))),
    )


def _find_like(shared: Sequence[_Shared], statement: Statement) -> _Shared | None:
    gist = gist_of(statement.text)
    for one in reversed(shared):
        if one.statement.part == statement.part and _is_same(one, statement, gist):
            return one
    return None


def _is_same(one: _Shared, other: Statement, gist: Gist) -> bool:
    if is_negated(one.statement.text) != is_negated(other.text):
        return False  # what takes something back has its words
    owners = (one.statement.owner, other.owner)
    if None not in owners and owners[0] != owners[1]:
        return False
    common = len(one.gist & gist)
    if one.statement.segment_ids & other.segment_ids:
        shorter = min(len(one.gist), len(gist))
        return common >= _SHARED_OF_SHORTER * shorter
    apart = abs(one.statement.at[0] - other.at[0])
    both = len(one.gist | gist)
    return apart <= _CLOSE_SECONDS and common >= max(2.0, _SHARED_OF_BOTH * both)
