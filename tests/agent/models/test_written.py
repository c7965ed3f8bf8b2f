import pytest

from agent.advice_request import AdviceAnswer
from agent.models.written import read_answer, read_partial

pytestmark = pytest.mark.unit

WHOLE = '{"line": 2, "quote": "too much", "brief": 0, "say": "Ask why, {first}."}'
ANSWER = AdviceAnswer(line=2, quote="too much", brief=0, say="Ask why, {first}.")


@pytest.mark.parametrize(
    "written",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"Here is my advice:\n{WHOLE}\nI hope {{this}} helps.",
        f"<think>The host {{may}} ask.</think>\n{WHOLE}",
        WHOLE.replace("}", ",}").replace("first,}", "first}"),
        WHOLE.replace('"line"', '"mood": {"a": [1, 2]}, "line"'),
    ],
)
def test_an_answer_in_disguise_is_read(written: str) -> None:
    assert read_answer(written, AdviceAnswer) == ANSWER


@pytest.mark.parametrize(
    "written",
    [
        "",
        "I would rather talk",
        "{",
        WHOLE[:-5],
        "[1]",
        "null",
        '{"line": 2}',
        WHOLE.replace("2", '"two"'),
        "<think>" + WHOLE,
    ],
)
def test_what_is_no_answer_is_none(written: str) -> None:
    assert read_answer(written, AdviceAnswer) is None


def test_an_unfinished_answer_grows_field_by_field() -> None:
    read = [read_partial(WHOLE[:length]) for length in range(len(WHOLE) + 1)]
    assert read[0] is None
    assert {"line": 2, "quote": "too"} in read
    assert {"line": 2, "quote": "too much", "brief": 0, "say": "Ask"} in read
    assert read[-1] == ANSWER.model_dump()


@pytest.mark.parametrize("written", ["", "{", "Well, ", '["a"', "<think>maybe {", "{1: 2}"])
def test_nothing_is_read_where_there_are_no_fields(written: str) -> None:
    assert read_partial(written) is None


def test_a_fence_and_thoughts_do_not_hide_the_beginning() -> None:
    assert read_partial('<think>{"line": 9}</think>```json\n{"line": 3') == {"line": 3}


@pytest.mark.parametrize("control", ["\\u0000", "\\u001B", "\\u001b", "\\u0000\\u0000", "\\b"])
def test_signs_that_nobody_sees_are_left_out(control: str) -> None:
    # No store of Postgres takes a NUL, and a terminal obeys what follows an escape.
    written = WHOLE.replace("Ask why", f"Ask{control} why")

    assert read_answer(written, AdviceAnswer) == ANSWER
    assert read_answer(f"```{written}```", AdviceAnswer) == ANSWER
    assert read_partial(written) == ANSWER.model_dump()


def test_a_backslash_that_is_meant_stays() -> None:
    written = WHOLE.replace("Ask why", "Ask \\\\u0000 why")

    assert read_partial(written) == {**ANSWER.model_dump(), "say": "Ask \\u0000 why, {first}."}
