import pytest

from agent.search import LineIndex, search_terms

pytestmark = pytest.mark.unit

LINES = [
    "The team plan costs 12 euro per user.",
    "Support answers in German and English.",
    "Data is stored in Frankfurt.",
    "The support team is in Vienna.",
]


def places(question: str) -> list[int]:
    return [found.place for found in LineIndex(LINES).find(question, 10)]


def test_the_line_with_the_rarest_words_of_a_question_comes_first() -> None:
    assert places("does the support team answer in german")[0] == 1
    assert places("where is the data hosted") == [2]


def test_words_of_one_sense_are_one_word() -> None:
    assert places("how much is it") == [0]
    assert places("what is the price") == places("what does it cost") == [0]


def test_a_line_covers_the_more_of_a_question_the_more_of_its_words_it_has() -> None:
    index = LineIndex(LINES)
    (whole,) = index.find("german english", 1)
    (part,) = index.find("german english lessons", 1)
    (little,) = index.find("german lessons for children at night", 1)

    assert whole.share == 1.0
    assert whole.share > part.share > little.share > 0


def test_the_share_of_a_question_hardly_depends_on_how_many_lines_there_are() -> None:
    (alone,) = LineIndex(LINES[:1]).find("what is the price of the team plan today", 1)
    (among,) = LineIndex(LINES).find("what is the price of the team plan today", 1)

    assert alone.share == pytest.approx(among.share, abs=0.1)


@pytest.mark.parametrize("question", ["", "what do you think about that", "elephants"])
def test_a_question_without_telling_words_finds_nothing(question: str) -> None:
    assert places(question) == []


@pytest.mark.parametrize("lines", [[], [""], ["the of and"]])
def test_lines_without_words_can_be_searched(lines: list[str]) -> None:
    assert LineIndex(lines).find("anything", 5) == []


def test_signs_of_money_are_words() -> None:
    assert search_terms("49 €")[-1] == search_terms("price")[0]
