import pytest

from agent.commands.mentioned import find_task
from tests.agent.tasks_of_a_call import make_task

pytestmark = pytest.mark.unit

TASKS = [
    make_task(id="TK_1", what="send the contract", who="Ana"),
    make_task(id="TK_2", what="review the budget", who="Ben"),
    make_task(id="TK_3", what="send the slides", who="Ana"),
]


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ("the contract", "TK_1"),
        ("the task about sending the contract", "TK_1"),
        ("the budget review", "TK_2"),
        ("task two", "TK_2"),
        ("the third one", "TK_3"),
        ("the last one", "TK_3"),
        ("it", "TK_3"),
    ],
)
def test_a_task_is_found_by_its_words_its_number_or_its_place(about: str, found: str) -> None:
    task = find_task(about, TASKS)

    assert task
    assert task.id == found


@pytest.mark.parametrize("about", ["the invoice", "send", "task nine", "the task", ""])
def test_words_that_name_no_task_or_several_find_none(about: str) -> None:
    assert find_task(about, TASKS) is None


def test_without_tasks_nothing_is_found() -> None:
    assert find_task("it", []) is None
