"""Who may read a meeting: holders of the API key, its hosts, and its guests if the room lets them.

An invitation is good for the meetings of one life of one room: a room that was closed and opened
anew under the same name has other hosts.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path

from records import GuestsRead, Meeting, Room
from token_server import problems
from token_server.credentials import InvitationShown
from token_server.desk import Desk, DeskNeeded
from token_server.host_access import is_of_life
from token_server.invitations import Invitation
from token_server.problems import ProblemError, document
from wire.roles import Role

MEETING_PROBLEMS: Final = document(
    problems.KEY_MISSING,
    problems.KEY_WRONG,
    problems.INVITATION_FORGED,
    problems.INVITATION_EXPIRED,
    problems.INVITATION_OTHER_TOKEN,
    problems.NOT_DIRECT,
    problems.OTHER_ORIGIN,
    problems.NOT_HOST,
    problems.MEETING_NOT_FOUND,
    problems.INVALID,
    problems.STORE_DOWN,
)
"""What every route of one meeting may answer."""

RoomSid = Annotated[
    str,
    Path(min_length=1, max_length=128, description="the meeting's key: sid of the room's life"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingReader:
    """Somebody who may read a meeting, and how much of it."""

    meeting: Meeting
    role: Role
    """host: all of it; also for holders of the API key. guest: what `guests_read` says."""
    guests_read: GuestsRead
    """What the room lets guests read."""

    @property
    def is_host(self) -> bool:
        """Whether talking points, answers, tasks and costs are for this reader."""
        return self.role == "host"

    @property
    def may_read_minutes(self) -> bool:
        """Whether the minutes are for this reader; the transcript is."""
        return self.is_host or self.guests_read == "minutes"


async def _get_readable(
    desk: DeskNeeded, room_sid: RoomSid, invitation: InvitationShown
) -> MeetingReader:
    meeting = await desk.store.find_meeting(room_sid)
    if meeting is None:
        raise _not_found()
    if invitation is None:
        return MeetingReader(meeting=meeting, role="host", guests_read="minutes")
    room = await _find_room_of(desk, meeting, invitation)
    reader = MeetingReader(meeting=meeting, role=invitation.role, guests_read=room.guests_read)
    if not reader.is_host and room.guests_read == "none":
        raise _only_hosts("the room lets no guest read what was said")
    return reader


ReadableMeeting = Annotated[MeetingReader, Depends(_get_readable)]
"""The meeting of the path, for whoever may read at least its transcript."""


async def _get_minutes_readable(reader: ReadableMeeting) -> MeetingReader:
    if not reader.may_read_minutes:
        raise _only_hosts("the room lets guests read the transcript only")
    return reader


MinutesMeeting = Annotated[MeetingReader, Depends(_get_minutes_readable)]
"""The meeting of the path, for whoever may read its minutes too."""


async def _get_of_host(reader: ReadableMeeting) -> Meeting:
    if not reader.is_host:
        raise _only_hosts("the invitation is a guest's")
    return reader.meeting


HostMeeting = Annotated[Meeting, Depends(_get_of_host)]
"""The meeting of the path, for a host of it or a holder of the API key."""


async def _find_room_of(desk: Desk, meeting: Meeting, invitation: Invitation) -> Room:
    """Return the room of a meeting if the invitation is for the life of it.

    Raises:
        ProblemError: it is not; in the same words as if there were no such meeting.
    """
    room = await desk.store.find_room(invitation.room_name)
    if (
        room is None
        or room.created_at_ms != invitation.room_created_at_ms
        or not is_of_life(meeting, room)
    ):
        raise _not_found()
    return room


def _not_found() -> ProblemError:
    return ProblemError(
        problems.MEETING_NOT_FOUND,
        "there is no meeting of this key, or what was shown is not for it",
        "GET /meetings lists the meetings; an invitation opens those of its own room only",
    )


def _only_hosts(detail: str) -> ProblemError:
    return ProblemError(problems.NOT_HOST, detail, "use the host's link of this meeting's room")
