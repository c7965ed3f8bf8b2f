import pytest

from records import Store

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return store


async def test_the_last_answer_of_each_participant_is_kept_by_room(store: Store) -> None:
    await store.put_consent("acme", "ben", "yes", now_ms=1)
    await store.put_consent("acme", "cem", "yes", now_ms=2)
    await store.put_consent("acme", "ben", "no", now_ms=3)
    await store.put_consent("other", "ben", "yes", now_ms=4)
    assert await store.list_consents("acme") == {"ben": "no", "cem": "yes"}
    assert await store.list_consents("other") == {"ben": "yes"}
    assert await store.list_consents("none") == {}


async def test_times_off_the_record_have_a_start_and_an_end(meeting: Store) -> None:
    await meeting.begin_off_the_record(ROOM_SID, now_ms=10)
    await meeting.begin_off_the_record(ROOM_SID, now_ms=10)
    assert await meeting.list_off_the_record(ROOM_SID) == [(10, None)]
    await meeting.end_off_the_record(ROOM_SID, now_ms=20)
    await meeting.end_off_the_record(ROOM_SID, now_ms=99)
    await meeting.begin_off_the_record(ROOM_SID, now_ms=30)
    assert await meeting.list_off_the_record(ROOM_SID) == [(10, 20), (30, None)]
    assert await meeting.list_off_the_record("RM_2") == []


@pytest.mark.parametrize("policy", ["notice", "ask", "off", None])
async def test_a_room_keeps_its_policy(policy: str | None, store: Store) -> None:
    room = await store.add_room("acme", playbook=None, consent=policy, now_ms=1)  # type: ignore[arg-type]
    assert room.consent == policy
    assert await store.find_room("acme") == room
