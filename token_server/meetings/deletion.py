"""Routes that delete a meeting, or what one participant said in it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Path

from token_server import problems
from token_server.desk import DeskNeeded
from token_server.meetings.access import MEETING_PROBLEMS, HostMeeting
from token_server.meetings.forgetting import (
    check_call_is_over,
    forget_meetings,
    forget_upload,
    forget_words,
)
from token_server.problems import document

_log = logging.getLogger(__name__)

router = APIRouter(
    prefix="/meetings/{room_sid}",
    tags=["meetings"],
    responses=MEETING_PROBLEMS | document(problems.MEETING_GOES_ON, problems.FILES_DOWN),
)


@router.delete("", status_code=204)
async def delete_meeting(desk: DeskNeeded, meeting: HostMeeting) -> None:
    """Delete a meeting that is over: transcript, minutes, tasks, sound, and every trace of them.

    On Postgres its own vacuum, log and backups decide when the bytes are gone. A recording that
    is being transcribed is given up.
    """
    if meeting.kind == "upload":
        await forget_upload(desk, meeting.room_sid, meeting.room_name)
    else:
        remedy = f"end the call first: DELETE /rooms/{meeting.room_name}"
        await check_call_is_over(desk, meeting, remedy)
        await forget_meetings(desk, [meeting.room_sid])
    _log.info("meeting %s deleted", meeting.room_sid)


@router.delete(
    "/participants/{identity}/words",
    status_code=204,
    responses=document(problems.PARTICIPANT_NOT_FOUND),
)
async def delete_words(
    desk: DeskNeeded,
    meeting: HostMeeting,
    identity: Annotated[str, Path(min_length=1, max_length=256, description="who said them")],
) -> None:
    """Delete what a participant said in a meeting that is over, and what rests on it.

    With the words go talking points, answers and spoken tasks that hold them or were made by who
    had read them, and the sound; minutes are written anew. During the call the participant says
    so itself: it withdraws its consent and asks for its words to be erased.
    """
    remedy = "let the participant withdraw its consent in the call, or wait for its end"
    if meeting.kind == "upload":
        remedy = f"wait until GET /uploads/{meeting.room_sid} says that it is done"
    await check_call_is_over(desk, meeting, remedy)
    await forget_words(desk, meeting, identity)
