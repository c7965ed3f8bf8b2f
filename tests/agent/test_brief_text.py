import pytest

from agent.brief_text import LONGEST_PASSAGE, read_passages
from records import Document

pytestmark = pytest.mark.unit


def passages(text: str, *, by_page: bool = False) -> list[tuple[int, str, str]]:
    document = Document(name="notes", text=text, by_page=by_page, given_at_ms=0)
    return [(one.line.line, one.line.text, one.about) for one in read_passages(document)]


def test_the_answer_under_a_question_is_a_passage_about_it() -> None:
    text = (
        "# FAQ\n\n## Is there a trial?\nYes, **14 days**.\n\nQ: And then?\nA: You pay.\n\nThe end."
    )

    assert passages(text) == [
        (4, "Yes, 14 days.", "Is there a trial?"),
        (7, "You pay.", "Is there a trial? And then?"),
        (9, "The end.", "Is there a trial?"),
    ]


def test_a_paragraph_that_is_broken_into_lines_is_one_passage() -> None:
    assert passages(
        "The support team answers\nin German and English.\nNobody is there at night."
    ) == [
        (1, "The support team answers in German and English.", ""),
        (3, "Nobody is there at night.", ""),
    ]


def test_rows_of_a_table_and_items_of_a_list_stand_alone_under_their_headings() -> None:
    table = "| plan | price |\n|---|---|\n| Team | 12 € |\n| Pro | 29 € |"
    text = f"# Prices\n{table}\n\n- Setup: free\n- 1. year: 10 %"

    assert passages(text) == [
        (4, "Team: 12 €", "Prices plan: price"),
        (5, "Pro: 29 €", "Prices plan: price"),
        (7, "Setup: free", "Prices"),
        (8, "1. year: 10 %", "Prices"),
    ]


def test_of_a_pdf_the_page_is_counted() -> None:
    assert [line for line, _, _ in passages("One.\nTwo.\fThree.", by_page=True)] == [1, 1, 2]


def test_an_endless_line_is_cut() -> None:
    ((_, text, _),) = passages("word " * 10_000)

    assert len(text) == LONGEST_PASSAGE


@pytest.mark.parametrize("line", ["# x{}y", "#{}x#y", "**{}x", "Q{}x", "{}?x", "|{}x"])
@pytest.mark.parametrize("filler", ["#", " ", "? ", "|", "| "])
def test_a_line_made_to_be_slow_is_read_like_any_other(line: str, filler: str) -> None:
    # By a pattern that tries every way to part the filler, this would take hours.
    assert len(passages(line.format(filler * 200_000))) <= 1


def test_what_every_passage_stands_under_is_no_longer_than_a_passage() -> None:
    long = "a" * 100_000
    text = f"# {long}\n\n| {long} | b |\n|---|---|\n| c | d |\n\n{long}?\nYes."

    assert max(len(about) for _, _, about in passages(text)) <= 3 * LONGEST_PASSAGE + 2
