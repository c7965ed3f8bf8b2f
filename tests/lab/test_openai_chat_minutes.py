"""What the emulated models find in a meeting, honest and not, and how they sum it up."""

from typing import Any

import pytest

from lab.emulators.openai_chat_minutes import find_statements, sum_up
from lab.emulators.openai_chat_rules import answer
from lab.emulators.openai_chat_scribes import INVENTED, spoil

pytestmark = pytest.mark.unit

SAID = (
    ("Ana", "We have decided to launch in March."),
    ("Ben", "I will send the report by Friday."),
    ("Ana", "Peter from finance should read it."),
    ("Ben", "Let us meet in the garden."),
    ("Ana", "Yes, that is better."),
    ("Ana", "Who will speak at the launch?"),
    ("Ben", "We do not know that yet."),
    ("Ana", "What is the price?"),
    ("Ben", "It is ten."),
    ("Ana", "We take that back, there will be no launch."),
    ("Ben", "I will write the page when there is time."),
)


def material(said: tuple[tuple[str, str], ...] = SAID) -> dict[str, Any]:
    return {
        "people": ["Ana", "Ben"],
        "transcript": [
            {"line": line, "at": "10:00:00", "who": who, "role": "guest", "said": text}
            for line, (who, text) in enumerate(said, start=1)
        ],
    }


def found(statements: list[dict[str, Any]], part: str) -> list[tuple[int, str, str]]:
    return [
        (one["evidence"][0]["line"], one["owner"], one["due"])
        for one in statements
        if one["part"] == part
    ]


def numbered(statements: list[dict[str, Any]]) -> dict[str, Any]:
    asked = [{"number": number, **one} for number, one in enumerate(statements, start=1)]
    return {"statements": asked, "words": 300}


def test_an_honest_model_finds_what_was_said_and_by_whom() -> None:
    statements = find_statements(material())["statements"]
    assert found(statements, "decisions") == [(1, "", ""), (4, "", ""), (10, "", "")]
    assert found(statements, "action_items") == [
        (2, "Ben", "by Friday"),
        (3, "", ""),
        (11, "Ben", ""),
    ]
    assert found(statements, "open_questions") == [(6, "", "")]


def test_every_quote_stands_in_its_line() -> None:
    lines = dict(enumerate((text for _, text in SAID), start=1))
    for statement in find_statements(material())["statements"]:
        for evidence in statement["evidence"]:
            assert evidence["words"] in lines[evidence["line"]]


def test_nothing_is_decided_that_nobody_agrees_to() -> None:
    said = (("Ben", "Let us meet in the garden."), ("Ana", "No, it is too cold."))
    assert find_statements(material(said)) == {"statements": []}


def test_what_is_taken_back_is_named_with_what_takes_it_back() -> None:
    asked = numbered(find_statements(material())["statements"])
    parts = [one["evidence"][0]["line"] for one in asked["statements"]]
    (withdrawn,) = sum_up(asked)["withdrawn"]
    assert [parts[withdrawn[name] - 1] for name in ("number", "by")] == [1, 10]


def test_a_summary_rests_on_statements_that_stand_and_keeps_to_its_length() -> None:
    asked = numbered(find_statements(material())["statements"])
    whole = sum_up(asked)
    numbers = [number for sentence in whole["summary"] for number in sentence["numbers"]]
    assert numbers == sorted(numbers)
    assert whole["withdrawn"][0]["number"] not in numbers
    assert whole["title"].startswith("About ")
    short = sum_up(asked | {"words": 10})["summary"]
    assert sum(len(sentence["text"].split()) for sentence in short) <= 10


def test_the_rule_is_chosen_by_the_fields_that_are_wanted() -> None:
    wanted: dict[str, Any] = {"properties": {"statements": {}}}
    assert answer(wanted, material()) == find_statements(material())
    fields = ("withdrawn", "title", "summary", "conclusion")
    asked = numbered(find_statements(material())["statements"])
    assert answer({"properties": {key: {} for key in fields}}, asked) == sum_up(asked)


def test_one_model_invents_with_a_quote_that_is_false_and_with_one_that_is_true() -> None:
    honest = find_statements(material())
    said = " ".join(text for _, text in SAID)
    *others, false, true = spoil("invents", honest, material())["statements"]
    assert others == honest["statements"]
    assert {false["text"], true["text"]} == {INVENTED}
    assert false["evidence"][0]["words"] not in said
    assert true["evidence"][0]["words"] in said


def test_one_model_misses_a_decision_and_an_action_item() -> None:
    statements = spoil("misses", find_statements(material()), material())["statements"]
    assert [line for line, _, _ in found(statements, "decisions")] == [4, 10]
    assert [line for line, _, _ in found(statements, "action_items")] == [2, 3]


def test_one_model_falls_into_every_trap() -> None:
    statements = spoil("careless", find_statements(material()), material())["statements"]
    assert found(statements, "action_items") == [
        (2, "Ben", "by Friday"),
        (3, "Peter", "by Friday"),
        (11, "Ben", "by Friday"),
    ]
    summed_up = sum_up(numbered(statements))
    assert summed_up["withdrawn"]
    assert spoil("careless", summed_up, {})["withdrawn"] == []


def test_an_honest_answer_is_left_as_it_is() -> None:
    honest = find_statements(material())
    before = repr(honest)
    for scribe in ("invents", "misses", "careless"):
        spoil(scribe, honest, material())
    assert repr(honest) == before
