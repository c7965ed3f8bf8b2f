"""The people of a call that is over sit neither in its room nor in the next one of its name."""

import asyncio
from typing import Any

import pytest
from livekit import api

from tests.token_server.front import Front, OpenFront, create, joined, joined_by, problem, token_of
from token_server import doorkeeper as doorkeeper_module
from token_server.doorkeeper import Doorkeeper
from token_server.problems import MEDIA_SERVER_DOWN, ProblemError
from wire.dispatch import DispatchMetadata

pytestmark = [pytest.mark.room, pytest.mark.usefixtures("still")]


def doorkeeper_of(front: Front) -> Doorkeeper:
    desk = front.app.state.desk
    return Doorkeeper(desk.store, desk.media_server, front.settings.api_secret)


async def roles_in(front: Front, room_name: str) -> list[str | None]:
    answer = await front.client.get(f"/rooms/{room_name}/participants")
    return [one["role"] for one in answer.json()["participants"]]


async def names_of_rooms(front: Front) -> set[str]:
    return {room.name for room in await front.app.state.desk.media_server.list_rooms()}


async def test_who_has_a_token_of_an_earlier_room_has_no_role_in_the_next_and_must_leave(
    open_front: OpenFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper_module, "PERIOD_SECONDS", 1.0)
    async with open_front() as front:
        old = await create(front, room_name="sales")
        await front.client.delete("/rooms/sales")
        new = await create(front, room_name="sales")
        async with joined(new, "host") as host_gone, joined(new, "guest") as guest_gone:
            for role in ("host", "guest"):
                async with joined(old, role) as gone:
                    await asyncio.wait_for(gone.wait(), 5)
            assert await roles_in(front, "sales") == ["host", "guest"]
            assert not host_gone.is_set()
            assert not guest_gone.is_set()


async def test_the_seat_of_an_earlier_room_is_no_seat_of_this_one(front: Front) -> None:
    old = await create(front, room_name="demo")
    await front.client.delete("/rooms/demo")
    await create(front, room_name="demo")
    async with joined(old, "host"):
        assert await roles_in(front, "demo") == [None]


async def test_a_closed_room_that_an_old_token_brings_back_is_deleted(front: Front) -> None:
    room = await create(front, room_name="over")
    await front.client.delete("/rooms/over")
    async with joined(room, "host") as gone:
        await doorkeeper_of(front).look_once()
        await asyncio.wait_for(gone.wait(), 5)

    assert "over" not in await names_of_rooms(front)
    await create(front, room_name="over")


async def test_a_backend_of_its_own_keeps_a_room_whose_name_was_once_closed_here(
    front: Front,
) -> None:
    media = front.app.state.desk.media_server
    room = await create(front, room_name="daily")
    await front.client.delete("/rooms/daily")
    await media.create_room("daily", metadata=DispatchMetadata())
    try:
        async with (
            joined_by(room["server_url"], token_of(front, "daily", "theirs")) as gone,
            joined(room, "guest") as guest_gone,
        ):
            await doorkeeper_of(front).look_once()
            await asyncio.wait_for(guest_gone.wait(), 5)
            assert not gone.is_set()
        assert "daily" in await names_of_rooms(front)
    finally:
        await media.delete_room("daily")


async def test_what_fails_in_one_room_is_told_and_the_others_are_looked_into(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = front.app.state.desk
    list_participants = desk.media_server.list_participants

    async def refuse(room_name: str) -> Any:
        if room_name == "broken":
            raise ProblemError(MEDIA_SERVER_DOWN, "it does not answer", "look at it")
        return await list_participants(room_name)

    monkeypatch.setattr(desk.media_server, "list_participants", refuse)
    await create(front, room_name="broken")
    room = await create(front, room_name="past")
    await front.client.delete("/rooms/past")
    doorkeeper = doorkeeper_of(front)
    async with joined(room, "host") as gone:
        await doorkeeper.look_once()
        await asyncio.wait_for(gone.wait(), 5)
    await doorkeeper.look_once()
    assert caplog.text.count("room broken may hold people") == 1


async def test_rooms_of_somebody_else_are_left_alone_whatever_their_name(front: Front) -> None:
    media = front.app.state.desk.media_server
    await create(front, room_name="same-name")
    await front.client.delete("/rooms/same-name")
    async with api.LiveKitAPI(
        front.settings.livekit_url, front.settings.livekit_api_key, front.settings.api_secret
    ) as client:
        await client.room.create_room(api.CreateRoomRequest(name="same-name"))
    await media.create_room("theirs", metadata=DispatchMetadata())
    problem(await front.client.post("/rooms", json={"room_name": "theirs"}), 409, "room-exists")
    try:
        await doorkeeper_of(front).look_once()
        assert await names_of_rooms(front) >= {"same-name", "theirs"}
    finally:
        for name in ("same-name", "theirs"):
            await media.delete_room(name)
