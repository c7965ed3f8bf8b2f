from collections import Counter
from datetime import UTC

import pytest

from agent.minutes.checking import Checker
from agent.minutes.request import FoundStatement, FoundWords
from agent.minutes.statement import Statement, speakers_of
from tests.agent.minutes.talk import FREE, lines_of

pytestmark = pytest.mark.unit

LINES = lines_of(
    "Ana: We decided to start the pilot with forty people in March.\n"
    "Ben: I will send the signed contract by Friday.\n"
    "Ana: Tom should call the printing company.\n"
    "Ben: yes"
)
PEOPLE = speakers_of(LINES, {})
CHECKER = Checker(template=FREE, people=PEOPLE, zone=UTC)


def found(**changes: object) -> FoundStatement:
    fields: dict[str, object] = {
        "part": "decisions",
        "evidence": [FoundWords(line=1, words="start the pilot")],
        "text": "The pilot starts with forty people.",
        "owner": "",
        "due": "",
    }
    return FoundStatement.model_validate({**fields, **changes})


def check(**changes: object) -> tuple[Statement | None, dict[str, int]]:
    dropped: Counter[str] = Counter()
    return CHECKER.check(found(**changes), LINES, "m", dropped), dict(+dropped)


def words(line: int, quoted: str) -> list[FoundWords]:
    return [FoundWords(line=line, words=quoted)]


def test_a_statement_keeps_the_words_as_they_stand_in_the_segment() -> None:
    statement, dropped = check(evidence=words(1, "START THE PILOT, with forty"))
    assert statement
    assert [(q.segment.id, q.words) for q in statement.evidence] == [
        ("SG_0", "start the pilot with forty")
    ]
    assert (statement.found_by, dropped) == (("m",), {})


def test_words_one_line_away_are_found_and_the_true_line_is_named() -> None:
    statement, _ = check(evidence=words(2, "start the pilot"))
    assert statement
    assert statement.evidence[0].segment.id == "SG_0"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"evidence": words(1, "we cancel the pilot")}, "no_evidence"),
        ({"evidence": words(99, "start the pilot")}, "no_evidence"),
        ({"evidence": words(1, "the pilot")}, "no_evidence"),
        ({"evidence": []}, "no_evidence"),
        ({"part": "mood"}, "unknown_part"),
        ({"text": " "}, "empty"),
        ({"text": "The office moves to Berlin."}, "unlike_its_evidence"),
        ({"text": "The pilot starts with 50 people."}, "figure_not_said"),
        (
            {
                "text": "the name of a part and what is asked as a question proposed and not "
                "agreed to or only said to be possible is no decision about the pilot"
            },
            "repeats_instructions",
        ),
    ],
)
def test_what_rests_on_nothing_is_dropped_and_counted(
    changes: dict[str, object], reason: str
) -> None:
    assert check(**changes) == (None, {reason: 1})


def test_a_short_line_may_be_quoted_whole() -> None:
    statement, _ = check(evidence=[*words(1, "start the pilot"), *words(4, "yes")])
    assert statement
    assert [quoted.segment.id for quoted in statement.evidence] == ["SG_0", "SG_3"]


def test_figures_may_be_spoken_in_words() -> None:
    assert check(text="The pilot starts with 40 people.")[0]


def test_a_day_that_was_spoken_may_be_written_as_a_figure() -> None:
    evidence = words(2, "send the signed contract")
    assert check(evidence=evidence, text="Ben sends the contract by 21 November 2025.")[0]
    assert not check(evidence=evidence, text="Ben sends the contract by 22 November 2025.")[0]


def item(**changes: object) -> tuple[Statement | None, dict[str, int]]:
    fields: dict[str, object] = {
        "part": "action_items",
        "evidence": words(2, "send the signed contract"),
        "text": "Send the signed contract.",
        "owner": "Ben",
        "due": "by Friday",
    }
    return check(**{**fields, **changes})


@pytest.mark.parametrize("owner", ["Ben", "ben", "I", "me"])
def test_an_owner_is_the_participant_who_is_named_or_speaks(owner: str) -> None:
    statement, dropped = item(owner=owner)
    assert statement
    assert statement.owner
    assert statement.owner.identity == "id-ben"
    assert statement.due
    assert (statement.due.due, statement.due.spoken) == ("2025-11-21", "by Friday")
    assert dropped == {}


@pytest.mark.parametrize("owner", ["Tom", "Ana", "the team", "Ana and Ben"])
def test_an_owner_who_is_not_there_or_not_named_there_stays_blank(owner: str) -> None:
    statement, dropped = item(owner=owner)
    assert statement
    assert statement.owner is None
    assert dropped == {"owner_not_there": 1}


def test_somebody_spoken_of_who_is_not_there_owns_nothing() -> None:
    statement, dropped = item(
        evidence=words(3, "should call the printing"),
        text="Tom calls the printing company.",
        owner="Tom",
        due="",
    )
    assert statement
    assert statement.owner is None
    assert dropped == {"owner_not_there": 1}


@pytest.mark.parametrize("due", ["by Monday", "next week", "2025-12-24", "soon"])
def test_a_date_that_was_not_spoken_there_stays_blank(due: str) -> None:
    statement, dropped = item(due=due)
    assert statement
    assert statement.due is None
    assert dropped == {"date_not_spoken": 1}


def test_a_day_that_was_spoken_in_words_may_be_given_as_a_day() -> None:
    statement, _ = item(due="2025-11-21")
    assert statement
    assert statement.due
    assert statement.due.spoken == "by Friday"
