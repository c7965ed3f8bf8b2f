from datetime import datetime
from typing import Any

import pytest

from agent.commands.command import Speaking
from agent.commands.grammar import read_command

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 18, 15, 30)  # noqa: DTZ001 - the words mean local time
SPEAKING = Speaking(host_name="Ana", people=("Ana", "Ben Miller", "Cara"))
FRIDAY = {"due": "2026-11-20", "due_spoken": "on friday"}


def read(words: str) -> dict[str, Any] | None:
    command = read_command(words, SPEAKING, NOW)
    if command is None:
        return None
    fields = {name: getattr(command, name) for name in command.__slots__}
    return {name: value for name, value in fields.items() if value}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "remind me to send the contract on friday",
            {"what": "send the contract", "who": "Ana"} | FRIDAY,
        ),
        (
            "remind me on friday to send the contract",
            {"what": "send the contract", "who": "Ana"} | FRIDAY,
        ),
        (
            "please remind ben to review the budget",
            {"what": "review the budget", "who": "Ben Miller"},
        ),
        ("remind us to send the slides", {"what": "send the slides"}),
        ("remind zoe to call", {"what": "zoe: call"}),
        ("add a task for cara to book the room", {"what": "book the room", "who": "Cara"}),
        ("new task: fix the slides", {"what": "fix the slides"}),
        ("create a high priority task to call them", {"what": "call them", "priority": "high"}),
        ("add a task to tidy up with low priority", {"what": "tidy up", "priority": "low"}),
    ],
)
def test_a_new_task_has_what_was_spoken_and_nothing_else(
    words: str, expected: dict[str, str]
) -> None:
    assert read(words) == {"intent": "task_create"} | expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mark the contract as done", {"intent": "task_complete", "about": "the contract"}),
        ("mark the contract has done", {"intent": "task_complete", "about": "the contract"}),
        ("the contract is done", {"intent": "task_complete", "about": "the contract"}),
        ("complete task two", {"intent": "task_complete", "about": "task two"}),
        (
            "move the contract to monday",
            {
                "intent": "task_change",
                "about": "the contract",
                "due": "2026-11-23",
                "due_spoken": "monday",
            },
        ),
        (
            "assign the contract to cara",
            {"intent": "task_change", "about": "the contract", "who": "Cara"},
        ),
        (
            "make the contract high priority",
            {"intent": "task_change", "about": "the contract", "priority": "high"},
        ),
        (
            "change the contract to send two copies",
            {"intent": "task_change", "about": "the contract", "what": "send two copies"},
        ),
        ("list my tasks", {"intent": "task_list"}),
        ("what are the tasks", {"intent": "task_list"}),
        ("note this", {"intent": "note"}),
        ("note that they want a discount", {"intent": "note", "what": "they want a discount"}),
        ("know that they won the discount", {"intent": "note", "what": "they won the discount"}),
        ("summarize the call so far please", {"intent": "summarize"}),
        ("pause", {"intent": "pause"}),
        ("resume please", {"intent": "resume"}),
        ("be quiet", {"intent": "mute"}),
        ("speak", {"intent": "speak"}),
        ("read the answer out loud", {"intent": "speak"}),
        (
            "what did ben say about the price",
            {"intent": "ask", "what": "what did ben say about the price"},
        ),
        ("tell us what ben said", {"intent": "ask", "what": "what ben said", "aloud": True}),
        ("can you tell me what ben said", {"intent": "ask", "what": "what ben said"}),
        ("how much is it out loud", {"intent": "ask", "what": "how much is it", "aloud": True}),
    ],
)
def test_other_commands_are_read(words: str, expected: dict[str, Any]) -> None:
    assert read(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "i think we should talk about the budget",
        "delete all tasks",
        "pause before the demo",
        "",
        "add a task",
    ],
)
def test_what_is_no_command_is_none(words: str) -> None:
    assert read(words) is None


def test_a_first_name_of_two_people_names_nobody() -> None:
    speaking = Speaking(host_name="Ana", people=("Ana", "Ben Miller", "Ben Shaw"))

    command = read_command("remind ben to call", speaking, NOW)

    assert command
    assert (command.who, command.what) == ("", "ben: call")


def test_a_name_that_is_a_pattern_is_only_a_name() -> None:
    speaking = Speaking(host_name=".*", people=(".*", "(a+)+$"))

    command = read_command("remind somebody to call", speaking, NOW)

    assert command
    assert command.who == ""
