import pytest

from agent.quotes import find_quote

pytestmark = pytest.mark.unit


def test_a_quote_is_returned_as_it_stands_in_the_text() -> None:
    assert find_quote("Well, it’s TOO much, Ana.", "it's too much") == "it’s TOO much"


@pytest.mark.parametrize("quote", ["", "...", "much too", "is too muc", "much Ben"])
def test_words_that_do_not_stand_there_in_a_row_are_no_quote(quote: str) -> None:
    assert find_quote("Well, it is too much, Ana.", quote) is None
