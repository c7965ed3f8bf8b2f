"""Reads what is left of a call in which parts were killed: in the store, and on a page.

The page is a host's that is loaded anew at the end of the call: it asks the agent for everything.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from livekit import rtc

from lab.front_desk import PlayError
from lab.witness import SeenTranscript
from records import Store
from transcript_buffer import Segment
from wire.controls import CATCH_UP_METHOD, CatchUpReply, CatchUpRequest, CaughtSegment
from wire.gap import Gap
from wire.transcript import TranscriptAttributes

_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is kept of a call, and what a page reads of it."""

    stored: list[SeenTranscript]
    """The finals in the store, in the order of their numbers."""
    gaps: list[Gap]
    """In the store."""
    read: list[SeenTranscript]
    """The finals that a page loaded anew is given."""
    read_gaps: list[Gap]
    """Likewise."""


async def read_aftermath(
    database_url: str, room_name: str, room: rtc.Room, agent: str
) -> Aftermath:
    """Read the store and ask the agent, while the room is still open.

    Args:
        database_url: of the store.
        room_name: of the call's room.
        room: as a host is in it.
        agent: identity of the agent that listens.

    Raises:
        PlayError: there is no meeting of this room, or no answer.
    """
    async with Store(database_url) as store:
        meeting = await store.find_newest_meeting(room_name)
        if meeting is None:
            raise PlayError(f"the store has no meeting of the room {room_name}")
        segments = await store.list_segments(meeting.room_sid)
        gaps = await store.list_gaps(meeting.room_sid)
    read, read_gaps = await _read_as_page(room, agent)
    return Aftermath(
        stored=_as_seen(sorted(segments, key=lambda segment: segment.sequence)),
        gaps=gaps,
        read=read,
        read_gaps=read_gaps,
    )


async def _read_as_page(room: rtc.Room, agent: str) -> tuple[list[SeenTranscript], list[Gap]]:
    segments: list[CaughtSegment] = []
    gaps: list[Gap] = []
    request = CatchUpRequest()
    while True:
        reply = await _ask(room, agent, request)
        segments += reply.segments
        gaps += reply.gaps
        if not reply.more:
            return [_as_caught(segment) for segment in segments], gaps
        following = CatchUpRequest(since=reply.since, transcript_since=reply.transcript_since)
        if following == request:
            raise PlayError("the agent tells the same page of what was missed again and again")
        request = following


async def _ask(room: rtc.Room, agent: str, request: CatchUpRequest) -> CatchUpReply:
    for attempt in range(1, _TRIES + 1):
        try:
            answer = await room.local_participant.perform_rpc(
                destination_identity=agent,
                method=CATCH_UP_METHOD,
                payload=request.model_dump_json(),
            )
        except rtc.RpcError as error:
            if attempt == _TRIES:
                raise PlayError(f"the agent did not tell what was missed: {error}") from None
            await asyncio.sleep(1.0)
        else:
            return CatchUpReply.model_validate_json(answer)
    raise AssertionError("the last try returns or raises")


def _as_seen(segments: Iterable[Segment]) -> list[SeenTranscript]:
    return [
        _seen(
            text=segment.text,
            segment_id=segment.id,
            track_sid=segment.track_sid,
            speaker_identity=segment.speaker,
            speaker_name=segment.name,
            speaker_role=segment.role,
            started_at_ms=round(segment.start_seconds * 1000),
            ended_at_ms=round(segment.end_seconds * 1000),
            sequence=segment.sequence,
        )
        for segment in segments
    ]


def _as_caught(segment: CaughtSegment) -> SeenTranscript:
    return _seen(**segment.model_dump())


def _seen(*, text: str, **told: object) -> SeenTranscript:
    attributes = TranscriptAttributes.model_validate({"final": True, **told})
    sender = attributes.speaker_identity
    return SeenTranscript(received_seconds=0.0, sender=sender, attributes=attributes, text=text)
