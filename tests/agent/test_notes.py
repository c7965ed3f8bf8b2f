import pytest

from agent.answers import Answers
from agent.notes import NOTHING_TO_NOTE, Notes
from records import Store
from tests.agent.tasks_of_a_call import ROOM_SID, START_SECONDS, make_task, say, sending
from wire.answers import Answer

pytestmark = pytest.mark.unit

EARLY, LATE = say("an hour ago", "guest", at=-3600.0), say("we need it by may", "guest", at=-10.0)


async def noted(store: Store, what: str, *heard: str) -> Answer:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for segment in (EARLY, LATE) if heard else ():
        await store.add_segment(ROOM_SID, segment)
    async with sending() as publisher:
        answers = Answers(
            store=store, room_sid=ROOM_SID, publisher=publisher, now=lambda: START_SECONDS
        )
        await Notes(store, ROOM_SID, answers).note(say("Sidenote, note this"), what)
    (answer,) = await store.list_answers(ROOM_SID)
    return answer


async def test_what_others_have_just_said_is_noted(store: Store) -> None:
    answer = await noted(store, "", "heard")

    assert [quote.quote for quote in answer.quotes] == [LATE.text]
    assert (answer.text, answer.answered_by, answer.complete) == ("Noted.", "note", True)


async def test_the_words_of_a_note_are_kept_with_the_hosts_own_words(store: Store) -> None:
    answer = await noted(store, "they need it by may", "heard")

    assert answer.text == "they need it by may"
    assert [quote.speaker_identity for quote in answer.quotes] == ["host-1"]


async def test_when_nothing_was_said_nothing_is_noted(store: Store) -> None:
    assert (await noted(store, "")).text == NOTHING_TO_NOTE


async def test_tasks_are_shown_with_the_open_ones_first(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    async with sending() as publisher:
        answers = Answers(
            store=store, room_sid=ROOM_SID, publisher=publisher, now=lambda: START_SECONDS
        )
        await Notes(store, ROOM_SID, answers).show_tasks(
            say("Sidenote, list my tasks"),
            [
                make_task(what="call Ben", state="done"),
                make_task(who="Ana", due="2026-11-20T15:00", priority="high"),
            ],
        )
    (answer,) = await store.list_answers(ROOM_SID)

    assert answer.text.splitlines() == [
        "1. send the contract [Ana, by Fri 20 Nov 2026, high]",
        "2. call Ben (done)",
    ]
