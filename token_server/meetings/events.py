"""Route to a meeting's events as they happen."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response

from records import Store
from records.catch_up import transcript_number
from records.live import LiveMark
from token_server import problems
from token_server.desk import Desk, DeskNeeded
from token_server.event_stream import HEARTBEAT_SECONDS, EventStream, ServerEvent
from token_server.meetings.access import MEETING_PROBLEMS, MeetingReader, ReadableMeeting
from token_server.meetings.event_positions import EventPosition
from token_server.meetings.models import MeetingEnd, MinutesWritten
from token_server.problems import ProblemError, document
from wire.answers import Answer
from wire.consent import Erased
from wire.controls import CaughtSegment
from wire.gap import Gap
from wire.minutes import Minutes
from wire.talking_point import TalkingPoint
from wire.tasks import Task

_AT_ONCE: Final = 200
"""Of each kind, read from the store in one go."""
_Numbered = CaughtSegment | Erased | Gap | TalkingPoint | Task | Answer
_written_at = attrgetter("written_at_ms")
_NAMES: Final[dict[type[_Numbered], str]] = {
    CaughtSegment: "segment",
    Erased: "erased",
    Gap: "gap",
    TalkingPoint: "talking_point",
    Task: "task",
    Answer: "answer",
}

router = APIRouter(prefix="/meetings/{room_sid}", tags=["meetings"], responses=MEETING_PROBLEMS)


@router.get(
    "/events",
    status_code=200,
    response_class=EventStream,
    responses=document(problems.TOO_MANY_LISTENERS)
    | {204: {"description": "The meeting is over and everything was told"}},
)
async def listen(
    desk: DeskNeeded,
    reader: ReadableMeeting,
    last_event_id: Annotated[
        str | None, Header(description="id of the last event that was read")
    ] = None,
    since: Annotated[
        str | None,
        Query(max_length=80, description="the same, for those who cannot set a header"),
    ] = None,
) -> Response:
    """Hear of everything that happens in a meeting, from its beginning or behind an event.

    Events: `segment` (a final), `erased` (forget this participant's words), `gap`, `minutes`,
    `end`; for hosts also `talking_point`, `task`, `answer` and personal minutes. The stream ends
    when the meeting is over and no minutes are being written. Nothing comes twice, nothing lacks.
    """
    given = last_event_id or since
    position = EventPosition.parse(given) if given else EventPosition()
    if position is None:
        raise ProblemError(
            problems.INVALID,
            "Last-Event-ID is not one of ours",
            "send the id of the last event as it is, or none",
        )
    mark = await desk.store.find_live_mark(reader.meeting.room_sid)
    if position.ended and mark is not None and _is_told(position, mark, reader):
        return Response(status_code=204)  # browsers stop asking
    desk.live_meetings.check_free(reader.meeting.room_sid)
    return EventStream(_tell(desk, reader, position))


async def _tell(
    desk: Desk, reader: MeetingReader, position: EventPosition
) -> AsyncGenerator[ServerEvent | None]:
    with desk.live_meetings.listen(reader.meeting.room_sid) as watched:
        while True:
            change, mark = watched.change, watched.mark
            if mark is not None:
                async with aclosing(_missed(desk.store, reader, position, mark)) as missed:
                    async for behind, event in missed:
                        position = behind
                        yield event
                if _is_told(position, mark, reader):
                    return
            if watched.is_over:
                return
            if not await _has_changed(change):
                yield None


async def _has_changed(change: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await change.wait()
    except TimeoutError:
        return False
    return True


async def _missed(
    store: Store, reader: MeetingReader, position: EventPosition, mark: LiveMark
) -> AsyncGenerator[tuple[EventPosition, ServerEvent]]:
    """Yield what is behind a position, each with the position behind it."""
    room_sid = mark.meeting.room_sid
    if position.ended and mark.meeting.ended_at_ms is None:
        position = replace(position, ended=False)  # people came back into it
    more = True
    while more:
        missed = await store.list_missed(
            room_sid,
            transcript_since=position.transcript,
            since=position.private if reader.is_host else None,
            most=_AT_ONCE,
        )
        more = missed.more
        for item in missed.transcript:
            position = replace(position, transcript=transcript_number(item))
            yield position, _event(item, position)
        for message in missed.private:
            position = replace(position, private=message.sequence)
            yield position, _event(message, position)
    if reader.may_read_minutes and mark.minutes_at_ms > position.minutes_ms:
        for behind, event in await _written(store, reader, position):
            position = behind
            yield position, event
    if mark.meeting.ended_at_ms is not None and not position.ended:
        position = replace(position, ended=True)
        data = MeetingEnd(ended_at_ms=mark.meeting.ended_at_ms).model_dump_json()
        yield position, ServerEvent(event="end", data=data, id=str(position))


async def _written(
    store: Store, reader: MeetingReader, position: EventPosition
) -> list[tuple[EventPosition, ServerEvent]]:
    """Return the events of minutes that are newer than a position."""
    new = [
        one
        for one in await store.list_minutes(reader.meeting.room_sid)
        if one.written_at_ms > position.minutes_ms and (reader.is_host or not one.profile_id)
    ]
    told = []
    for _, at_once in groupby(sorted(new, key=_written_at), key=_written_at):
        *others, last = at_once
        # Only behind the last of those of one moment, that moment is over.
        behind = replace(position, minutes_ms=last.written_at_ms)
        told += [(position, _minutes_event(one, position)) for one in others]
        told.append((behind, _minutes_event(last, behind)))
        position = behind
    return told


def _minutes_event(one: Minutes, position: EventPosition) -> ServerEvent:
    told = MinutesWritten(
        template=one.template,
        profile_id=one.profile_id,
        version=one.version,
        state=one.state,
        title=one.title,
        written_at_ms=one.written_at_ms,
    )
    return ServerEvent(event="minutes", data=told.model_dump_json(), id=str(position))


def _event(item: _Numbered, position: EventPosition) -> ServerEvent:
    return ServerEvent(event=_NAMES[type(item)], data=item.model_dump_json(), id=str(position))


def _is_told(position: EventPosition, mark: LiveMark, reader: MeetingReader) -> bool:
    """Tell whether nothing more will come: the meeting is over and all of it was told."""
    if mark.meeting.ended_at_ms is None or not position.ended:
        return False
    return not (reader.may_read_minutes and mark.is_written_for)
