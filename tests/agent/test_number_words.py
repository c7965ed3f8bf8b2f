import pytest

from agent.number_words import with_digits

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("the twenty first of march", "the 21st of march"),
        ("twenty-two", "22"),
        ("Three and thirtieth", "3 and 30th"),
        ("everyone wants tension", "everyone wants tension"),
    ],
)
def test_number_words_become_digits(words: str, digits: str) -> None:
    assert with_digits(words).text == digits


def test_a_part_of_the_digits_is_found_in_the_words() -> None:
    words = "call on the twenty first at three thirty please"
    digits = with_digits(words)
    start = digits.text.index("21st")

    first, last = digits.origin(start, digits.text.index(" please"))

    assert words[first:last] == "twenty first at three thirty"
