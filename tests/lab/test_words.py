"""How words are compared."""

import pytest

from lab.words import find_words, spoken_words

pytestmark = pytest.mark.unit


def test_words_are_compared_without_signs_and_capitals() -> None:
    assert spoken_words("It\N{RIGHT SINGLE QUOTATION MARK}s twenty-one, Ben!") == [
        "it's",
        "twenty",
        "one",
        "ben",
    ]


def test_words_are_found_only_in_a_row_and_whole() -> None:
    words = ["the", "price", "of", "the", "prize"]
    assert find_words(words, ["the", "prize"]) == 3
    assert find_words(words, ["price", "the"]) is None
    assert find_words(words, ["pri"]) is None
    assert find_words(words, []) is None


def test_a_misheard_word_is_allowed_where_it_is_said_and_a_missing_one_never() -> None:
    heard = ["one", "too", "three"]
    assert find_words(heard, ["one", "two", "three"]) is None
    assert find_words(heard, ["one", "two", "three"], misheard=1) == 0
    assert find_words(["one", "three"], ["one", "two", "three"], misheard=1) is None
