import random

import pytest

from transcript_buffer.word_search import (
    MOST_PHRASES,
    SNIPPET_LENGTH,
    Phrase,
    cut_snippet,
    parse_query,
)

pytestmark = pytest.mark.unit


def found_in(text: str, query: str) -> list[str]:
    """What of a text a snippet marks."""
    snippet = cut_snippet(text, parse_query(query))
    return [snippet.text[start:end] for start, end in snippet.spans]


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("price", [Phrase(("price",), is_beginning=False)]),
        ("Second  MEETING", [Phrase(("second",), False), Phrase(("meeting",), False)]),
        ('"second meeting"', [Phrase(("second", "meeting"), False)]),
        ("meet*", [Phrase(("meet",), True)]),
        ('"second meet"*', [Phrase(("second", "meet"), True)]),
        ("e-mail", [Phrase(("e", "mail"), False)]),
        ("Café Zürich", [Phrase(("cafe",), False), Phrase(("zurich",), False)]),
        ("Cafe\u0301", [Phrase(("cafe",), False)]),
        ("a*", [Phrase(("a",), False)]),
        ('"not closed', [Phrase(("not", "closed"), False)]),
        ("会議", [Phrase(("会議",), False)]),
    ],
)
def test_words_phrases_and_beginnings_are_told_apart(query: str, phrases: list[Phrase]) -> None:
    assert list(parse_query(query)) == phrases


@pytest.mark.parametrize("query", ["", "   ", '"', '""', "*", "!?", "'", "()", "---", "\0", "…"])
def test_what_holds_no_word_asks_for_nothing(query: str) -> None:
    assert parse_query(query) == ()


def test_signs_of_query_languages_mean_nothing() -> None:
    phrases = parse_query('a NEAR(b, 3) OR NOT c^2 {text}: -d AND (e) "f" + g:h')

    words = [word for phrase in phrases for word in phrase.words]
    assert " ".join(words) == "a near b 3 or not c 2 text d and e f g h"


def test_of_a_very_long_query_the_first_phrases_count() -> None:
    assert len(parse_query(" ".join(f"word{number}" for number in range(100)))) == MOST_PHRASES


def test_what_was_found_is_marked_as_it_was_written() -> None:
    assert found_in("The PRICE is too high; prices rise", "price") == ["PRICE"]
    assert found_in("The PRICE is too high; prices rise", "pric*") == ["PRICE", "prices"]
    assert found_in("a second meeting, a meeting", '"second meeting"') == ["second meeting"]
    assert found_in("Cafe\u0301 und Café", "cafe") == ["Cafe\u0301", "Café"]


def test_phrases_that_overlap_are_one_mark() -> None:
    assert found_in("one two three", '"one two" "two three"') == ["one two three"]


def test_a_snippet_of_a_long_text_holds_the_place_and_whole_words() -> None:
    words = [f"word{number}" for number in range(300)]
    words[200] = "needle"
    text = " ".join(words)

    snippet = cut_snippet(text, parse_query("needle"))

    assert found_in(text, "needle") == ["needle"]
    assert len(snippet.text) <= SNIPPET_LENGTH + len("…  …")
    assert snippet.text.startswith("… ")
    assert snippet.text.endswith(" …")
    assert set(snippet.text.strip("… ").split()) <= set(words)


def test_a_snippet_is_cut_out_of_any_text() -> None:
    pick = random.Random(7)
    letters = "ab  éß\u0301日\U0001f389*\"'-"
    for _ in range(500):
        text = "".join(pick.choice(letters) for _ in range(pick.randint(0, 700)))
        query = "".join(pick.choice(letters) for _ in range(pick.randint(0, 8)))
        snippet = cut_snippet(text, parse_query(query))
        assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.spans)
        assert snippet.text.removeprefix("… ").removesuffix(" …") in text
