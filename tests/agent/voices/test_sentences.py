from collections.abc import AsyncIterator

import pytest

from agent.voices.sentences import LONGEST_SENTENCE, sentences

pytestmark = pytest.mark.unit


async def cut(*parts: str) -> list[str]:
    async def come() -> AsyncIterator[str]:
        for part in parts:
            yield part

    return [sentence async for sentence in sentences(come())]


async def test_a_sentence_comes_before_the_next_one_is_written() -> None:
    written: list[str] = []

    async def come() -> AsyncIterator[str]:
        for part in ("The price is ", "thirty euros. And ", "the contract"):
            written.append(part)
            yield part

    found = sentences(come())
    assert await anext(found) == "The price is thirty euros."
    assert written == ["The price is ", "thirty euros. And "]
    assert [one async for one in found] == ["And the contract"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It costs 3.50 a month. Yes.", ["It costs 3.50 a month.", "Yes."]),
        ("Ask Mr. Lee, e.g. today. Good.", ["Ask Mr. Lee, e.g. today.", "Good."]),
        ("“Yes.” He said so.", ["“Yes.”", "He said so."]),
        ("- first\n- second\n", ["- first", "- second"]),
        ("  \n ", []),
        ("", []),
    ],
)
async def test_a_text_is_cut_where_its_sentences_end(text: str, found: list[str]) -> None:
    assert await cut(text) == found
    assert await cut(*text) == found


async def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    text = "word " * 200
    found = await cut(text)
    assert all(0 < len(one) <= LONGEST_SENTENCE for one in found)
    assert " ".join(found) == text.strip()
    assert [len(one) for one in await cut("x" * 700)] == [300, 300, 100]


async def test_whoever_wants_no_more_closes_what_is_written() -> None:
    closed: list[bool] = []

    async def come() -> AsyncIterator[str]:
        try:
            while True:
                yield "More. "
        finally:
            closed.append(True)

    found = sentences(come())
    assert await anext(found) == "More."
    await found.aclose()
    assert closed == [True]
