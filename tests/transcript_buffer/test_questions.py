import pytest

from transcript_buffer.questions import find_question, is_question

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "It costs how much?",
        "how much is the enterprise plan",
        "and what about support",
        "so um where would our data be hosted",
        "do you support single sign on",
        "we like it a lot can you tell me about the price",
        "i was wondering whether there is a trial",
        "in which languages do you answer",
        "isn't there a cheaper plan",
        "does it integrate with salesforce",
        "Fine. Is there a discount",
    ],
)
def test_a_question_is_told_without_its_mark(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "we have twelve people in the team",
        "that is what i thought",
        "when you have time call me",
        "i know how it is",
        "thank you that was helpful",
        "",
    ],
)
def test_a_statement_is_none(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "that sounds very useful and what is the price for forty people",
            "what is the price for forty people",
        ),
        ("Fine. Is there a discount? We pay yearly.", "Is there a discount? We pay yearly."),
        ("So what does it cost", "So what does it cost"),
        ("that is all", None),
    ],
)
def test_what_stands_before_a_question_is_no_part_of_it(text: str, question: str | None) -> None:
    assert find_question(text) == question
