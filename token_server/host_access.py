"""Who may see and change what belongs to the hosts of a room: tasks, answers, briefs.

A host, by the invitation that stands behind the # of the link; or whoever may use rooms at all.
"""

from typing import Annotated, Final

from fastapi import Depends, Path

from records import Meeting, Room
from token_server import problems
from token_server.credentials import InvitationShown
from token_server.desk import Desk, DeskNeeded
from token_server.invitations import Invitation
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
CLOCKS_APART_MS: Final = 30_000
"""How much the agent's clock may be behind: it writes when a meeting began."""


async def _get_host_room(
    desk: DeskNeeded,
    room_name: Annotated[RoomName, Path(description="name of the room")],
    invitation: InvitationShown,
) -> Room:
    if invitation is None:
        return await _find_room(desk, room_name)
    return await check_host_of_room(desk, invitation, room_name)


HostRoom = Annotated[Room, Depends(_get_host_room)]
"""The room of the path, for a host of it or a holder of the API key; open or closed."""


async def find_newest_meeting(desk: Desk, room: Room) -> Meeting | None:
    """Return the newest meeting of this life of a room, None before the first."""
    meeting = await desk.store.find_newest_meeting(room.name)
    return meeting if meeting and is_of_life(meeting, room) else None


def is_of_life(meeting: Meeting, room: Room) -> bool:
    """Tell whether a meeting is of this life of a room, and not of an earlier one of its name."""
    if meeting.ended_at_ms is not None and meeting.ended_at_ms < room.created_at_ms:
        return False
    return (
        meeting.room_name == room.name
        and meeting.started_at_ms >= room.created_at_ms - CLOCKS_APART_MS
    )


async def check_host_of_room(desk: Desk, invitation: Invitation, room_name: str) -> Room:
    """Return the room that a host's invitation is for.

    Raises:
        ProblemError: it is a guest's, for another room, or for an earlier room of that name.
    """
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


async def _find_room(desk: Desk, name: str) -> Room:
    room = await desk.store.find_room(name)
    if room is None:
        raise ProblemError(
            problems.ROOM_NOT_FOUND,
            f"room {name!r} was never created here",
            "GET /rooms lists the open rooms",
        )
    return room
