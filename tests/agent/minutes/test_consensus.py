from collections import Counter

import pytest

from agent.minutes.consensus import agree, merge
from agent.minutes.statement import Statement
from agent.minutes.template import ACTION_ITEMS, DECISIONS, KEY_POINTS
from tests.agent.minutes.talk import lines_of, statement

pytestmark = pytest.mark.unit

LINES = lines_of(
    "Ana: We decided to start the pilot with forty people.\n"
    "Ben: I will send the contract, and Ana will book the room.\n"
    "Ana: The office is cold in winter."
)
PILOT, TASKS, COLD = LINES


def pilot(model: str, text: str = "The pilot starts with forty people.") -> Statement:
    return statement(DECISIONS, text, PILOT, found_by=(model,))


def test_what_two_found_is_one_statement_that_names_both() -> None:
    other = pilot("two", "They start a pilot with forty people.")
    (one,) = agree({"one": [pilot("one")], "two": [other]}, [], Counter())
    assert one.text == "The pilot starts with forty people."
    assert one.found_by == ("one", "two")


def test_what_one_of_several_found_alone_is_dropped_and_counted() -> None:
    alone = statement(KEY_POINTS, "The office is cold.", COLD, found_by=("one",))
    dropped: Counter[str] = Counter()
    kept = agree({"one": [pilot("one"), alone], "two": [pilot("two")]}, [], dropped)
    assert [one.part for one in kept] == [DECISIONS]
    assert dropped == {"one_model_only": 1}


def test_what_one_model_and_the_rules_found_stays_in_the_words_of_the_model() -> None:
    by_rules = [statement(DECISIONS, PILOT.text, PILOT)]
    (one,) = agree({"one": [pilot("one")], "two": []}, by_rules, Counter())
    assert (one.text, one.found_by) == ("The pilot starts with forty people.", ("one",))


def test_what_only_the_rules_found_is_nothing_where_models_have_read() -> None:
    by_rules = [statement(DECISIONS, PILOT.text, PILOT)]
    assert agree({"one": [], "two": []}, by_rules, Counter()) == []


def test_everything_of_the_only_model_stays() -> None:
    dropped: Counter[str] = Counter()
    assert agree({"one": [pilot("one")]}, [], dropped) == [pilot("one")]
    assert not +dropped


def test_two_tasks_of_one_segment_stay_two() -> None:
    send = statement(ACTION_ITEMS, "Ben sends the contract.", TASKS)
    book = statement(ACTION_ITEMS, "Ana books the room.", TASKS)
    assert merge([send, book]) == [send, book]


def test_what_two_stretches_have_in_common_is_said_once() -> None:
    assert merge([pilot("one"), pilot("one")]) == [pilot("one")]


def test_the_same_words_in_two_parts_stay_in_both() -> None:
    point = statement(KEY_POINTS, "The pilot starts with forty people.", PILOT)
    assert len(merge([pilot("one"), point])) == 2


def test_what_is_said_not_to_be_is_not_merged_with_what_was_said_to_be() -> None:
    yes = statement(DECISIONS, "We hold the party in the office.", PILOT)
    no = statement(DECISIONS, "We will not hold the party in the office.", PILOT)
    assert merge([yes, no]) == [yes, no]
