"""Who may see and change what belongs to the hosts of a room: tasks, answers, briefs.

A host, by the invitation that stands behind the # of the link; or whoever may use rooms at all.
"""

from typing import Annotated, Final

from fastapi import Depends, Path, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from records import Meeting, Room
from token_server import problems
from token_server.access import check_rooms_access
from token_server.desk import Desk, DeskNeeded
from token_server.invitations import read_invitation
from token_server.names import RoomName
from token_server.problems import ProblemError, document

HOST_PROBLEMS: Final = document(
    problems.KEY_MISSING,
    problems.KEY_WRONG,
    problems.INVITATION_FORGED,
    problems.INVITATION_EXPIRED,
    problems.INVITATION_OTHER_TOKEN,
    problems.NOT_DIRECT,
    problems.OTHER_ORIGIN,
    problems.OTHER_ROOM,
    problems.NOT_HOST,
    problems.ROOM_NOT_FOUND,
    problems.INVALID,
    problems.STORE_DOWN,
)
_CLOCKS_APART_MS: Final = 30_000
"""How much the agent's clock may be behind: it writes when a meeting began."""

_KEY_HEADER = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="SIDENOTE_API_KEY of the token server"
)
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="HostInvitation",
    description="what stands behind the # of a host's link; or the API key",
)


async def _get_host_room(
    request: Request,
    desk: DeskNeeded,
    room_name: Annotated[RoomName, Path(description="name of the room")],
    header_key: Annotated[str | None, Depends(_KEY_HEADER)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Room:
    credentials = bearer.credentials if bearer else None
    # A signed token has two dots; everything else that comes as Bearer is meant for a key.
    if credentials is None or credentials == desk.settings.api_key or credentials.count(".") != 2:
        check_rooms_access(request, desk.settings, header_key or credentials)
        return await _find_room(desk, room_name)
    invitation = read_invitation(desk.settings.api_secret, credentials, now_ms=desk.clock())
    if invitation.room_name != room_name:
        raise ProblemError(
            problems.OTHER_ROOM,
            f"the invitation is not for room {room_name!r}",
            "use the invitation of a host of that room",
        )
    if invitation.role != "host":
        raise ProblemError(
            problems.NOT_HOST, "the invitation is a guest's", "use the host's link of this room"
        )
    room = await _find_room(desk, room_name)
    if room.created_at_ms != invitation.room_created_at_ms:
        raise ProblemError(
            problems.ROOM_NOT_FOUND,
            "the room that the invitation was for is gone, and another has its name",
            "ask for a link to the new room",
        )
    return room


HostRoom = Annotated[Room, Depends(_get_host_room)]
"""The room of the path, for a host of it or a holder of the API key; open or closed."""


async def find_newest_meeting(desk: Desk, room: Room) -> Meeting | None:
    """Return the newest meeting of this life of a room, None before the first."""
    meeting = await desk.store.find_newest_meeting(room.name)
    if meeting is None or meeting.started_at_ms < room.created_at_ms - _CLOCKS_APART_MS:
        return None
    return meeting


async def _find_room(desk: Desk, name: str) -> Room:
    room = await desk.store.find_room(name)
    if room is None:
        raise ProblemError(
            problems.ROOM_NOT_FOUND,
            f"room {name!r} was never created here",
            "GET /rooms lists the open rooms",
        )
    return room
