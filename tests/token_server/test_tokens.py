from dataclasses import replace

import pytest
from livekit import api

from token_server.invitations import Invitation
from token_server.tokens import find_identity, make_token
from wire.dispatch import DispatchMetadata
from wire.roles import find_role

pytestmark = pytest.mark.unit

SECRET = "unit-test-secret-unit-test-secret-0123"
INVITATION = Invitation(
    id="abc",
    room_name="demo",
    room_created_at_ms=1,
    role="guest",
    name="Ben",
    expires_at_ms=2,
)
METADATA = DispatchMetadata(playbook="sales", consent="ask")


def token() -> str:
    return make_token(
        "key",
        SECRET,
        INVITATION,
        identity="i",
        name="Ben",
        metadata=METADATA,
        max_people=7,
    )


def test_the_same_browser_always_gets_the_same_identity() -> None:
    assert find_identity(SECRET, INVITATION, "one") == find_identity(SECRET, INVITATION, "one")


def test_browsers_that_share_a_link_get_different_identities() -> None:
    identities = {find_identity(SECRET, INVITATION, seed) for seed in (None, "one", "two")}

    assert len(identities) == 3


def test_the_role_of_the_invitation_is_sealed_into_the_identity() -> None:
    host = replace(INVITATION, role="host")

    assert find_role(SECRET, host.life, find_identity(SECRET, host, "s")) == "host"
    assert find_role(SECRET, host.life, find_identity(SECRET, INVITATION, "s")) == "guest"
    for other in (replace(host, room_name="other"), replace(host, room_created_at_ms=2)):
        assert find_role(SECRET, other.life, find_identity(SECRET, host, "s")) is None


def test_a_token_lets_its_holder_join_one_room_and_nothing_more() -> None:
    claims = api.TokenVerifier("key", SECRET).verify(token())
    assert claims.video is not None

    assert claims.identity == "i"
    assert claims.name == "Ben"
    assert claims.kind == "standard"
    assert claims.video.room == "demo"
    assert claims.video.room_join is True
    assert claims.video.can_publish_data is True
    assert claims.video.can_update_own_metadata is False
    assert not any((claims.video.room_admin, claims.video.room_create, claims.video.room_list))
    assert not claims.video.hidden


def test_whoever_makes_the_room_anew_by_joining_brings_the_agent_and_the_limit() -> None:
    config = api.TokenVerifier("key", SECRET).verify(token()).room_config
    assert config is not None

    assert [agent.agent_name for agent in config.agents] == ["sidenote"]
    assert DispatchMetadata.model_validate_json(config.agents[0].metadata) == METADATA
    assert config.max_participants == 7
