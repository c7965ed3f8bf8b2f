"""The life of a task: proposed, confirmed, changed by two at once, told to the hosts, erased."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.publisher import Publisher
from agent.refusals import ConflictError, NotFoundError
from agent.tasks import MOST_PROPOSED, Tasks, TooManyProposalsError, Wish
from records import Store
from tests.agent.tasks_of_a_call import (
    ROOM_SID,
    START_SECONDS,
    make_task,
    read_database,
    say,
    sending,
)
from wire.controls import TaskConfirmRequest

pytestmark = pytest.mark.unit

ORDER = say("Sidenote, remind me to send the contract on Friday")
WISH = Wish(what="send the contract", who="Ana", due="2026-11-20", due_spoken="on Friday")


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with sending() as opened:
        yield opened


@pytest.fixture
async def tasks(store: Store, publisher: Publisher) -> Tasks:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return Tasks(store=store, room_sid=ROOM_SID, publisher=publisher, now=lambda: START_SECONDS)


async def test_only_a_confirmation_makes_a_proposal_a_task(tasks: Tasks, store: Store) -> None:
    proposed = await tasks.propose(WISH, ORDER)
    before = await tasks.list()

    done = await tasks.confirm(TaskConfirmRequest(id=proposed.id, what="send two copies", who=""))

    assert before == []
    assert done == proposed.id
    (task,) = await tasks.list()
    assert (task.state, task.version) == ("confirmed", 2)
    assert (task.what, task.who, task.due) == ("send two copies", "", "2026-11-20")
    assert (task.quote, task.segment_id) == (ORDER.text, ORDER.id)
    with pytest.raises(ConflictError):
        await tasks.confirm(TaskConfirmRequest(id=proposed.id))
    with pytest.raises(ConflictError):
        await tasks.reject(proposed.id)


async def test_a_rejected_proposal_is_no_task_and_cannot_be_confirmed(tasks: Tasks) -> None:
    proposed = await tasks.propose(WISH, ORDER)

    await tasks.reject(proposed.id)

    assert await tasks.list() == []
    with pytest.raises(ConflictError):
        await tasks.confirm(TaskConfirmRequest(id=proposed.id))
    with pytest.raises(NotFoundError):
        await tasks.reject("TK_unknown")


async def test_a_confirmed_change_changes_the_task_and_leaves_no_second_one(
    tasks: Tasks, store: Store
) -> None:
    await store.put_task(ROOM_SID, make_task(who="Ana"))
    wish = Wish(
        proposes="change",
        changes=make_task(),
        what="send the contract",
        due="2026-11-23",
        who="Ana",
    )
    change = await tasks.propose(wish, ORDER)

    assert await tasks.confirm(TaskConfirmRequest(id=change.id, priority="high")) == "TK_1"

    (task,) = await tasks.list()
    assert (task.id, task.due, task.priority, task.version) == ("TK_1", "2026-11-23", "high", 2)
    complete = await tasks.propose(Wish(proposes="complete", changes=task, what=task.what), ORDER)
    await tasks.confirm(TaskConfirmRequest(id=complete.id))
    assert [(one.id, one.state) for one in await tasks.list()] == [("TK_1", "done")]


async def test_a_change_made_meanwhile_is_not_overwritten_and_the_host_is_told(
    tasks: Tasks, store: Store
) -> None:
    task = make_task()
    await store.put_task(ROOM_SID, task)
    wish = Wish(proposes="change", changes=task, what=task.what, due="2026-11-23")
    change = await tasks.propose(wish, ORDER)
    # As the token server does for a host who edits it over HTTP.
    edited = task.model_copy(update={"version": 2, "what": "send two copies"})
    assert await store.put_task(ROOM_SID, edited)

    with pytest.raises(ConflictError, match="changed after this was proposed"):
        await tasks.confirm(TaskConfirmRequest(id=change.id))

    assert await tasks.list() == [edited]
    await tasks.reject(change.id)
    again = await tasks.propose(
        Wish(proposes="change", changes=edited, what=edited.what, due="2026-11-23"), ORDER
    )
    await tasks.confirm(TaskConfirmRequest(id=again.id))
    (done,) = await tasks.list()
    assert (done.what, done.due, done.version) == ("send two copies", "2026-11-23", 3)


async def test_a_change_that_was_half_confirmed_can_be_confirmed_again(
    tasks: Tasks, store: Store
) -> None:
    task = make_task()
    await store.put_task(ROOM_SID, task)
    wish = Wish(proposes="change", changes=task, what=task.what, due="2026-11-23")
    change = await tasks.propose(wish, ORDER)
    # The store went away after the task was changed and before the proposal was done.
    await store.put_task(ROOM_SID, task.model_copy(update={"version": 2, "due": "2026-11-23"}))

    assert await tasks.confirm(TaskConfirmRequest(id=change.id)) == task.id
    assert [(one.id, one.due, one.version) for one in await tasks.list()] == [
        (task.id, "2026-11-23", 2)
    ]


async def test_proposals_that_nobody_answers_do_not_pile_up(tasks: Tasks) -> None:
    for _ in range(MOST_PROPOSED):
        await tasks.propose(WISH, ORDER)

    with pytest.raises(TooManyProposalsError):
        await tasks.propose(WISH, ORDER)


async def test_of_two_changes_at_once_the_second_is_refused(store: Store, tasks: Tasks) -> None:
    task = make_task(state="proposed")
    await store.put_task(ROOM_SID, task)
    elsewhere = task.model_copy(update={"version": 2, "state": "rejected"})

    assert await store.put_task(ROOM_SID, elsewhere)
    assert not await store.put_task(ROOM_SID, task.model_copy(update={"version": 2}))
    with pytest.raises(ConflictError):
        await tasks.confirm(TaskConfirmRequest(id=task.id))


async def test_what_changes_here_or_over_http_is_numbered_and_told(
    tasks: Tasks, store: Store
) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(tasks.run())
        proposed = await tasks.propose(WISH, ORDER)
        await until_announced(store)
        first = await store.find_task(ROOM_SID, proposed.id)
        assert first
        # As the token server does.
        await store.put_task(
            ROOM_SID, first.model_copy(update={"version": 2, "state": "confirmed"})
        )
        await until_announced(store)
        second = await store.find_task(ROOM_SID, proposed.id)
        running.cancel()

    assert (first.version, first.sequence) == (1, 1)
    assert second
    assert (second.version, second.sequence, second.state) == (2, 2, "confirmed")


async def until_announced(store: Store) -> None:
    async with asyncio.timeout(20):
        while await store.list_unannounced_tasks(ROOM_SID):  # noqa: ASYNC110 - none tells
            await asyncio.sleep(0.01)


async def test_of_erased_words_no_byte_is_left_and_the_hosts_are_told(
    tasks: Tasks, store: Store, database_url: str
) -> None:
    spoken = await tasks.propose(WISH, ORDER)
    typed = make_task(id="TK_typed", what="typed by hand", quote="", segment_id="")
    await store.put_task(ROOM_SID, typed)

    await tasks.erase_speaker(ORDER.speaker)

    assert [task.id for task in await store.list_unannounced_tasks(ROOM_SID)] == [
        "TK_typed",
        spoken.id,
    ]
    erased = await store.find_task(ROOM_SID, spoken.id)
    assert erased
    assert (erased.state, erased.version, erased.what, erased.quote) == (
        "rejected",
        2,
        "(erased)",
        "",
    )
    assert b"contract" not in read_database(database_url)
