"""Access tokens for the media server."""

from datetime import timedelta
from typing import Final

from livekit import api

from records import Room
from token_server.invitations import Invitation
from wire.dispatch import DispatchMetadata
from wire.roles import seal_identity
from wire.topics import AGENT_NAME

TOKEN_TTL: Final = timedelta(minutes=10)
"""Counts when connecting; the media server renews the token of whoever is in the room."""
EMPTY_TIMEOUT_SECONDS: Final = 300
"""How long the media server keeps a room that nobody has joined."""
DEPARTURE_TIMEOUT_SECONDS: Final = 20
"""How long it keeps a room after the last person has left."""


def dispatch_agent(metadata: DispatchMetadata) -> api.RoomAgentDispatch:
    """Return the dispatch of our agent into a room, as it stands in rooms and tokens."""
    return api.RoomAgentDispatch(agent_name=AGENT_NAME, metadata=metadata.model_dump_json())


def metadata_of(room: Room) -> DispatchMetadata:
    """Return what the agent is told of a room when it is dispatched."""
    return DispatchMetadata(playbook=room.playbook, consent=room.consent)


def find_identity(api_secret: str, invitation: Invitation, browser_secret: str | None) -> str:
    """Return the identity for an invitation and a browser: always the same for the same two.

    Browsers that share a link differ by their secrets, and so do their identities.
    """
    seed = f"{invitation.id}\0{browser_secret or ''}"
    return seal_identity(api_secret, invitation.life, invitation.role, seed)


def make_token(
    api_key: str,
    api_secret: str,
    invitation: Invitation,
    *,
    identity: str,
    name: str,
    metadata: DispatchMetadata,
    max_people: int,
) -> str:
    """Return a token to join the invitation's room as a person who may speak and be seen.

    The media server deletes an empty room; whoever joins then makes it anew, and what the
    token says of the room (`metadata`, `max_people`) brings the agent back and bounds who else
    joins. For a room that is there it does nothing.
    """
    grants = api.VideoGrants(
        room_join=True,
        room=invitation.room_name,
        can_publish=True,
        can_subscribe=True,
        # Needed to answer and make remote procedure calls.
        can_publish_data=True,
        can_update_own_metadata=False,
    )
    room_config = api.RoomConfiguration(
        empty_timeout=EMPTY_TIMEOUT_SECONDS,
        departure_timeout=DEPARTURE_TIMEOUT_SECONDS,
        max_participants=max_people,
        agents=[dispatch_agent(metadata)],
    )
    return (
        api.AccessToken(api_key, api_secret)
        .with_identity(identity)
        .with_name(name)
        .with_kind("standard")
        .with_ttl(TOKEN_TTL)
        .with_grants(grants)
        .with_room_config(room_config)
        .to_jwt()
    )
