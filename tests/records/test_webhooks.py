"""Webhooks and playbooks in the store, on both databases."""

import pytest

from records import Store
from records.playbooks import TooManyPlaybooksError
from records.webhooks import TooManyWebhooksError, Webhook
from wire.minutes import Evidence, Minutes, MinutesLine

pytestmark = pytest.mark.unit


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
