from typing import Any

import pytest

from agent.manners import (
    BUDGET_SECONDS,
    Candidate,
    Limits,
    Spared,
    Told,
    rest_seconds,
    why_spare,
)
from agent.meaning import Commonness, Gist, gist_of
from playbook.rules import Rule
from tests.records.test_store import make_point
from wire.talking_point import TalkingPointSource

pytestmark = pytest.mark.unit

NOW = 10_000.0
LIMITS = Limits(cooldown_seconds=10.0, most_in_ten_minutes=5)
PILOT = "Offer a pilot with five people."
PILOT_AGAIN = "Suggest a trial for a team of five."
DATA = "Explain that data stays in Europe."
OTHERS = (
    "Ask which salary she expects.",
    "Book the next meeting before you hang up.",
    "Ask who signs the contract.",
    "Repeat his worry about the rollout.",
)


def told(text: str, *, seconds_ago: float = 60.0, **changes: Any) -> Told:
    point = make_point(1, text=text, heard_at_ms=round((NOW - seconds_ago) * 1000), **changes)
    return Told(point=point, gist=gist_of(text))


def spare(
    text: str,
    *before: Told,
    source: TalkingPointSource = "model",
    by_rule: bool = False,
    host_said: Gist = frozenset(),
) -> Spared | None:
    return why_spare(
        Candidate(source=source, gist=gist_of(text), by_rule=by_rule),
        before,
        host_said=host_said,
        commonness=Commonness(),
        limits=LIMITS,
        now=NOW,
    )


def test_what_is_new_is_told() -> None:
    assert spare(PILOT) is None
    assert spare(PILOT, told(DATA)) is None


@pytest.mark.parametrize("state", ["shown", "expired", "withdrawn", "dismissed"])
def test_nothing_is_proposed_twice_in_other_words_whatever_became_of_it(state: str) -> None:
    assert spare(PILOT_AGAIN, told(PILOT, state=state)) == "said twice"


def test_a_rule_may_repeat_what_has_left_the_screen_and_not_what_is_on_it() -> None:
    assert spare(PILOT, told(PILOT), source="playbook", by_rule=True) == "said twice"
    expired = told(PILOT, state="expired")
    assert spare(PILOT, expired, source="playbook", by_rule=True) is None


def test_what_is_like_something_dismissed_is_spared_though_it_is_not_the_same() -> None:
    text = "Offer a trial in Europe, with five seats each for three months."
    assert spare(text, told(PILOT)) is None
    assert spare(text, told(PILOT, state="dismissed")) == "like one dismissed"


def test_what_the_host_has_just_said_is_not_proposed() -> None:
    said = gist_of("we could do a pilot, say with five of your people")
    assert spare(PILOT, host_said=said) == "host said it"
    assert spare(PILOT, source="playbook", by_rule=True, host_said=said) is None


def test_a_model_waits_a_while_after_any_talking_point_and_a_rule_or_the_brief_does_not() -> None:
    before = told(DATA, seconds_ago=9.0)
    assert spare(PILOT, before) == "too soon"
    assert spare(PILOT, told(DATA, seconds_ago=10.0)) is None
    assert spare(PILOT, before, source="brief") is None
    assert spare(PILOT, before, source="playbook", by_rule=True) is None


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({"state": "dismissed"}, 20.0),
        ({"useful": False}, 20.0),
        ({"useful": True}, 5.0),
        ({"state": "dismissed", "source": "playbook"}, 10.0),
    ],
)
def test_what_hosts_think_of_models_changes_their_pace(
    changes: dict[str, Any], seconds: float
) -> None:
    changes = {"source": "model"} | changes
    assert spare(PILOT, told(DATA, seconds_ago=seconds - 0.5, **changes)) == "too soon"
    assert spare(PILOT, told(DATA, seconds_ago=seconds, **changes)) is None


def test_many_dismissals_slow_models_down_to_a_bound() -> None:
    before = [
        told(text, seconds_ago=79.0 + n, source="model", state="dismissed")
        for n, text in enumerate(OTHERS)
    ]
    assert spare(DATA, *before) == "too soon"
    later = [
        told(text, seconds_ago=80.0 + n, source="model", state="dismissed")
        for n, text in enumerate(OTHERS)
    ]
    assert spare(DATA, *later) is None


@pytest.mark.parametrize("by_rule", [True, False])
def test_ten_minutes_hold_no_more_than_the_budget(by_rule: bool) -> None:
    texts = (*OTHERS, DATA)
    full = [told(text, seconds_ago=BUDGET_SECONDS - 1) for text in texts]
    assert spare(PILOT, *full, by_rule=by_rule) == "too many"
    assert spare(PILOT, *full[1:], by_rule=by_rule) is None
    past = [told(text, seconds_ago=BUDGET_SECONDS) for text in texts]
    assert spare(PILOT, *past, by_rule=by_rule) is None


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, 120.0),
        ({"useful": True}, 60.0),
        ({"useful": False}, 720.0),
        ({"state": "dismissed"}, 720.0),
        ({"rule_id": "another", "state": "dismissed"}, 120.0),
        ({"state": "expired"}, 120.0),
    ],
)
def test_a_rule_rests_as_its_last_talking_point_was_liked(
    changes: dict[str, Any], seconds: float
) -> None:
    rule = Rule(id="pricing", phrases=("price",), say=PILOT)
    assert rest_seconds(rule, [told(PILOT, **changes)]) == seconds


def test_the_last_opinion_on_a_rule_counts() -> None:
    rule = Rule(id="pricing", phrases=("price",), say=PILOT)
    assert rest_seconds(rule, [told(PILOT, state="dismissed"), told(PILOT, useful=True)]) == 60.0


def test_a_talking_point_is_said_when_most_of_it_was_and_one_word_proves_nothing() -> None:
    point = told(PILOT)
    for words, said in (("a pilot", False), ("a pilot with five", True), ("five people", True)):
        point.heard = gist_of(words)
        assert point.is_said(Commonness()) is said
    short = told("Ask about the budget.")
    short.heard = gist_of("the budget")
    assert not short.is_said(Commonness())
