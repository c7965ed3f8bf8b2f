import pytest

from agent.advice_request import INSTRUCTIONS
from agent.models.leak import LeakWatch

pytestmark = pytest.mark.unit

WATCH = LeakWatch(INSTRUCTIONS)


@pytest.mark.parametrize(
    "answer",
    [
        INSTRUCTIONS,
        "Sure: you sit beside the host of a live call, and tell the host...",
        "MY RULES: Rest the advice only on what was said - and on the brief!",
    ],
)
def test_an_answer_that_repeats_the_instructions_is_noticed(answer: str) -> None:
    assert WATCH.repeats(answer)


@pytest.mark.parametrize(
    "answer",
    ["", "Ask what it costs them today.", "Tell the host of the next meeting what was said."],
)
def test_ordinary_advice_is_no_leak(answer: str) -> None:
    assert not WATCH.repeats(answer)


def test_a_leak_that_is_being_written_is_held_back_before_it_is_one() -> None:
    words = INSTRUCTIONS.split()[:12]
    shown = [
        " ".join(words[:count])
        for count in range(1, len(words) + 1)
        if not WATCH.may_begin(" ".join(words[:count]))
    ]
    assert max(map(len, (text.split() for text in shown))) < 4
    assert WATCH.repeats(" ".join(words))


def test_words_that_have_gone_another_way_are_shown_again() -> None:
    assert WATCH.may_begin("What to say next: rest the advice only on")
    assert not WATCH.may_begin("What to say next: rest the advice only on their own figures")
