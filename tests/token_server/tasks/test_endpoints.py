"""Tasks and answers over HTTP, as hosts and holders of the key use them."""

import csv
import io
from typing import Any

import pytest
from icalendar import Calendar

from tests.token_server.front import Front, OpenFront, create, problem
from wire.answers import Answer, AnswerQuote
from wire.tasks import Task

pytestmark = pytest.mark.room

KEY = "a-key-of-the-tests-0123456789"


def bearer(seat: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {seat['invitation']}"}


def make_task(**fields: Any) -> Task:
    values: dict[str, Any] = {
        "id": "TK_1",
        "version": 1,
        "sequence": 1,
        "state": "confirmed",
        "what": "send the contract",
        "who": "Ana",
        "due": "2030-01-04",
        "due_spoken": "on Friday",
        "quote": "Sidenote, remind me to send the contract on Friday",
        "segment_id": "SG_1",
        "host_identity": "host-1",
        "created_at_ms": 1_000,
        "changed_at_ms": 1_000,
    }
    return Task(**{**values, **fields})


async def give(front: Front, room: dict[str, Any], *tasks: Task) -> str:
    """Let a meeting of the room have some tasks."""
    desk = front.app.state.desk
    room_sid = f"RM_{room['room_name']}"
    await desk.store.open_meeting(room_sid, room_name=room["room_name"], now_ms=desk.clock())
    for task in tasks:
        assert await desk.store.put_task(room_sid, task)
    return room_sid


async def test_a_host_lists_the_tasks_of_the_newest_meeting(front: Front) -> None:
    room = await create(front)
    path = f"/rooms/{room['room_name']}/tasks"
    before = await front.client.get(path, headers=bearer(room["host"]))
    await give(front, room, make_task())

    after = await front.client.get(path, headers=bearer(room["host"]))

    assert before.json() == {"tasks": []}
    assert [Task(**task) for task in after.json()["tasks"]] == [make_task()]


async def test_a_task_changed_over_http_waits_to_be_announced_to_the_call(front: Front) -> None:
    room = await create(front)
    room_sid = await give(front, room, make_task())
    store = front.app.state.desk.store
    await store.announce_task(room_sid, make_task(sequence=7))

    answer = await front.client.patch(
        f"/rooms/{room['room_name']}/tasks/TK_1",
        json={"state": "done", "due": "2030-02-01", "who": ""},
        headers=bearer(room["host"]),
    )

    changed = Task(**answer.json())
    assert (changed.version, changed.state, changed.who) == (2, "done", "")
    assert (changed.due, changed.due_spoken) == ("2030-02-01", "")
    assert changed.what == "send the contract"
    unannounced = await store.list_unannounced_tasks(room_sid)
    assert [(task.version, task.sequence) for task in unannounced] == [(2, 7)]


async def test_a_guest_and_a_stranger_see_no_task_and_change_none(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key=KEY) as front:
        front.client.headers["X-API-Key"] = KEY
        room, other = await create(front), await create(front)
        del front.client.headers["X-API-Key"]
        await give(front, room, make_task())
        path = f"/rooms/{room['room_name']}/tasks"
        change = {"state": "done"}

        for headers, status, code in (
            ({}, 401, "key-missing"),
            ({"Authorization": "Bearer wrong"}, 401, "key-wrong"),
            (bearer(room["guest"]), 403, "not-host"),
            (bearer(other["host"]), 403, "other-room"),
            ({"Authorization": f"Bearer {room['host']['token']}"}, 401, "invitation-other-token"),
        ):
            problem(await front.client.get(path, headers=headers), status, code)
            changed = await front.client.patch(f"{path}/TK_1", json=change, headers=headers)
            problem(changed, status, code)
        with_key = await front.client.get(path, headers={"X-API-Key": KEY})
        as_bearer = await front.client.get(path, headers={"Authorization": f"Bearer {KEY}"})

    assert [task["state"] for task in with_key.json()["tasks"]] == ["confirmed"]
    assert as_bearer.json() == with_key.json()


async def test_what_cannot_be_changed_says_why_and_stays(front: Front) -> None:
    room = await create(front)
    room_sid = await give(
        front,
        room,
        make_task(),
        make_task(id="TK_2", state="rejected"),
        make_task(id="TK_3", state="proposed", proposes="complete", changes_task_id="TK_1"),
    )
    path = f"/rooms/{room['room_name']}/tasks"
    headers = bearer(room["host"])

    async def change(task_id: str, **fields: Any) -> Any:
        return await front.client.patch(f"{path}/{task_id}", json=fields, headers=headers)

    problem(await change("TK_9", state="done"), 404, "task-not-found")
    problem(await change("TK_2", state="confirmed"), 409, "task-conflict")
    problem(await change("TK_3", state="confirmed"), 409, "task-conflict")
    problem(await change("TK_1", due="next Friday"), 422, "invalid")
    problem(await change("TK_1", state="proposed"), 422, "invalid")
    problem(await change("TK_1", host_identity="somebody"), 422, "invalid")

    tasks = await front.app.state.desk.store.list_tasks(room_sid)
    assert {task.version for task in tasks} == {1}


async def test_the_hosts_of_a_new_room_do_not_see_the_tasks_of_an_old_one_of_its_name(
    open_front: OpenFront,
) -> None:
    now_ms = 1_800_000_000_000

    async with open_front(clock=lambda: now_ms) as front:
        old = await create(front, room_name="tasks-again")
        await give(front, old, make_task())
        await front.client.delete("/rooms/tasks-again")
        now_ms += 3_600_000
        new = await create(front, room_name="tasks-again")

        seen = await front.client.get("/rooms/tasks-again/tasks", headers=bearer(new["host"]))
        late = await front.client.get("/rooms/tasks-again/tasks", headers=bearer(old["host"]))

    assert seen.json() == {"tasks": []}
    problem(late, 404, "room-not-found")


async def test_files_hold_what_was_agreed_and_nothing_that_a_reader_would_run(front: Front) -> None:
    room = await create(front, room_name="files")
    await give(
        front,
        room,
        make_task(),
        make_task(
            id="TK_2",
            what="=HYPERLINK(1) [x](http://x) <b>",
            due="2030-01-05T15:00",
            priority="high",
            state="done",
            created_at_ms=2_000,
        ),
        make_task(id="TK_5", who="Ana;=HYPERLINK(1)", created_at_ms=3_000),
        make_task(id="TK_3", state="proposed", what="proposed only"),
        make_task(id="TK_4", state="done", what="a card", changes_task_id="TK_1"),
    )

    async def fetch(kind: str) -> tuple[str, str]:
        answer = await front.client.get(
            "/rooms/files/tasks", params={"format": kind}, headers=bearer(room["host"])
        )
        assert answer.status_code == 200
        return answer.text, answer.headers["content-disposition"]

    table, table_name = await fetch("csv")
    checklist, _ = await fetch("markdown")
    calendar, _ = await fetch("ics")

    assert table_name == 'attachment; filename="tasks-files.csv"'
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["what"] for row in rows] == [
        "send the contract",
        "'=HYPERLINK(1) [x](http://x) <b>",
        "send the contract",
    ]
    # Where a comma is the decimal point, spreadsheets part the columns at semicolons.
    assert rows[2]["who"] == "Ana;'=HYPERLINK(1)"
    assert "- [ ] send the contract (Ana, by 2030-01-04)" in checklist
    assert (
        "- [x] =HYPERLINK(1) \\[x\\](http://x) \\<b\\> (Ana, by 2030-01-05 15:00, high" in checklist
    )
    todos = Calendar.from_ical(calendar).walk("VTODO")
    assert [str(todo["status"]) for todo in todos] == ["NEEDS-ACTION", "COMPLETED", "NEEDS-ACTION"]
    assert [todo["due"].to_ical() for todo in todos] == [
        b"20300104",
        b"20300105T150000",
        b"20300104",
    ]
    assert all("proposed only" not in file for file in (table, checklist, calendar))


async def test_the_history_of_answers_is_listed_for_hosts_only(front: Front) -> None:
    room = await create(front)
    room_sid = await give(front, room)
    answer = Answer(
        id="AN_1",
        version=2,
        sequence=3,
        host_identity=room["host"]["identity"],
        question="What did Ben say?",
        text="Too much.",
        complete=True,
        quotes=[
            AnswerQuote(
                segment_id="SG_1",
                speaker_identity="guest-1",
                speaker_name="Ben",
                quote="too much",
                at_ms=5,
            )
        ],
        asked_at_ms=6,
    )
    await front.app.state.desk.store.put_answer(room_sid, answer)
    path = f"/rooms/{room['room_name']}/answers"

    seen = await front.client.get(path, headers=bearer(room["host"]))

    assert [Answer(**one) for one in seen.json()["answers"]] == [answer]
    problem(await front.client.get(path, headers=bearer(room["guest"])), 403, "not-host")


@pytest.mark.parametrize("due", ["2030-02-30", "2030-01-04T25:00"])
async def test_a_day_that_no_calendar_has_is_refused(front: Front, due: str) -> None:
    room = await create(front)
    await give(front, room, make_task())
    path = f"/rooms/{room['room_name']}/tasks"

    answer = await front.client.patch(
        f"{path}/TK_1", json={"due": due}, headers=bearer(room["host"])
    )

    problem(answer, 422, "invalid")
    files = await front.client.get(f"{path}?format=ics", headers=bearer(room["host"]))
    assert files.status_code == 200
