"""Meetings and rooms that nobody ends are ended by the watch."""

import pytest

from records import Store
from tests.token_server.front import Front, create, joined
from tests.token_server.watching import look_during, make_watch
from token_server.desk import wall_clock_ms

pytestmark = [pytest.mark.room, pytest.mark.usefixtures("still")]


async def test_a_meeting_whose_room_is_gone_is_ended_when_an_agent_last_listened(
    front: Front,
) -> None:
    store: Store = front.app.state.desk.store
    await store.open_meeting("RM_gone", room_name="gone", now_ms=1_000)
    await store.take_lease(
        "gone", "job", now_ms=2_000, ttl_seconds=3, listens_to="RM_gone", heard_until_ms=2_500
    )
    watch = make_watch(front)
    await look_during(watch, 0.0, 55.0)
    before = await store.find_meeting("RM_gone")
    await look_during(watch, 60.0)
    after = await store.find_meeting("RM_gone")

    assert before is not None
    assert before.ended_at_ms is None
    assert after is not None
    assert after.ended_at_ms == 2_500


async def test_a_call_whose_agent_never_comes_back_ends_when_its_people_leave_with_a_gap_before(
    front: Front,
) -> None:
    room = await create(front, room_name="deserted")
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    heard_until_ms = now_ms - 40_000
    await store.open_meeting("RM_deserted", room_name="deserted", now_ms=now_ms - 60_000)
    await store.take_lease(
        "deserted",
        "job",
        now_ms=heard_until_ms,
        ttl_seconds=3,
        listens_to="RM_deserted",
        heard_until_ms=heard_until_ms,
    )
    watch = make_watch(front, clock=lambda: now_ms)
    async with joined(room):
        await look_during(watch, 0.0)
        now_ms = left_ms = now_ms + 1_000
        await look_during(watch, 1.0)
    await front.app.state.desk.media_server.delete_room("deserted")
    now_ms += 60_000
    await look_during(watch, 10.0, 70.0)
    meeting = await store.find_meeting("RM_deserted")

    assert meeting
    assert meeting.ended_at_ms == left_ms
    (gap,) = await store.list_gaps("RM_deserted")
    assert (gap.started_at_ms, gap.ended_at_ms) == (heard_until_ms, left_ms)


async def test_an_empty_room_is_closed_when_its_invitations_have_expired(front: Front) -> None:
    await create(front, room_name="over")
    await create(front, room_name="lasting")
    await front.app.state.desk.media_server.delete_room("over")
    later_ms = wall_clock_ms() + 24 * 3_600_000 + 1000
    await look_during(make_watch(front), 0.0)
    before = (await front.client.get("/rooms")).json()["rooms"]
    await look_during(make_watch(front, clock=lambda: later_ms), 0.0)
    after = (await front.client.get("/rooms")).json()["rooms"]

    assert [room["room_name"] for room in before] == ["over", "lasting"]
    assert [room["room_name"] for room in after] == ["lasting"]
