import asyncio
from typing import Any

import jwt
import pytest
from livekit import api, rtc

from tests.token_server.front import Front, OpenFront, create, problem
from token_server.desk import wall_clock_ms

pytestmark = pytest.mark.room


async def ask(front: Front, invitation: str | None, **wanted: Any) -> Any:
    headers = {"Authorization": f"Bearer {invitation}"} if invitation is not None else {}
    return await front.client.post("/tokens", json=wanted, headers=headers)


def identity_of(answer: Any) -> str:
    claims = jwt.decode(answer.json()["participant_token"], options={"verify_signature": False})
    return str(claims["sub"])


async def test_livekits_own_client_is_answered_as_it_expects(front: Front) -> None:
    room = await create(front, room_name="standard")
    # The body that livekit-client's TokenSource.endpoint sends with the option agentName.
    answer = await ask(
        front,
        room["guest"]["invitation"],
        room_name="standard",
        participant_name="Ben",
        room_config={"agents": [{"agent_name": "sidenote"}]},
    )

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"server_url", "participant_token", "participant_name", "room_name"}
    assert body["server_url"] == front.settings.livekit_url
    assert body["participant_name"] == "Ben"
    assert body["room_name"] == "standard"


async def test_asking_again_gives_the_same_identity(front: Front) -> None:
    room = await create(front)
    invitation = room["guest"]["invitation"]
    first = await ask(front, invitation, participant_identity="browser-one")
    again = await ask(front, invitation, participant_identity="browser-one", participant_name="B")
    other = await ask(front, invitation, participant_identity="browser-two")
    plain = await ask(front, invitation)

    assert identity_of(first) == identity_of(again) != identity_of(other)
    assert identity_of(plain) == room["guest"]["identity"]
    assert "browser-one" not in identity_of(first)


async def test_asking_creates_neither_room_nor_dispatch(front: Front) -> None:
    room = await create(front, room_name="asking")
    media = front.app.state.desk.media_server
    for _ in range(3):
        assert (await ask(front, room["host"]["invitation"])).status_code == 201
    before = len(await media.list_own_dispatches("asking"))
    await media.delete_room("asking")
    await ask(front, room["host"]["invitation"])

    assert before == 1
    assert await media.list_rooms(["asking"]) == []


async def test_the_token_joins_and_the_role_cannot_be_changed(front: Front) -> None:
    room = await create(front, room_name="joining", guest_name="Ben")
    answer = await ask(front, room["guest"]["invitation"])
    guest = rtc.Room()
    await guest.connect(answer.json()["server_url"], answer.json()["participant_token"])
    try:
        await guest.local_participant.set_name("Host")
        await guest.local_participant.set_attributes({"role": "host"})
        people = (await front.client.get("/rooms/joining/participants")).json()["participants"]
        identity = guest.local_participant.identity
    finally:
        await guest.disconnect()

    assert [(one["identity"], one["name"], one["role"]) for one in people] == [
        (identity, "Ben", "guest")
    ]


async def test_a_guests_claim_to_be_host_is_refused_by_the_media_server(front: Front) -> None:
    room = await create(front)
    claims = jwt.decode(room["guest"]["token"], options={"verify_signature": False})
    forged = jwt.encode(claims | {"sub": room["host"]["identity"]}, "x" * 40, algorithm="HS256")
    guest = rtc.Room()

    with pytest.raises(rtc.ConnectError):
        await guest.connect(room["server_url"], forged)
    await guest.disconnect()


async def test_an_expired_access_token_is_refused_by_the_media_server(front: Front) -> None:
    room = await create(front)
    claims = jwt.decode(room["guest"]["token"], options={"verify_signature": False})
    past = {"nbf": claims["nbf"] - 7200, "exp": claims["exp"] - 7200}
    expired = jwt.encode(claims | past, front.settings.api_secret, algorithm="HS256")
    guest = rtc.Room()

    with pytest.raises(rtc.ConnectError):
        await guest.connect(room["server_url"], expired)
    await guest.disconnect()


async def test_joining_an_empty_room_that_was_cleared_away_brings_the_agent_back(
    front: Front,
) -> None:
    room = await create(front, room_name="cleared", playbook="sales")
    media = front.app.state.desk.media_server
    await media.delete_room("cleared")
    answer = await ask(front, room["host"]["invitation"])
    host = rtc.Room()
    await host.connect(answer.json()["server_url"], answer.json()["participant_token"])
    try:
        dispatches = await media.list_own_dispatches("cleared")
    finally:
        await host.disconnect()

    assert len(dispatches) == 1
    assert '"playbook":"sales"' in dispatches[0].metadata


async def test_without_an_invitation_nobody_gets_a_token(front: Front) -> None:
    answer = await ask(front, None)

    assert "Bearer" in problem(answer, 401, "invitation-missing")["remedy"]
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_forged_and_foreign_tokens_are_no_invitations(front: Front) -> None:
    room = await create(front)
    invitation = room["guest"]["invitation"]
    claims = jwt.decode(invitation, options={"verify_signature": False})
    forged = jwt.encode(claims | {"role": "host"}, "x" * 40, algorithm="HS256")
    with_secret = jwt.encode(claims, front.settings.api_secret, algorithm="HS256")

    problem(await ask(front, forged), 401, "invitation-forged")
    problem(await ask(front, with_secret), 401, "invitation-forged")
    problem(await ask(front, invitation[:-3]), 401, "invitation-forged")
    body = problem(await ask(front, room["host"]["token"]), 401, "invitation-other-token")
    assert "#" in body["remedy"]


async def test_an_expired_invitation_lets_nobody_in(open_front: OpenFront) -> None:
    now_ms = wall_clock_ms()
    later_ms = 0
    async with open_front(clock=lambda: now_ms + later_ms, invitation_ttl_hours=2) as front:
        room = await create(front)
        later_ms = 2 * 3_600_000 - 2000
        in_time = await ask(front, room["guest"]["invitation"])
        later_ms = 2 * 3_600_000
        late = await ask(front, room["guest"]["invitation"])

    assert in_time.status_code == 201
    assert "new link" in problem(late, 401, "invitation-expired")["remedy"]


async def test_an_invitation_opens_one_room_only(front: Front) -> None:
    room = await create(front, room_name="mine")
    await create(front, room_name="yours")
    answer = await ask(front, room["guest"]["invitation"], room_name="yours")

    assert "leave room_name out" in problem(answer, 403, "other-room")["remedy"]


async def test_a_closed_room_lets_nobody_in_and_a_new_one_of_its_name_neither(
    front: Front,
) -> None:
    room = await create(front, room_name="again")
    await front.client.delete("/rooms/again")
    closed = await ask(front, room["guest"]["invitation"])
    await asyncio.sleep(0.002)  # rooms of one name are told apart by the millisecond
    await create(front, room_name="again")
    old = await ask(front, room["guest"]["invitation"])

    assert "POST /rooms" in problem(closed, 410, "room-closed")["remedy"]
    problem(old, 410, "room-closed")


async def test_an_invitation_to_a_room_that_the_store_does_not_know(
    front: Front, open_front: OpenFront, tmp_path: Any
) -> None:
    room = await create(front)
    async with open_front(database_url=f"sqlite:///{tmp_path}/other.db") as other:
        answer = await ask(other, room["guest"]["invitation"])

    assert "DATABASE_URL" in problem(answer, 404, "room-not-found")["remedy"]


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"participant_name": "n" * 65}, "participant_name", "1 to 64 characters, not 65"),
        ({"participant_name": "A\x00"}, "participant_name", "invisible"),
        ({"participant_identity": "i" * 129}, "participant_identity", "128"),
        ({"participant_metadata": "{}"}, "participant_metadata", "may not be set"),
        (
            {"participant_attributes": {"role": "host"}},
            "participant_attributes",
            "may not be set",
        ),
        ({"room_name": "a/b"}, "room_name", "1 to 64"),
        (
            {"room_config": {"agents": [{"agent_name": "spy"}]}},
            "room_config.agents.0.agent_name",
            "'sidenote'",
        ),
        (
            {"room_config": {"agents": [{"agent_name": "sidenote", "metadata": "x"}]}},
            "room_config.agents.0.metadata",
            "may not be set",
        ),
        ({"room_config": {"metadata": "x"}}, "room_config.metadata", "not a field"),
        ({"room_config": {"egress": {}}}, "room_config.egress", "not a field"),
        ({"participantName": "Ben"}, "participantName", "not a field"),
    ],
)
async def test_what_a_client_may_not_set_is_refused_by_name(
    wanted: dict[str, Any], field: str, words: str, front: Front
) -> None:
    room = await create(front)
    body = problem(await ask(front, room["guest"]["invitation"], **wanted), 422, "invalid")

    assert [entry["field"] for entry in body["errors"]] == [field]
    assert words in body["errors"][0]["problem"]


async def test_empty_metadata_and_attributes_ask_for_nothing(front: Front) -> None:
    room = await create(front)
    answer = await ask(
        front,
        room["guest"]["invitation"],
        participant_metadata="",
        participant_attributes={},
        room_config={"agents": []},
    )

    assert answer.status_code == 201


async def test_browsers_are_given_the_public_address_of_the_media_server(
    open_front: OpenFront,
) -> None:
    async with open_front(livekit_public_url="wss://media.example.com") as front:
        room = await create(front)
        answer = await ask(front, room["host"]["invitation"])

    assert room["server_url"] == "wss://media.example.com"
    assert answer.json()["server_url"] == "wss://media.example.com"


async def test_the_media_server_takes_the_claims_as_meant(front: Front) -> None:
    room = await create(front)
    answer = await ask(front, room["host"]["invitation"], participant_name="Ana")
    claims = api.TokenVerifier(front.settings.livekit_api_key, front.settings.api_secret).verify(
        answer.json()["participant_token"]
    )

    assert claims.name == "Ana"
    assert claims.metadata == ""
    assert claims.attributes == {}
