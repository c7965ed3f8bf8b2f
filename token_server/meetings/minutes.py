"""Routes to the minutes of a meeting: list them, read them, have them written anew."""

import logging
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from token_server import problems
from token_server.desk import DeskNeeded
from token_server.meetings.access import MEETING_PROBLEMS, HostMeeting, MinutesMeeting
from token_server.meetings.models import MinutesList, MinutesRequest, WorkOnMinutes
from token_server.problems import ProblemError, document
from token_server.profiles import profile_not_found
from wire.minutes import Minutes

_log = logging.getLogger(__name__)

router = APIRouter(
    prefix="/meetings/{room_sid}/minutes", tags=["minutes"], responses=MEETING_PROBLEMS
)


@router.get("")
async def list_minutes(desk: DeskNeeded, reader: MinutesMeeting) -> MinutesList:
    """List the minutes of a meeting, the newest first; guests see those for everybody."""
    minutes = await desk.store.list_minutes(reader.meeting.room_sid)
    return MinutesList(minutes=[one for one in minutes if reader.is_host or not one.profile_id])


@router.get("/{template}", responses=document(problems.MINUTES_NOT_FOUND))
async def get_minutes(
    desk: DeskNeeded,
    reader: MinutesMeeting,
    template: Annotated[str, Path(max_length=64, description="what they were written by")],
    profile_id: Annotated[
        str, Query(max_length=64, description="whose personal minutes; left out: everybody's")
    ] = "",
) -> Minutes:
    """Read minutes; personal ones are for hosts."""
    room_sid = reader.meeting.room_sid
    minutes = None
    if reader.is_host or not profile_id:
        minutes = await desk.store.find_minutes(room_sid, template, profile_id)
    if minutes is None:
        raise ProblemError(
            problems.MINUTES_NOT_FOUND,
            "the meeting has no such minutes",
            f"GET /meetings/{room_sid}/minutes lists them; hosts POST there to have some written",
        )
    return minutes


@router.post(
    "",
    status_code=202,
    responses=document(problems.PROFILE_NOT_FOUND, problems.NOT_JSON),
)
async def request_minutes(
    desk: DeskNeeded,
    meeting: HostMeeting,
    wanted: Annotated[MinutesRequest | None, Body()] = None,
) -> WorkOnMinutes:
    """Have minutes written, or written anew; a worker does it as soon as one has time.

    GET /meetings/{room_sid} tells how far it is; the event `minutes` tells when they are there.
    """
    wanted = wanted or MinutesRequest()
    if wanted.profile_id and await desk.store.find_profile(wanted.profile_id) is None:
        raise profile_not_found()
    work = await desk.store.request_minutes(
        meeting.room_sid,
        template=wanted.template or "",
        profile_id=wanted.profile_id or "",
        now_ms=desk.clock(),
    )
    if work is None:
        raise ProblemError(
            problems.MEETING_NOT_FOUND, "the meeting was just deleted", "GET /meetings lists others"
        )
    _log.info("minutes of meeting %s asked for", meeting.room_sid)
    return WorkOnMinutes(
        template=work.template, profile_id=work.profile_id, state=work.state, reason=work.reason
    )
