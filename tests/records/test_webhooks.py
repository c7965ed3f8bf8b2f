"""Webhooks and playbooks in the store, on both databases."""

import pytest

from records import Store
from records.playbooks import TooManyPlaybooksError
from records.webhooks import TooManyWebhooksError, Webhook
from wire.minutes import Evidence, Minutes, MinutesLine

pytestmark = pytest.mark.unit

HOUR_MS = 3_600_000


def make_webhook(number: int, *events: str) -> Webhook:
    return Webhook(
        id=f"WH_{number}",
        url="https://example.com/",
        events=events,  # type: ignore[arg-type]
        secret="whsec_x",
        with_words=False,
        created_at_ms=1000,
    )


async def write(store: Store, state: str, at_ms: int) -> None:
    line = MinutesLine(text="x", evidence=[Evidence(segment_id="s", quote="x")])
    minutes = Minutes.model_validate(
        {
            "room_sid": "RM_1", "version": 1, "state": state, "template": "free",
            "written_at_ms": at_ms, "transcript_sequence": 1, "title": "t", "summary": [line],
            "key_points": [], "decisions": [], "action_items": [], "open_questions": [],
            "consent": "", "coverage": "",
        }
    )  # fmt: skip
    assert await store.put_minutes(minutes, seen=await store.see_erasures("RM_1"))


async def test_every_event_is_queued_once_for_each_who_wants_it(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.started", "minutes.ready"), most=9)
    await store.add_webhook(make_webhook(2, "meeting.ended"), most=9)
    await store.open_meeting("RM_0", room_name="before", now_ms=999)
    await store.open_meeting("RM_1", room_name="acme", now_ms=1001)
    await write(store, "live", 1002)

    assert await store.queue_deliveries(now_ms=2000) == 1
    assert await store.queue_deliveries(now_ms=2001) == 0
    await store.end_meeting("RM_1", now_ms=2002)
    await write(store, "final", 2003)
    assert await store.queue_deliveries(now_ms=3000) == 2

    first = await store.list_deliveries("WH_1", most=9)
    assert [(one.event, one.subject) for one in first] == [
        ("minutes.ready", "free//2"),
        ("meeting.started", "RM_1"),
    ]
    (second,) = await store.list_deliveries("WH_2", most=9)
    assert (second.event, second.happened_at_ms) == ("meeting.ended", 2002)


async def test_a_recording_that_takes_longer_than_an_hour_is_told_when_it_is_done(
    store: Store,
) -> None:
    await store.add_upload(
        "UP_1", source="http", name="x", kind="mp3", size_bytes=1, duration_ms=1, now_ms=500
    )
    await store.add_webhook(make_webhook(1, "meeting.ended"), most=9)
    done_ms = 3 * HOUR_MS
    assert await store.queue_deliveries(now_ms=done_ms - 1) == 0
    # As the job does it: the meeting ended when the recording was given.
    await store.end_meeting("UP_1", now_ms=500)
    await store.finish_upload("UP_1", speakers=1, now_ms=done_ms)

    assert await store.queue_deliveries(now_ms=done_ms + 1) == 1
    assert await store.queue_deliveries(now_ms=done_ms + 2) == 0
    (told,) = await store.list_deliveries("WH_1", most=9)
    assert (told.room_sid, told.happened_at_ms) == ("UP_1", done_ms)


async def test_the_end_of_a_call_is_told_however_late_it_is_written(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.ended"), most=9)
    await store.open_meeting("RM_1", room_name="acme", now_ms=2000)
    # Everything was away for two days, and the token server came back first.
    assert await store.queue_deliveries(now_ms=48 * HOUR_MS) == 0
    await store.end_unserved_meeting("RM_1", ended_at_ms=3000)

    assert await store.queue_deliveries(now_ms=48 * HOUR_MS + 60_000) == 1
    assert await store.queue_deliveries(now_ms=48 * HOUR_MS + 60_001) == 0
    (told,) = await store.list_deliveries("WH_1", most=9)
    assert (told.room_sid, told.happened_at_ms) == ("RM_1", 3000)


async def test_a_meeting_that_ends_a_second_time_is_told_a_second_time(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.ended"), most=9)
    for number in (1, 2):
        await store.open_meeting("RM_1", room_name="acme", now_ms=2000)
        await store.end_meeting("RM_1", now_ms=3000 * number)
        assert await store.queue_deliveries(now_ms=9000 + number) == 1


async def test_minutes_that_were_told_or_of_a_call_that_goes_on_are_not_read_at_every_look(
    store: Store,
) -> None:
    await store.add_webhook(make_webhook(1, "minutes.ready"), most=9)
    await store.open_meeting("RM_1", room_name="acme", now_ms=1001)
    await write(store, "live", 1002)
    await spoil_minutes(store)
    assert await store.queue_deliveries(now_ms=2000) == 0

    await store.end_meeting("RM_1", now_ms=2001)
    await write(store, "final", 2002)
    assert await store.queue_deliveries(now_ms=2003) == 1
    await spoil_minutes(store)
    assert await store.queue_deliveries(now_ms=2004) == 0


async def spoil_minutes(store: Store) -> None:
    """Make reading them fail."""
    async with store._transaction() as connection:
        await connection.exec_driver_sql("UPDATE minutes SET content = 'spoilt'")


async def test_two_senders_never_take_the_same_delivery_at_once(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.started"), most=9)
    for number in range(5):
        await store.open_meeting(f"RM_{number}", room_name=f"r{number}", now_ms=2000)
    await store.queue_deliveries(now_ms=2000)
    first = await store.claim_deliveries(now_ms=2000, hold_ms=100, most=3)
    second = await store.claim_deliveries(now_ms=2000, hold_ms=100, most=9)

    assert (len(first), len(second)) == (3, 2)
    assert not {one.id for one in first} & {one.id for one in second}
    await store.note_delivery(first[0], state="delivered", due_at_ms=0, result="taken")
    again = await store.claim_deliveries(now_ms=2100, hold_ms=100, most=9)
    assert len(again) == 4
    assert {one.attempts for one in again} == {2}


async def test_there_are_no_more_than_there_may_be(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.ended"), most=1)
    with pytest.raises(TooManyWebhooksError):
        await store.add_webhook(make_webhook(2, "meeting.ended"), most=1)
    await store.put_playbook("a", "x", now_ms=1, most=1)
    assert (await store.put_playbook("a", "y", now_ms=2, most=1)).version == 2
    with pytest.raises(TooManyPlaybooksError):
        await store.put_playbook("b", "x", now_ms=3, most=1)
    assert await store.list_playbook_marks() == {"a": (2, 2)}


async def test_what_waits_goes_with_its_webhook(store: Store) -> None:
    await store.add_webhook(make_webhook(1, "meeting.started"), most=9)
    await store.open_meeting("RM_1", room_name="acme", now_ms=2000)
    await store.queue_deliveries(now_ms=2000)
    assert await store.delete_webhook("WH_1")
    assert not await store.delete_webhook("WH_1")
    assert await store.claim_deliveries(now_ms=9999, hold_ms=1, most=9) == []
