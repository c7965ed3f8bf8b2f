"""Routes that list, search and show meetings."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from records.meeting_list import MeetingFilter
from records.search import FoundMeeting
from token_server import problems
from token_server.credentials import InvitationShown
from token_server.desk import Desk, DeskNeeded
from token_server.host_access import CLOCKS_APART_MS, HOST_PROBLEMS, check_host_of_room
from token_server.meetings.access import MEETING_PROBLEMS, MeetingReader, ReadableMeeting
from token_server.meetings.cursors import CURSOR_LENGTH, make_cursor, read_cursor
from token_server.meetings.event_positions import position_of
from token_server.meetings.filter import FilterAsked
from token_server.meetings.models import (
    FoundPart,
    MeetingList,
    MeetingPage,
    MeetingSummary,
    WorkOnMinutes,
)
from token_server.problems import ProblemError
from transcript_buffer.word_search import Phrase, cut_snippet, parse_query

MOST_MEETINGS: Final = 200
"""Of one answer."""
_QUERY_LENGTH: Final = 200

router = APIRouter(prefix="/meetings", tags=["meetings"])


@router.get("", responses=HOST_PROBLEMS)
async def list_meetings(
    desk: DeskNeeded,
    invitation: InvitationShown,
    asked: FilterAsked,
    q: Annotated[
        str | None,
        Query(
            max_length=_QUERY_LENGTH,
            description='full text: words, "phrases in quotes", beginnings of words*',
        ),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_LENGTH)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_MEETINGS)] = 50,
) -> MeetingList:
    """List meetings, the newest first; or search what was said and their titles, the best first.

    A host's invitation shows the meetings of its own room.
    """
    wanted = asked
    if invitation is not None:
        room = await check_host_of_room(desk, invitation, invitation.room_name)
        wanted = asked.within(
            room_name=room.name,
            from_ms=room.created_at_ms - CLOCKS_APART_MS,
            not_over_at_ms=room.created_at_ms,
        )
    if q is None:
        return await _list(desk, wanted, cursor, limit)
    phrases = parse_query(q)
    if not phrases:
        raise ProblemError(
            problems.INVALID, "q holds no letter and no digit", "search for words, or leave q out"
        )
    return await _search(desk, phrases, wanted, cursor, limit)


@router.get("/{room_sid}", responses=MEETING_PROBLEMS)
async def get_meeting(desk: DeskNeeded, reader: ReadableMeeting) -> MeetingPage:
    """Show a meeting; its parts have routes of their own below this one."""
    # Read first: what happens meanwhile is told again, and not left out.
    mark = await desk.store.find_live_mark(reader.meeting.room_sid)
    listed = await desk.store.find_listed_meeting(reader.meeting.room_sid)
    if listed is None or mark is None:
        raise ProblemError(
            problems.MEETING_NOT_FOUND, "the meeting was just deleted", "GET /meetings lists others"
        )
    summary = MeetingSummary.of(listed)
    return MeetingPage(
        **summary.model_dump(exclude={"title", "has_minutes"}),
        title=listed.title if reader.may_read_minutes else "",
        has_minutes=listed.has_minutes and reader.may_read_minutes,
        role=reader.role,
        may_read_minutes=reader.may_read_minutes,
        work=await _work(desk, reader),
        event_id=str(position_of(mark, reader)),
    )


async def _list(desk: Desk, wanted: MeetingFilter, cursor: str | None, limit: int) -> MeetingList:
    before = read_cursor(cursor) if cursor is not None else None
    found = await desk.store.list_meetings(wanted, before=before, most=limit + 1)
    shown = found[:limit]
    return MeetingList(
        meetings=[MeetingSummary.of(one) for one in shown],
        next_cursor=make_cursor(shown[-1].started_at_ms, shown[-1].room_sid)
        if len(found) > limit
        else None,
    )


async def _search(
    desk: Desk,
    phrases: tuple[Phrase, ...],
    wanted: MeetingFilter,
    cursor: str | None,
    limit: int,
) -> MeetingList:
    skip = max(0, read_cursor(cursor)[0]) if cursor is not None else 0
    found = await desk.store.search_meetings(phrases, wanted, skip=skip, most=limit)
    return MeetingList(
        meetings=[_describe_found(one, phrases) for one in found.meetings],
        next_cursor=make_cursor(skip + limit, "") if found.more else None,
        only_newest=found.only_newest,
    )


async def _work(desk: Desk, reader: MeetingReader) -> list[WorkOnMinutes]:
    if not reader.is_host:
        return []
    return [
        WorkOnMinutes(
            template=one.template, profile_id=one.profile_id, state=one.state, reason=one.reason
        )
        for one in await desk.store.list_work(reader.meeting.room_sid)
    ]


def _describe_found(one: FoundMeeting, phrases: tuple[Phrase, ...]) -> MeetingSummary:
    parts = []
    for line in one.lines:
        snippet = cut_snippet(line.text, phrases)
        parts.append(
            FoundPart(
                segment_id=line.segment_id,
                speaker_identity=line.speaker_identity,
                speaker_name=line.speaker_name,
                started_at_ms=line.started_at_ms,
                text=snippet.text,
                spans=list(snippet.spans),
            )
        )
    return MeetingSummary.of(one.meeting).model_copy(update={"found": parts})
