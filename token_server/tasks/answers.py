"""The route to what hosts asked in a room's meeting."""

from fastapi import APIRouter

from token_server.desk import DeskNeeded
from token_server.host_access import HOST_PROBLEMS, HostRoom, find_newest_meeting
from token_server.tasks.models import AnswerList

router = APIRouter(prefix="/rooms/{room_name}/answers", tags=["answers"], responses=HOST_PROBLEMS)


@router.get("")
async def list_answers(desk: DeskNeeded, room: HostRoom) -> AnswerList:
    """List what hosts asked in the room's newest meeting, with the answers, oldest first."""
    meeting = await find_newest_meeting(desk, room)
    return AnswerList(answers=await desk.store.list_answers(meeting.room_sid) if meeting else [])
