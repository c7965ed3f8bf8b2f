"""Routes to the parts of a meeting: what was said, told, asked, to be done, heard and spent."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Query

from records import MeetingUsage
from token_server.cost_models import MeetingCost
from token_server.desk import DeskNeeded
from token_server.meetings.access import MEETING_PROBLEMS, HostMeeting, ReadableMeeting
from token_server.meetings.cursors import CURSOR_LENGTH
from token_server.meetings.models import CoverageList, TalkingPointList, TranscriptPage
from token_server.meetings.transcript_page import read_transcript_page
from token_server.tasks.models import AnswerList, TaskList
from token_server.times import to_time
from transcript_buffer.questions import is_question
from transcript_buffer.statistics import reckon_statistics
from wire.costs import ProviderCost
from wire.coverage import SpeakerCoverage
from wire.statistics import StatisticsReport

MOST_ITEMS: Final = 1000
"""Finals of one answer."""

router = APIRouter(prefix="/meetings/{room_sid}", tags=["meetings"], responses=MEETING_PROBLEMS)


@router.get("/segments")
async def list_segments(
    desk: DeskNeeded,
    reader: ReadableMeeting,
    cursor: Annotated[str | None, Query(max_length=CURSOR_LENGTH)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 200,
) -> TranscriptPage:
    """List what was said in the order of time, with gaps and times off the record in place."""
    room_sid = reader.meeting.room_sid
    return await read_transcript_page(desk.store, room_sid, cursor=cursor, limit=limit)


@router.get("/talking-points")
async def list_talking_points(desk: DeskNeeded, meeting: HostMeeting) -> TalkingPointList:
    """List what the hosts were told to say, with what became of it."""
    return TalkingPointList(talking_points=await desk.store.list_talking_points(meeting.room_sid))


@router.get("/answers")
async def list_answers(desk: DeskNeeded, meeting: HostMeeting) -> AnswerList:
    """List what the hosts asked, with the answers, oldest first."""
    return AnswerList(answers=await desk.store.list_answers(meeting.room_sid))


@router.get("/tasks")
async def list_tasks(desk: DeskNeeded, meeting: HostMeeting) -> TaskList:
    """List the tasks, oldest first."""
    return TaskList(tasks=await desk.store.list_tasks(meeting.room_sid))


@router.get("/statistics")
async def get_statistics(desk: DeskNeeded, reader: ReadableMeeting) -> StatisticsReport:
    """Tell who spoke how much, as far as the meeting has come.

    Keywords are those of all profiles; guests are told of none.
    """
    segments = await desk.store.list_segments(reader.meeting.room_sid)
    profiles = await desk.store.list_profiles() if reader.is_host else []
    # A tenth of a second for three hours: others are not to wait for it.
    statistics = await asyncio.to_thread(
        reckon_statistics,
        segments,
        is_question=is_question,
        keywords=sorted({keyword for one in profiles for keyword in one.keywords}),
    )
    return StatisticsReport.of(statistics, at_ms=desk.clock())


@router.get("/coverage")
async def list_coverage(desk: DeskNeeded, meeting: HostMeeting) -> CoverageList:
    """Tell how much of each participant was heard, and why not all."""
    return CoverageList(speakers=_add_up(await desk.store.list_coverage(meeting.room_sid)))


@router.get("/costs")
async def get_costs(desk: DeskNeeded, meeting: HostMeeting) -> MeetingCost:
    """Tell what the meeting has cost, on all its days."""
    rows = await desk.store.list_meeting_usage(meeting.room_sid)
    costs: dict[str, float] = {}
    for row in rows:
        if row.cost is not None:
            costs[row.currency] = costs.get(row.currency, 0.0) + row.cost
    return MeetingCost(
        room_sid=meeting.room_sid,
        room_name=meeting.room_name,
        started_at=to_time(meeting.started_at_ms),
        costs=costs,
        complete=all(row.cost is not None for row in rows),
        providers=_by_model(rows),
    )


def _add_up(reports: Iterable[SpeakerCoverage]) -> list[SpeakerCoverage]:
    """Return one report for each participant; every agent of the meeting has written its own."""
    sums: dict[str, SpeakerCoverage] = {}
    for one in reports:
        known = sums.get(one.identity)
        if known is None:
            sums[one.identity] = one
            continue
        dropped = dict(known.dropped_seconds)
        for reason, seconds in one.dropped_seconds.items():
            dropped[reason] = dropped.get(reason, 0.0) + seconds
        sums[one.identity] = SpeakerCoverage(
            identity=one.identity,
            name=one.name,
            received_seconds=known.received_seconds + one.received_seconds,
            silent_seconds=known.silent_seconds + one.silent_seconds,
            sent_seconds=known.sent_seconds + one.sent_seconds,
            recognized_seconds=known.recognized_seconds + one.recognized_seconds,
            without_text_seconds=known.without_text_seconds + one.without_text_seconds,
            dropped_seconds=dropped,
        )
    return list(sums.values())


def _by_model(rows: Iterable[MeetingUsage]) -> list[ProviderCost]:
    """Return what each model did on all days."""
    sums: dict[tuple[str, str], ProviderCost] = {}
    for row in rows:
        known = sums.get((row.provider, row.model))
        usage = dict(known.usage) if known else {}
        for unit, amount in row.amounts.items():
            usage[unit] = usage.get(unit, 0.0) + amount
        cost = row.cost
        if known:
            cost = None if cost is None or known.cost is None else cost + known.cost
        sums[row.provider, row.model] = ProviderCost(
            provider=row.provider,
            model=row.model,
            usage=usage,
            estimated=row.estimated or bool(known and known.estimated),
            cost=cost,
        )
    return list(sums.values())
