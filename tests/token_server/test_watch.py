import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from livekit import api, rtc

from records import Store
from tests.token_server.front import Front, OpenFront, create
from token_server.desk import wall_clock_ms
from token_server.media_server import MediaServer
from token_server.watch import Watch
from wire.topics import AGENT_NAME, RECOGNIZER

pytestmark = pytest.mark.room

# Each test looks at times of its own choosing; only the media server runs in real time.


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
    """A watch of the same parts beside the running one, which has no time to act."""
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
    front: Front, tmp_path: Path, caplog: pytest.LogCaptureFixture, media_server: Any
) -> None:
    caplog.set_level(logging.INFO, logger="token_server.watch")
    media_server.stop()
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(make_watch(front).run())
            await wait_until(lambda: "rooms are not watched" in caplog.text)
            await asyncio.sleep(2.5)  # two more looks
            told = caplog.text.count("rooms are not watched")
            media_server.start()
            await wait_until(lambda: "rooms are watched again" in caplog.text)
            watching.cancel()
    finally:
        if media_server.url:
            await ensure_running(front, media_server)

    # One by the watch of this test, one by that of the token server itself.
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
