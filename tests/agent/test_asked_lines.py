import pytest

from agent.asked_lines import is_summary, lines_to_read, lines_to_show
from tests.agent.tasks_of_a_call import say
from transcript_buffer import Segment

pytestmark = pytest.mark.unit

FILLER = [say(f"then we talk about topic number {n}", at=100.0 + n) for n in range(300)]
PRICE = say("the price is too high for us", "guest", at=50.0)
BEFORE, AFTER = say("what do you say to it", at=48.0), say("i see", at=52.0)
CALL = [BEFORE, PRICE, AFTER, *FILLER]


def test_a_short_call_is_read_as_a_whole() -> None:
    assert lines_to_read(CALL[:5], "anything", 10_000) == CALL[:5]


def test_of_a_long_call_what_has_to_do_with_the_question_is_read_with_its_surroundings() -> None:
    read = lines_to_read(CALL, "what did they say about the price", 1_000)

    assert read[:3] == [BEFORE, PRICE, AFTER]
    assert read[-1] == CALL[-1]
    assert len(read) < 40
    assert read == sorted(read, key=lambda line: line.start_seconds)


def test_a_name_in_the_question_means_who_said_it() -> None:
    mine = say("the price is fair", "host", at=60.0)

    def shown(question: str) -> list[Segment]:
        return lines_to_show([*CALL[:3], mine], question)

    assert shown("what did Ben say about the price") == [PRICE]
    assert shown("what did ben's team say on the price?") == [PRICE]
    assert shown("what about the price") == [PRICE, mine]
    assert shown("what did Ben say last") == [PRICE]
    assert shown("what did Ben say about the warranty") == []


@pytest.mark.parametrize(
    ("question", "summary"),
    [
        ("Summarize this call so far.", True),
        ("can you sum up what was said", True),
        ("what have we discussed", True),
        ("what was said about the price", False),
        ("who sums it up", False),
    ],
)
def test_a_wish_for_a_summary_is_told_from_a_question(question: str, summary: bool) -> None:
    assert is_summary(question) is summary
