import pytest

from agent.minutes.template import ACTION_ITEMS, DECISIONS, KEY_POINTS, OPEN_QUESTIONS, Section
from agent.minutes.template import Template as MinutesTemplate
from tests.agent.minutes.talk import SALES_CALL, found_by_rules, lines_of

pytestmark = pytest.mark.unit


def texts(text: str, part: str) -> list[str]:
    return [one.text for one in found_by_rules(lines_of(text)) if one.part == part]


@pytest.mark.parametrize(
    "said",
    [
        "We decided to start the pilot in May.",
        "we agreed on the smaller office",
        "Okay, let's go with the second vendor.",
        "We will go with Postgres then.",
        "The decision is to hire two more people.",
        "It's settled, we move to Vienna.",
        "Agreed, we will raise the price by ten percent.",
        "We have also decided to print a book.",
    ],
)
def test_what_is_decided_outright_is_a_decision(said: str) -> None:
    assert texts(f"Ana: {said}\nBen: fine", DECISIONS) == [said]


@pytest.mark.parametrize(
    "said",
    [
        "Should we go with the second vendor?",
        "Have we decided on the office?",
        "We have not decided on the office yet.",
        "Maybe we will go with Postgres.",
        "If we decided to move, it would cost a lot.",
        "You could let us use the second vendor.",
        "We have to plan the launch, so let us begin.",
    ],
)
def test_what_is_asked_or_only_possible_is_no_decision(said: str) -> None:
    assert texts(f"Ana: {said}\nBen: fine", DECISIONS) == []


@pytest.mark.parametrize(
    ("talk", "owner", "due"),
    [
        ("Ana: I will send the contract by Friday.\nBen: good", "Ana", "2025-11-21"),
        ("Ben: i'll prepare the slides tomorrow\nAna: good", "Ben", "2025-11-21"),
        ("Ana: Ben will book the room for Monday.\nBen: good", "Ben", "2025-11-24"),
        ("Ana: Ben, please call the bank.\nBen: good", "Ben", ""),
        ("Ana: Could you check the invoice?\nBen: Sure, no problem.", "Ben", ""),
        (
            "Ana: Ben, can you check the invoice?\nCem: What invoice was it again?\nBen: x",
            "Ben",
            "",
        ),
        ("Ana: Tom will call the printing company.\nBen: good", "", ""),
        ("Ana: The next step is to sign the papers.\nBen: good", "", ""),
    ],
)
def test_an_action_item_has_the_owner_and_the_date_that_were_spoken(
    talk: str, owner: str, due: str
) -> None:
    (item,) = [one for one in found_by_rules(lines_of(talk)) if one.part == ACTION_ITEMS]
    assert (item.owner.name if item.owner else "") == owner
    assert (item.due.due if item.due else "") == due


@pytest.mark.parametrize(
    "said",
    [
        "I will not send anything.",
        "I think I will see how it goes.",
        "I can hear you well.",
        "I'll be in Vienna.",
    ],
)
def test_what_nobody_takes_on_is_no_action_item(said: str) -> None:
    assert texts(f"Ana: {said}\nBen: fine", ACTION_ITEMS) == []


def test_a_request_that_nobody_takes_on_is_no_action_item_of_anybody() -> None:
    talk = "Ana: Could you send the list of users?\nBen: We had a very long winter this year."
    assert texts(talk, ACTION_ITEMS) == []


@pytest.mark.parametrize(
    ("talk", "open_ones"),
    [
        ("Ben: What does the plan for teams cost?\nAna: It is thirty euros.", 0),
        ("Ben: Is customer data stored in Europe?\nAna: I don't know, I will ask.", 1),
        ("Ben: How long does the migration take?\nBen: Bye.", 1),
        ("Ben: Is the export part of the plan?\nAna: Yes.", 0),
        ("Ana: Who will speak at the launch?\nBen: We do not know that yet.", 1),
        ("Ana: How many guests can we invite?\nBen: That is open too.", 1),
        ("Ana: It is still unclear who pays for the migration.\nBen: right", 1),
    ],
)
def test_a_question_is_open_while_nobody_has_answered_it(talk: str, open_ones: int) -> None:
    assert len(texts(talk, OPEN_QUESTIONS)) == open_ones


def test_every_statement_quotes_words_that_stand_in_their_segment() -> None:
    for one in found_by_rules(lines_of(SALES_CALL)):
        for quoted in one.evidence:
            assert quoted.words in quoted.segment.text


def test_key_points_come_from_all_of_a_long_meeting() -> None:
    talk = "\n".join(
        f"Ana: Point {n} is about item{n} and its price for customer{n}." for n in range(300)
    )
    lines = lines_of(talk)
    places = [
        lines.index(one.evidence[0].segment)
        for one in found_by_rules(lines)
        if one.part == KEY_POINTS
    ]
    assert len(places) >= 10
    assert all(
        any(third * 100 <= place < third * 100 + 100 for place in places) for third in range(3)
    )


def test_a_section_of_a_template_is_found_by_its_cues_in_any_inflection() -> None:
    section = Section(id="needs", title="Needs", look_for="x", cues=("we are looking for",))
    template = MinutesTemplate(name="x", title="X", sections=(section,))
    lines = lines_of("Ben: We were shopping.\nBen: We are looking for a new vendor.")
    found = [one.text for one in found_by_rules(lines, template) if one.part == "needs"]
    assert found == ["We are looking for a new vendor."]
