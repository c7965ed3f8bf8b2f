"""The transcript of a meeting page by page, with what was not heard in its place."""

from records import Store
from token_server.meetings.cursors import make_cursor, read_cursor
from token_server.meetings.models import (
    GapItem,
    OffTheRecordItem,
    SegmentItem,
    TranscriptItem,
    TranscriptPage,
)
from transcript_buffer import Segment


async def read_transcript_page(
    store: Store, room_sid: str, *, cursor: str | None, limit: int
) -> TranscriptPage:
    """Return finals in the order in which they were spoken, and the silences between them.

    Gaps and times off the record that begin between two finals stand between these two; they
    count in no limit.

    Raises:
        ProblemError: the cursor is none of ours.
        StoreUnavailableError: the store is away.
    """
    after = read_cursor(cursor) if cursor is not None else None
    found = await store.list_segment_page(room_sid, after=after, most=limit + 1)
    shown = found[:limit]
    until = _place(shown[-1]) if len(found) > limit else None
    items: list[tuple[tuple[int, str], TranscriptItem]] = [
        (_place(one), describe_segment(one)) for one in shown
    ]
    for silence in await _silences(store, room_sid):
        place = silence.started_at_ms, ""
        if (after is None or place > after) and (until is None or place <= until):
            items.append((place, silence))
    items.sort(key=lambda item: item[0])
    return TranscriptPage(
        items=[item for _, item in items], next_cursor=make_cursor(*until) if until else None
    )


async def read_transcript(store: Store, room_sid: str) -> list[TranscriptItem]:
    """Return all of a transcript, as the pages have it."""
    items: list[TranscriptItem] = [
        *(describe_segment(one) for one in await store.list_segments(room_sid)),
        *await _silences(store, room_sid),
    ]
    # A silence stands before what was said when it began, as on the pages.
    return sorted(items, key=lambda item: (item.started_at_ms, item.type == "segment"))


def describe_segment(one: Segment) -> SegmentItem:
    """Return a final as it goes out."""
    return SegmentItem(
        segment_id=one.id,
        sequence=one.sequence,
        speaker_identity=one.speaker,
        speaker_name=one.name,
        speaker_role=one.role,
        started_at_ms=round(one.start_seconds * 1000),
        ended_at_ms=round(one.end_seconds * 1000),
        text=one.text,
    )


async def _silences(store: Store, room_sid: str) -> list[GapItem | OffTheRecordItem]:
    gaps = await store.list_gaps(room_sid)
    off_the_record = await store.list_off_the_record(room_sid)
    return [
        *(
            GapItem(started_at_ms=gap.started_at_ms, ended_at_ms=gap.ended_at_ms, reason=gap.reason)
            for gap in gaps
        ),
        *(OffTheRecordItem(started_at_ms=start, ended_at_ms=end) for start, end in off_the_record),
    ]


def _place(one: Segment) -> tuple[int, str]:
    return round(one.start_seconds * 1000), one.id
