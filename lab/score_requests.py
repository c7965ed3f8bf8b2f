"""Scores what was asked in writing, and the tasks that came of it and of what was said."""

from pydantic import BaseModel, Field

from lab.call_file import ExpectedTask, find_words, spoken_words
from lab.recording import Recording
from wire.tasks import Task


class Requests(BaseModel):
    """What participants asked for in writing."""

    sent: int = 0
    by_guests: int = 0
    refused: int = 0
    """Answered with an error."""
    wrong: list[str] = Field(default_factory=list)
    """Those whose answer was another one than the call file says."""


class Tasks(BaseModel):
    """What the hosts were asked to confirm; each list holds words of the tasks."""

    expected: int
    found: list[str] = Field(default_factory=list)
    missed: list[str] = Field(default_factory=list)
    twice: list[str] = Field(default_factory=list)
    unexpected: list[str] = Field(default_factory=list)
    """Nobody who may has asked for them."""
    wrong_state: list[str] = Field(default_factory=list)
    """Confirmed, rejected or done by somebody who may not; or not by somebody who may."""


def score_requests(recording: Recording) -> Requests:
    """Compare the answers with those that the call file expects."""
    result = Requests()
    for played in recording.requests:
        result.sent += 1
        result.by_guests += recording.call.participant(played.who).role == "guest"
        expected, answer = played.request.answer, played.answer
        least_error = 400 if played.request.http else 1
        result.refused += answer is not None and answer >= least_error
        if expected is not None and answer != expected:
            told = f"{played.request.label} of {played.who}: {answer} instead of {expected}"
            result.wrong.append(told)
    return result


def score_tasks(recording: Recording) -> Tasks:
    """Compare every task that a host saw, or that is in the store, with the expected ones."""
    newest: dict[str, Task] = {}
    seen = [message.task for host in recording.hosts for message in host.messages if message.task]
    for task in [*seen, *recording.stored_tasks]:
        if task.id not in newest or task.version >= newest[task.id].version:
            newest[task.id] = task
    expectations = recording.call.expectations.tasks
    result = Tasks(expected=len(expectations))
    left = list(newest.values())
    for expected in expectations:
        fitting = [task for task in left if _is_meant(expected, task)]
        left = [task for task in left if task not in fitting]
        if not fitting:
            result.missed.append(expected.what)
        elif len(fitting) > 1:
            result.twice.append(expected.what)
        elif fitting[0].state != expected.state:
            result.wrong_state.append(f"{expected.what} is {fitting[0].state}")
        else:
            result.found.append(expected.what)
    result.unexpected = [task.what for task in left]
    return result


def _is_meant(expected: ExpectedTask, task: Task) -> bool:
    return find_words(spoken_words(task.what), spoken_words(expected.what)) is not None
