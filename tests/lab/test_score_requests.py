"""What was asked in writing, and the tasks that came of it."""

import pytest

from lab.call_file import CallFile, Request
from lab.recording import PlayedRequest, Recording
from lab.score import score
from lab.score_requests import score_requests, score_tasks
from lab.witness import SeenMessage
from tests.lab.recordings import CALL, START, make_recording
from wire.tasks import TASK, Task, TaskState

pytestmark = pytest.mark.unit


def recording_with(*tasks: Task, wants: str | None = None) -> Recording:
    """Return a recording in which the host saw some tasks, and the call file wants one."""
    content = CALL.model_dump()
    if wants:
        content["expectations"]["tasks"] = [{"what": wants, "state": "confirmed"}]
    recording = make_recording(CallFile.model_validate(content))
    recording.hosts[0].messages += [
        SeenMessage(
            received_seconds=START,
            topic=TASK,
            payload=task.model_dump_json().encode(),
            point=None,
            task=task,
        )
        for task in tasks
    ]
    return recording


def task(what: str, state: TaskState = "proposed", task_id: str = "TA_1", version: int = 1) -> Task:
    return Task(
        id=task_id,
        version=version,
        sequence=version,
        state=state,
        what=what,
        quote="",
        host_identity="host-ana",
        created_at_ms=1,
        changed_at_ms=1,
    )


def test_a_task_that_nobody_expects_fails_the_call() -> None:
    assert score(recording_with(task("send the money"))).failures == [
        "tasks.unexpected: send the money"
    ]


def test_a_task_that_only_the_store_has_is_found_too() -> None:
    recording = recording_with()
    recording.stored_tasks = [task("send the money")]

    assert score_tasks(recording).unexpected == ["send the money"]


def test_the_newest_version_of_an_expected_task_counts() -> None:
    early = task("send the contract")
    late = task("send the contract", "confirmed", version=2)

    assert score_tasks(recording_with(early, late, wants="contract")).found == ["contract"]
    assert score_tasks(recording_with(early, wants="contract")).wrong_state == [
        "contract is proposed"
    ]
    assert score_tasks(recording_with(wants="contract")).missed == ["contract"]
    again = task("the contract again", "confirmed", "TA_2")
    assert score_tasks(recording_with(late, again, wants="contract")).twice == ["contract"]


def test_an_answer_other_than_the_call_file_says_fails_the_call() -> None:
    recording = make_recording()
    refused = Request(rpc="pause", payload={}, answer=4003)
    closed = Request(http="GET", path="/rooms", answer=401)
    recording.requests = [
        PlayedRequest(who="ben", request=refused, answer=4003),
        PlayedRequest(who="ben", request=refused, answer=0),
        PlayedRequest(who="ben", request=closed, answer=200),
        PlayedRequest(who="ana", request=Request(topic="x"), answer=None),
    ]

    result = score_requests(recording)

    assert (result.sent, result.by_guests, result.refused) == (4, 3, 1)
    assert score(recording).failures == [
        "requests.wrong: pause of ben: 0 instead of 4003, GET /rooms of ben: 200 instead of 401"
    ]
