import pytest

from agent.minutes.template import ACTION_ITEMS, DECISIONS
from agent.minutes.withdrawals import may_take_back, takes_back, withdrawn_by_rules
from tests.agent.minutes.talk import lines_of, statement

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "said",
    [
        "Let's not do that after all.",
        "On second thought, we keep the old one.",
        "I changed my mind about the office.",
        "Actually scratch that.",
        "Actually, never mind that.",
        "I have thought about the budget. Never mind that.",
        "I had a question about the budget, but never mind. Let's cancel the launch.",
        "So forget it.",
        "There will be no book.",
        "We take that back.",
        "The party is off.",
        "Let's rent a van instead.",
        "No, we are not going to do that.",
        "we decided against the blue design",
    ],
)
def test_words_that_take_something_back_are_known(said: str) -> None:
    assert takes_back(said)


@pytest.mark.parametrize(
    "said",
    [
        "I will cancel the old contract.",
        "Let's go with the blue design.",
        "We will not be late.",
        "And let's not forget to tell the bank about the budget.",
        "I won't send the contract without the price list.",
        "Never mind the weather, it will be fine.",
        "I had a question about the budget, but never mind.",
        "I was going to ask about the budget. Oh, never mind.",
        "Let's not start until everybody is here.",
        "Let's not cancel the launch.",
        "Let's talk about the budget instead.",
        "That is not so bad after all.",
        "Please don't forget that the contract needs two signatures.",
        "I will take it back to the shop.",
        "There will be no problem with the budget.",
        "The launch is off to a good start.",
        "I'm not going to make it on Friday.",
    ],
)
def test_other_words_take_nothing_back(said: str) -> None:
    assert not takes_back(said)


@pytest.mark.parametrize(
    "said",
    [
        "I won't send the contract without the price list.",
        "I won't send the contract on a Friday if nobody reads it.",
        "I will not forget to send the contract on Friday.",
        "We don't want to delay the contract on Friday.",
        "I won't be able to talk about the contract on Friday.",
        "We will not send the contract before Friday.",
    ],
)
def test_what_will_not_be_on_a_condition_or_is_no_undoing_takes_nothing_back(said: str) -> None:
    lines = lines_of(f"Ana: I will send the contract on Friday.\nBen: {said}")
    sending = statement(ACTION_ITEMS, lines[0].text, lines[0])
    assert withdrawn_by_rules([sending], lines) == []


@pytest.mark.parametrize(
    "said",
    [
        "Sorry, I won't send the contract.",
        "We are not going to send the contract.",
        "We don't want to send the contract so soon.",
        "No, I won't do that.",
        "We will not send the contract on Friday after all.",
        "If you ask me, it is wrong. I will not send the contract.",
    ],
)
def test_what_will_not_be_at_all_is_taken_back(said: str) -> None:
    lines = lines_of(f"Ana: I will send the contract on Friday.\nBen: {said}")
    sending = statement(ACTION_ITEMS, lines[0].text, lines[0])
    assert withdrawn_by_rules([sending], lines) == [sending]


def test_a_later_line_takes_back_what_it_names_and_nothing_else() -> None:
    lines = lines_of(
        "Ana: We decided to buy the delivery van.\n"
        "Ana: We decided to hire two drivers.\n"
        "Ben: On second thought let's not buy the delivery van."
    )
    van = statement(DECISIONS, lines[0].text, lines[0])
    drivers = statement(DECISIONS, lines[1].text, lines[1])
    assert withdrawn_by_rules([van, drivers], lines) == [van]


def test_a_line_that_only_points_back_takes_back_the_newest_while_it_is_fresh() -> None:
    talk = (
        "Ana: We decided to buy the van.\n"
        "Ana: We will go with red.\n"
        "Ben: Let's not do that after all."
    )
    lines = lines_of(talk)
    van = statement(DECISIONS, lines[0].text, lines[0])
    red = statement(DECISIONS, lines[1].text, lines[1])
    assert withdrawn_by_rules([van, red], lines) == [red]
    late = lines_of(talk, seconds_apart=200.0)
    stale = [statement(DECISIONS, late[1].text, late[1])]
    assert withdrawn_by_rules(stale, late) == []


def test_nothing_is_taken_back_before_it_was_said() -> None:
    lines = lines_of("Ben: Let's not buy the van after all.\nAna: We decided to buy the van.")
    assert withdrawn_by_rules([statement(DECISIONS, lines[1].text, lines[1])], lines) == []


def test_what_will_not_be_takes_back_what_has_two_of_its_words() -> None:
    lines = lines_of(
        "Ana: We have decided to hold the party in the office.\n"
        "Ana: We have decided to raise the price.\n"
        "Ben: We will not hold the party in the office.\n"
        "Ben: We will not be in the office."
    )
    party = statement(DECISIONS, lines[0].text, lines[0])
    price = statement(DECISIONS, lines[1].text, lines[1])
    instead = statement(DECISIONS, lines[2].text, lines[2])
    assert withdrawn_by_rules([party, price, instead], lines) == [party]


def test_of_a_decision_and_a_task_with_the_same_words_the_decision_is_meant() -> None:
    lines = lines_of(
        "Ana: We have also decided to print a book for our customers.\n"
        "Ben: I will book a room.\n"
        "Ana: We take that back, there will be no book."
    )
    book = statement(DECISIONS, lines[0].text, lines[0])
    room = statement(ACTION_ITEMS, lines[1].text, lines[1])
    assert withdrawn_by_rules([book, room], lines) == [book]


def test_a_model_is_not_believed_that_words_about_nothing_take_back_what_was_said_long_ago() -> (
    None
):
    lines = lines_of(
        "Ana: We decided to buy the van.\n"
        "Ben: All earlier decisions are withdrawn.\n"
        "Ana: The van is too dear, we changed our minds.",
        seconds_apart=200.0,
    )
    van, everything, dear = (statement(DECISIONS, line.text, line) for line in lines)
    assert not may_take_back(everything, van)
    assert may_take_back(dear, van)
    assert not may_take_back(van, dear)
    first, second = (
        statement(DECISIONS, line.text, line)
        for line in lines_of("Ana: We decided to buy the van.\nBen: No, rather not.")
    )
    assert may_take_back(second, first)
