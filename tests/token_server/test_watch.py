import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from livekit import api, rtc

from records import Store, StoreUnavailableError
from tests.token_server.front import Front, OpenFront, create
from token_server import doorkeeper as doorkeeper_module
from token_server import watch as watch_module
from token_server.desk import wall_clock_ms
from token_server.media_server import MediaServer
from token_server.watch import Watch
from wire.topics import AGENT_NAME, RECOGNIZER

pytestmark = pytest.mark.room

# Each test looks at times of its own choosing; only the media server runs in real time.


@pytest.fixture
async def front(open_front: OpenFront, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Front]:
    """A token server whose own watch and doorkeeper have looked once, and then sleep."""
    for module in (watch_module, doorkeeper_module):
        monkeypatch.setattr(module, "PERIOD_SECONDS", 3600.0)
    async with open_front() as running:
        yield running


@asynccontextmanager
async def joined(room: dict[str, Any], role: str = "host") -> AsyncIterator[rtc.Room]:
    person = rtc.Room()
    await person.connect(room["server_url"], room[role]["token"])
    try:
        yield person
    finally:
        await person.disconnect()


def token_of(front: Front, room_name: str, identity: str, kind: Any = "standard") -> str:
    return (
        api.AccessToken(front.settings.livekit_api_key, front.settings.api_secret)
        .with_identity(identity)
        .with_kind(kind)
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True))
        .to_jwt()
    )


def make_watch(front: Front, **changes: Any) -> Watch:
    """A watch of the same parts beside the running one, which sleeps."""
    desk = front.app.state.desk
    options = {
        "watch_rooms": "own",
        "invitation_ttl_hours": 24,
        "clock": desk.clock,
        **changes,
    }
    return Watch(desk.store, desk.media_server, **options)


async def dispatches(front: Front, room_name: str) -> list[api.AgentDispatch]:
    media: MediaServer = front.app.state.desk.media_server
    return await media.list_own_dispatches(room_name)


async def look_during(watch: Watch, *times: float) -> None:
    for now in times:
        await watch.look_once(now)


async def test_a_room_with_people_and_no_agent_is_dispatched_again(front: Front) -> None:
    room = await create(front, room_name="lonely", playbook="sales", consent="ask")
    (first,) = await dispatches(front, "lonely")
    async with joined(room):
        watch = make_watch(front)
        await look_during(watch, 0.0, 2.9)
        assert [one.id for one in await dispatches(front, "lonely")] == [first.id]
        await look_during(watch, 3.0)
        (again,) = await dispatches(front, "lonely")

    assert again.id != first.id
    assert again.metadata == first.metadata
    assert '"playbook":"sales"' in again.metadata
    assert '"consent":"ask"' in again.metadata


async def test_what_came_to_nothing_does_not_pile_up(front: Front) -> None:
    room = await create(front, room_name="piling")
    async with joined(room):
        await look_during(make_watch(front), *range(0, 60, 3))
        left = await dispatches(front, "piling")

    assert len(left) == 1


async def test_a_room_with_a_lease_is_left_alone(front: Front) -> None:
    room = await create(front, room_name="served")
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    await store.take_lease("served", "agent-1", now_ms=now_ms, ttl_seconds=60)
    before = await dispatches(front, "served")
    async with joined(room):
        await look_during(make_watch(front), 0.0, 5.0, 10.0)
        after = await dispatches(front, "served")
        listed = (await front.client.get("/rooms")).json()["rooms"]

    assert [one.id for one in after] == [one.id for one in before]
    assert listed[0]["has_agent"] is True


async def test_a_room_whose_lease_ran_out_is_dispatched_again_at_once(front: Front) -> None:
    room = await create(front, room_name="orphan")
    (first,) = await dispatches(front, "orphan")
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    await store.take_lease("orphan", "agent-1", now_ms=now_ms - 5_000, ttl_seconds=3)
    async with joined(room):
        await look_during(make_watch(front), 0.0)
        (again,) = await dispatches(front, "orphan")

    assert again.id != first.id


async def test_after_an_outage_of_the_store_agents_have_time_to_renew_their_leases(
    front: Front,
) -> None:
    room = await create(front, room_name="renewing")
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    await store.take_lease("renewing", "agent-1", now_ms=now_ms - 5_000, ttl_seconds=3)
    before = await dispatches(front, "renewing")
    watch = make_watch(front)
    database = front.settings.database_url.removeprefix("sqlite:///")
    async with joined(room):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("ALTER TABLE leases RENAME TO away")
            with pytest.raises(StoreUnavailableError):
                await watch.look_once(0.0)
            connection.execute("ALTER TABLE away RENAME TO leases")
        await look_during(watch, 10.0, 11.9)
        during = await dispatches(front, "renewing")
        await look_during(watch, 12.1)
        after = await dispatches(front, "renewing")

    assert [one.id for one in during] == [one.id for one in before]
    assert [one.id for one in after] != [one.id for one in before]


async def test_a_room_whose_worker_shuts_down_gets_a_successor(front: Front) -> None:
    room = await create(front, room_name="changing")
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    await store.take_lease("changing", "job-1", now_ms=now_ms, ttl_seconds=60)
    for worker in ("old", "new"):
        await store.beat_worker(worker, agent_name=AGENT_NAME, active_jobs=0, now_ms=now_ms)
    (first,) = await dispatches(front, "changing")
    watch = make_watch(front)
    async with joined(room):
        await look_during(watch, 0.0)
        assert [one.id for one in await dispatches(front, "changing")] == [first.id]
        await store.announce_leaving("old", ["job-1"])
        await look_during(watch, 1.0)
        (successor,) = await dispatches(front, "changing")
        await store.want_lease("changing", "job-2")
        await look_during(watch, 30.0)
        (waiting,) = await dispatches(front, "changing")

    assert successor.id != first.id
    assert waiting.id == successor.id


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


async def test_a_room_of_somebody_else_is_watched_only_if_it_asked_for_our_agent(
    front: Front,
) -> None:
    desk = front.app.state.desk
    async with api.LiveKitAPI(
        front.settings.livekit_url, front.settings.livekit_api_key, front.settings.api_secret
    ) as client:
        for name, agent in (("foreign", "other"), ("asked", AGENT_NAME)):
            await client.room.create_room(
                api.CreateRoomRequest(
                    name=name,
                    agents=[api.RoomAgentDispatch(agent_name=agent, metadata="theirs")],
                )
            )
        first, second = rtc.Room(), rtc.Room()
        await first.connect(front.settings.livekit_url, token_of(front, "foreign", "a"))
        await second.connect(front.settings.livekit_url, token_of(front, "asked", "b"))
        try:
            (old,) = await dispatches(front, "asked")
            await look_during(make_watch(front), 0.0, 3.0)
            (new,) = await dispatches(front, "asked")
            foreign = await dispatches(front, "foreign")
            await look_during(make_watch(front, watch_rooms="all"), 0.0, 3.0)
            all_watched = await dispatches(front, "foreign")
        finally:
            await first.disconnect()
            await second.disconnect()
        for name in ("foreign", "asked"):
            await desk.media_server.delete_room(name)

    assert new.id != old.id
    assert new.metadata == "theirs"
    assert foreign == []
    assert len(all_watched) == 1


async def test_a_room_that_was_closed_here_is_not_served_again(front: Front) -> None:
    room = await create(front, room_name="shut")
    await front.client.delete("/rooms/shut")
    # The token of before still lets its holder make the room anew, agent and all.
    async with joined(room):
        before = await dispatches(front, "shut")
        await look_during(make_watch(front), 0.0, 3.0, 6.0)
        after = await dispatches(front, "shut")

    assert [one.id for one in after] == [one.id for one in before]


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


async def test_an_agent_without_a_lease_is_warned_of_once(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    room = await create(front, room_name="elsewhere")
    agent = rtc.Room()
    await agent.connect(
        front.settings.livekit_url, token_of(front, "elsewhere", "agent-1", "agent")
    )
    async with joined(room):
        await agent.local_participant.set_attributes({RECOGNIZER: "test"})
        watch = make_watch(front)
        await look_during(watch, 0.0, 26.0, 27.0, 60.0)
        await agent.disconnect()
    warnings = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]

    assert len([text for text in warnings if "DATABASE_URL" in text]) == 1


async def test_an_outage_is_told_once_and_survived(
    front: Front,
    caplog: pytest.LogCaptureFixture,
    media_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO, logger="token_server.watch")
    monkeypatch.setattr(watch_module, "PERIOD_SECONDS", 0.1)
    media_server.stop()
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(make_watch(front).run())
            await wait_until(lambda: "rooms are not watched" in caplog.text)
            await asyncio.sleep(1.0)  # many more looks
            told = caplog.text.count("rooms are not watched")
            media_server.start()
            await wait_until(lambda: "rooms are watched again" in caplog.text)
            watching.cancel()
    finally:
        if media_server.url:
            await ensure_running(front, media_server)

    # One by the watch of this test, and perhaps one by that of the token server itself.
    assert told <= 2


async def ensure_running(front: Front, media_server: Any) -> None:
    try:
        await front.app.state.desk.media_server.list_rooms()
    except Exception:  # noqa: BLE001 - for the tests that follow
        media_server.start()


async def wait_until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a log line sets no event
            await asyncio.sleep(0.05)


async def test_a_watch_that_is_woken_looks_before_its_period_is_over(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "PERIOD_SECONDS", 3600.0)
    watch = make_watch(front)
    looks = 0

    async def count(_: float) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(watch, "look_once", count)
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run())
        await wait_until(lambda: looks == 1)
        for _ in range(20):
            watch.wake()  # a burst is one look
        await wait_until(lambda: looks == 2)
        await asyncio.sleep(0.3)
        watch.stop()
        await watching

    assert looks == 2


async def test_a_worker_that_comes_is_seen_before_the_period_is_over_if_a_room_needs_it(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = make_watch(front)
    rota = watch._rota
    looks = 0

    async def count(_: float) -> None:
        nonlocal looks
        looks += 1
        rota.worker_ids = await watch._worker_ids()

    async def add_worker(worker_id: str) -> None:
        await front.app.state.desk.store.beat_worker(
            worker_id, agent_name=AGENT_NAME, active_jobs=0, now_ms=wall_clock_ms()
        )

    monkeypatch.setattr(watch, "look_once", count)
    rota.needs_worker = True
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run())
        await wait_until(lambda: looks == 1)
        await add_worker("AW_first")
        await wait_until(lambda: looks == 2)
        rota.needs_worker = False
        await add_worker("AW_second")
        await asyncio.sleep(3 * watch_module.NEWCOMER_SECONDS)
        assert looks == 2
        watch.stop()
        await watching


async def test_the_running_token_server_sends_an_agent_within_five_seconds(
    open_front: OpenFront,
) -> None:
    async with open_front() as front:
        room = await create(front, room_name="running")
        (first,) = await dispatches(front, "running")
        async with joined(room), asyncio.timeout(6):
            now = [first]
            while first.id in {one.id for one in now}:
                now = await dispatches(front, "running")
