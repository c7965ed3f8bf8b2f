"""Which rooms the watch sends an agent to, at times of each test's own choosing."""

import contextlib
import logging
import sqlite3

import pytest
from livekit import api, rtc

from records import Store, StoreUnavailableError
from tests.token_server.front import Front, create, joined, token_of
from tests.token_server.watching import dispatches, look_during, make_watch
from token_server.desk import wall_clock_ms
from wire.topics import AGENT_NAME, RECOGNIZER

pytestmark = [pytest.mark.room, pytest.mark.usefixtures("still")]


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
