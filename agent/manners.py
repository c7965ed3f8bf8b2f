"""What the host is spared, and for how long things rest. Pure: told and time are arguments."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from agent.meaning import Commonness, Gist
from playbook.rules import Rule
from wire.talking_point import TalkingPoint, TalkingPointSource

Spared = Literal["said twice", "like one dismissed", "host said it", "too soon", "too many"]

BUDGET_SECONDS: Final = 600.0
SAME: Final = 0.5
"""Likeness from which on two texts say the same."""
SAME_RULES: Final = 0.75
"""Likewise for rules: their author meant them to differ, and wrote long texts about one thing."""
LIKE_DISMISSED: Final = 0.35
"""Likeness to something dismissed from which on a proposal is of its kind."""
SAID: Final = 0.6
"""Share of a talking point's gist that the host must have said for it to be said."""
FEWEST_SAID: Final = 2
"""Stems that must have been said: one word proves nothing."""
_DISMISSED_REST_SECONDS: Final = 600.0
_PACES: Final = (0.5, 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a host wants to be told."""

    cooldown_seconds: float
    """Between a talking point and one that a model gives unasked."""
    most_in_ten_minutes: int
    """Talking points of all sources."""


@dataclass(slots=True, kw_only=True)
class Told:
    """A talking point that the hosts have."""

    point: TalkingPoint
    """The newest version."""
    gist: Gist
    heard: Gist = frozenset()
    """Stems that hosts have said since shortly before it came."""

    @property
    def at_seconds(self) -> float:
        """When what it rests on was heard."""
        return self.point.heard_at_ms / 1000

    @property
    def on_screen(self) -> bool:
        """Whether the hosts still see it."""
        return self.point.state == "shown"

    def is_said(self, commonness: Commonness) -> bool:
        """Tell whether the hosts have said it themselves."""
        return _is_said(self.gist, self.heard, commonness)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A talking point that may be told."""

    source: TalkingPointSource
    gist: Gist
    by_rule: bool
    """A rule has fired; its own cooldown is over."""


def why_spare(
    candidate: Candidate,
    told: Collection[Told],
    *,
    host_said: Gist,
    commonness: Commonness,
    limits: Limits,
    now: float,
) -> Spared | None:
    """Return why the hosts are spared a new talking point; None: tell them.

    Args:
        candidate: what may be told.
        told: what was told in this meeting.
        host_said: stems that hosts said a moment ago.
        commonness: how much stems tell.
        limits: the settings.
        now: the present, seconds since the Unix epoch.
    """
    if sum(now - each.at_seconds < BUDGET_SECONDS for each in told) >= limits.most_in_ten_minutes:
        return "too many"
    if candidate.by_rule:
        # A rule that fires again later is a reminder that its author wanted.
        shown = [each for each in told if each.on_screen]
        return "said twice" if _is_like(candidate.gist, shown, commonness, SAME_RULES) else None
    if says_twice(candidate.gist, told, commonness):
        return "said twice"
    dismissed = [each for each in told if each.point.state == "dismissed"]
    if _is_like(candidate.gist, dismissed, commonness, LIKE_DISMISSED):
        return "like one dismissed"
    if _is_said(candidate.gist, host_said, commonness):
        return "host said it"
    if candidate.source == "model":
        rest = limits.cooldown_seconds * _pace(told, now)
        if any(now - each.at_seconds < rest for each in told):
            return "too soon"
    return None


def says_twice(gist: Gist, told: Iterable[Told], commonness: Commonness) -> bool:
    """Tell whether a text says what was told already."""
    return _is_like(gist, told, commonness, SAME)


def rest_seconds(rule: Rule, told: Collection[Told]) -> float:
    """Return how long a rule rests after it has fired, as the hosts thought of it last."""
    opinions = [
        each.point
        for each in told
        if each.point.rule_id == rule.id
        and (each.point.state == "dismissed" or each.point.useful is not None)
    ]
    if not opinions:
        return rule.cooldown_seconds
    if opinions[-1].state == "dismissed" or opinions[-1].useful is False:
        return rule.cooldown_seconds + _DISMISSED_REST_SECONDS
    return rule.cooldown_seconds / 2


def _pace(told: Collection[Told], now: float) -> float:
    """Return by how much the cooldown of models is stretched: each dismissal doubles it."""
    doublings = 0
    for each in told:
        if each.point.source == "model" and now - each.at_seconds < BUDGET_SECONDS:
            doublings += each.point.state == "dismissed" or each.point.useful is False
            doublings -= each.point.useful is True
    slowest, longest = _PACES
    return min(max(2.0**doublings, slowest), longest)


def _is_like(gist: Gist, told: Iterable[Told], commonness: Commonness, least: float) -> bool:
    return any(commonness.likeness(gist, each.gist) >= least for each in told)


def _is_said(gist: Gist, heard: Gist, commonness: Commonness) -> bool:
    return len(gist & heard) >= FEWEST_SAID and commonness.share_said(gist, heard) >= SAID
