import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from livekit import api, rtc

from tests.token_server.front import Front, OpenFront, create, joined, problem, token_of
from tests.token_server.watching import dispatches
from wire.dispatch import DispatchMetadata
from wire.roles import find_role

pytestmark = pytest.mark.room


async def test_a_new_room_has_seats_for_host_and_guest(front: Front) -> None:
    room = await create(front, host_name="  Ana ", guest_name="Ben")

    assert room["server_url"] == front.settings.livekit_url
    assert room["host"]["name"] == "Ana"
    assert room["guest"]["name"] == "Ben"
    recorded = await front.app.state.desk.store.find_room(room["room_name"])
    for role in ("host", "guest"):
        seat = room[role]
        assert find_role(front.settings.api_secret, recorded.life, seat["identity"]) == role
        start = f"http://127.0.0.1:8080/call/{room['room_name']}#"
        assert seat["link"] == start + seat["invitation"]
        claims = api.TokenVerifier(
            front.settings.livekit_api_key, front.settings.api_secret
        ).verify(seat["token"])
        assert claims.identity == seat["identity"]


async def test_the_agent_is_dispatched_when_the_room_is_created(front: Front) -> None:
    room = await create(front, room_name="dispatch-test", playbook="sales", consent="ask")
    media = front.app.state.desk.media_server
    dispatches = await media.list_own_dispatches(room["room_name"])

    assert len(dispatches) == 1
    assert DispatchMetadata.model_validate_json(dispatches[0].metadata) == DispatchMetadata(
        playbook="sales", consent="ask"
    )
    token = api.TokenVerifier(front.settings.livekit_api_key, front.settings.api_secret)
    config = token.verify(room["guest"]["token"]).room_config
    assert config
    (agent,) = config.agents
    assert agent.metadata == dispatches[0].metadata


async def test_no_more_people_than_are_set_get_into_a_room_and_agents_do_not_count(
    open_front: OpenFront,
) -> None:
    async with open_front(room_max_people=2) as front, AsyncExitStack() as leaving:
        room = await create(front, room_name="full")

        async def join(identity: str, kind: Any = "standard") -> None:
            person = rtc.Room()
            await person.connect(room["server_url"], token_of(front, "full", identity, kind))
            leaving.push_async_callback(person.disconnect)

        await join("one")
        await join("agent", "agent")
        await join("two")
        with pytest.raises(rtc.ConnectError):
            await join("three")


async def test_the_consent_policy_of_a_room_is_listed_and_nothing_where_none_was_asked_for(
    front: Front,
) -> None:
    for policy in ("notice", "ask", "off", None):
        await create(front, room_name=f"policy-{policy}", consent=policy)
    rooms = (await front.client.get("/rooms")).json()["rooms"]

    assert {room["room_name"]: room["consent"] for room in rooms} == {
        "policy-notice": "notice",
        "policy-ask": "ask",
        "policy-off": "off",
        "policy-None": None,
    }


async def test_names_come_from_the_settings_when_none_are_given(open_front: OpenFront) -> None:
    async with open_front(role_host_name="Interviewer", role_guest_name="Candidate") as front:
        room = await create(front)
        config = (await front.client.get("/config")).json()

    assert room["host"]["name"] == "Interviewer"
    assert room["guest"]["name"] == "Candidate"
    assert config["roles"] == {"host": "Interviewer", "guest": "Candidate"}
    assert config["rooms_need_key"] is False


async def test_no_body_at_all_creates_a_room_of_a_new_name(front: Front) -> None:
    answer = await front.client.post("/rooms", headers={"content-type": "application/json"})

    assert answer.status_code == 201
    assert len(answer.json()["room_name"]) == 14


async def test_a_room_that_is_open_cannot_be_created_again(front: Front) -> None:
    await create(front, room_name="twice")
    body = problem(
        await front.client.post("/rooms", json={"room_name": "twice"}), 409, "room-exists"
    )

    assert "DELETE /rooms/twice" in body["remedy"]


async def test_a_room_of_somebody_else_is_not_taken_over(front: Front) -> None:
    media = front.app.state.desk.media_server
    await media.create_room("somebody-else", metadata=DispatchMetadata())
    body = problem(
        await front.client.post("/rooms", json={"room_name": "somebody-else"}), 409, "room-exists"
    )

    assert "another name" in body["remedy"]
    assert (await front.client.get("/rooms")).json() == {"rooms": []}


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"room_name": "r" * 65}, "room_name", "1 to 64"),
        ({"room_name": "a b"}, "room_name", "A-Z a-z 0-9 _ -"),
        ({"room_name": ""}, "room_name", "1 to 64"),
        ({"host_name": "n" * 5000}, "host_name", "1 to 64 characters, not 5000"),
        ({"guest_name": "  "}, "guest_name", "1 to 64"),
        ({"guest_name": "A\u202eB"}, "guest_name", "invisible"),
        ({"host_name": 7}, "host_name", "string"),
        ({"playbook": "../etc/passwd"}, "playbook", "sales for sales.yaml"),
        ({"playbook": "p" * 65}, "playbook", "1 to 64"),
        ({"consent": "never"}, "consent", "'notice', 'ask' or 'off'"),
        ({"consent": True}, "consent", "'notice', 'ask' or 'off'"),
        ({"colour": "red"}, "colour", "not a field"),
        ({"x" * 9000: 1}, "x" * 64, "not a field"),
    ],
)
async def test_wrong_wishes_are_named_with_what_is_allowed(
    wanted: dict[str, Any], field: str, words: str, front: Front
) -> None:
    answer = await front.client.post("/rooms", json=wanted)
    body = problem(answer, 422, "invalid")

    assert [entry["field"] for entry in body["errors"]] == [field]
    assert words in body["errors"][0]["problem"]
    assert len(answer.content) < 1000
    assert (await front.client.get("/rooms")).json() == {"rooms": []}


async def test_rooms_are_listed_until_they_are_deleted(front: Front) -> None:
    await create(front, room_name="listed", playbook="sales")
    rooms = (await front.client.get("/rooms")).json()["rooms"]

    assert [(room["room_name"], room["playbook"]) for room in rooms] == [("listed", "sales")]
    assert rooms[0]["participants"] == 0
    assert rooms[0]["has_agent"] is False
    assert (await front.client.delete("/rooms/listed")).status_code == 204
    assert (await front.client.get("/rooms")).json() == {"rooms": []}
    problem(await front.client.delete("/rooms/listed"), 404, "room-not-found")
    assert (await create(front, room_name="listed"))["room_name"] == "listed"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/rooms/none/participants"), ("DELETE", "/rooms/none")]
)
async def test_a_room_that_was_never_created_is_not_found(
    method: str, path: str, front: Front
) -> None:
    body = problem(await front.client.request(method, path), 404, "room-not-found")

    assert "GET /rooms" in body["remedy"]


async def test_an_over_long_room_name_in_a_path_is_refused(front: Front) -> None:
    answer = await front.client.delete("/rooms/" + "r" * 500)

    assert problem(answer, 422, "invalid")["errors"][0]["field"] == "path.room_name"
    assert len(answer.content) < 1000


async def test_participants_are_told_with_role_and_microphone(front: Front) -> None:
    room = await create(front, room_name="people", host_name="Ana")
    host = rtc.Room()
    await host.connect(room["server_url"], room["host"]["token"])
    try:
        source = rtc.AudioSource(48000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await host.local_participant.publish_track(track, options)
        ana = await wait_for_microphone(front, "on")
        track.mute()
        muted = await wait_for_microphone(front, "muted")
        listed = (await front.client.get("/rooms")).json()["rooms"]
    finally:
        await host.disconnect()

    assert ana["identity"] == room["host"]["identity"]
    assert (ana["name"], ana["role"], ana["is_agent"]) == ("Ana", "host", False)
    assert (ana["microphone"], ana["camera"]) == ("on", "off")
    assert ana["joined_at"].endswith("Z")
    assert [room["participants"] for room in listed] == [1]
    assert muted == {**ana, "microphone": "muted"}


async def wait_for_microphone(front: Front, state: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            answer = await front.client.get("/rooms/people/participants")
            (one,) = answer.json()["participants"]
            if one["microphone"] == state:
                return dict(one)
            await asyncio.sleep(0.05)


async def test_a_stranger_with_a_token_of_the_same_server_has_no_role(front: Front) -> None:
    await create(front, room_name="strangers")
    stranger = rtc.Room()
    await stranger.connect(front.settings.livekit_url, token_of(front, "strangers", "host-me"))
    try:
        answer = await front.client.get("/rooms/strangers/participants")
    finally:
        await stranger.disconnect()

    assert [one["role"] for one in answer.json()["participants"]] == [None]


async def test_deleting_a_room_ends_the_call(front: Front) -> None:
    room = await create(front, room_name="ending")
    guest = rtc.Room()
    gone = asyncio.Event()
    guest.on("disconnected", lambda _: gone.set())
    await guest.connect(room["server_url"], room["guest"]["token"])
    try:
        await front.client.delete("/rooms/ending")
        await asyncio.wait_for(gone.wait(), 5)
    finally:
        await guest.disconnect()


async def test_many_asking_for_one_name_at_once_get_one_room(front: Front) -> None:
    answers = await asyncio.gather(
        *(front.client.post("/rooms", json={"room_name": "race"}) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_the_goal_of_a_call_is_kept_for_the_agent_and_stands_in_no_token(
    front: Front,
) -> None:
    room = await create(front, room_name="with-a-goal", goal="sell them the enterprise plan")
    kept = await front.app.state.desk.store.find_room("with-a-goal")

    assert kept
    assert kept.goal == "sell them the enterprise plan"
    token = api.TokenVerifier(front.settings.livekit_api_key, front.settings.api_secret)
    for role in ("host", "guest"):
        assert "enterprise" not in str(token.verify(room[role]["token"]))
    assert "enterprise" not in str(room)


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
