"""LiveKit's standard token endpoint, for holders of an invitation.

Clients ask again after every disconnect, so asking creates nothing: no room, no dispatch, and
the same invitation from the same browser always gives the same identity.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from records import Room
from token_server import problems
from token_server.desk import Desk, DeskNeeded
from token_server.invitations import Invitation, read_invitation
from token_server.problems import ProblemError, document
from token_server.token_models import TokenAnswer, TokenRequest
from token_server.tokens import find_identity, make_token, metadata_of

_INVITATION = HTTPBearer(
    auto_error=False,
    scheme_name="Invitation",
    description="what stands behind the # of a link, and in `invitation` of POST /rooms",
)

router = APIRouter(tags=["tokens"])


@router.post(
    "/tokens",
    status_code=201,
    responses=document(
        problems.INVITATION_MISSING,
        problems.INVITATION_FORGED,
        problems.INVITATION_EXPIRED,
        problems.INVITATION_OTHER_TOKEN,
        problems.OTHER_ROOM,
        problems.ROOM_NOT_FOUND,
        problems.ROOM_CLOSED,
        problems.NOT_JSON,
        problems.INVALID,
        problems.STORE_DOWN,
    ),
)
async def create_token(
    desk: DeskNeeded,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_INVITATION)],
    wanted: Annotated[TokenRequest | None, Body()] = None,
) -> TokenAnswer:
    """Give an invited person a token to join with (`TokenSource.endpoint` of LiveKit's clients)."""
    wanted = wanted or TokenRequest()
    settings = desk.settings
    if bearer is None:
        raise ProblemError(
            problems.INVITATION_MISSING,
            "the request carries no invitation",
            "send `Authorization: Bearer <what stands behind the # of the link>`",
        )
    invitation = read_invitation(settings.api_secret, bearer.credentials, now_ms=desk.clock())
    if wanted.room_name is not None and wanted.room_name != invitation.room_name:
        raise ProblemError(
            problems.OTHER_ROOM,
            f"the invitation does not let you into room {wanted.room_name!r}",
            "leave room_name out, or ask the host of that room for a link",
        )
    room = await _get_room(desk, invitation)
    name = wanted.participant_name or invitation.name
    identity = find_identity(settings.api_secret, invitation, wanted.participant_identity)
    return TokenAnswer(
        server_url=settings.browser_media_url,
        participant_token=make_token(
            settings.livekit_api_key,
            settings.api_secret,
            invitation,
            identity=identity,
            name=name,
            metadata=metadata_of(room),
            max_people=settings.room_max_people,
        ),
        participant_name=name,
        room_name=room.name,
    )


async def _get_room(desk: Desk, invitation: Invitation) -> Room:
    room = await desk.store.find_room(invitation.room_name)
    if room is None:
        raise ProblemError(
            problems.ROOM_NOT_FOUND,
            f"room {invitation.room_name!r} is not known here",
            "create it with POST /rooms and use its new links; if it should be known, check that "
            "DATABASE_URL still names the same store",
        )
    if room.closed_at_ms is not None or room.created_at_ms != invitation.room_created_at_ms:
        raise ProblemError(
            problems.ROOM_CLOSED,
            f"the call in room {room.name!r} that this invitation was for is over",
            "create a new room with POST /rooms, or ask the host for a new link",
        )
    return room
