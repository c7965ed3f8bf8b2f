"""Route that gives a meeting as a file."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response

from records import Meeting, Store
from token_server import problems
from token_server.desk import Desk, DeskNeeded
from token_server.exports.blocks import MeetingText, make_blocks
from token_server.exports.docx import make_docx
from token_server.exports.pdf import make_pdf
from token_server.exports.text import make_markdown, make_text
from token_server.meetings.access import MEETING_PROBLEMS, MeetingReader, ReadableMeeting
from token_server.meetings.models import MeetingSummary
from token_server.meetings.transcript_page import read_transcript
from token_server.names import NAME_LENGTH
from token_server.problems import ProblemError, document
from transcript_buffer.exports import export_transcript
from wire.minutes import Minutes

ExportFormat = Literal["txt", "md", "srt", "vtt", "json", "docx", "pdf"]
Part = Literal["transcript", "minutes"]


@dataclass(frozen=True, slots=True)
class _Kind:
    media_type: str
    make: Callable[[MeetingText], bytes]


_DOCUMENTS: Final[dict[ExportFormat, _Kind]] = {
    "txt": _Kind("text/plain; charset=utf-8", lambda text: make_text(make_blocks(text))),
    "md": _Kind("text/markdown; charset=utf-8", lambda text: make_markdown(make_blocks(text))),
    "docx": _Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        lambda text: make_docx(make_blocks(text)),
    ),
    "pdf": _Kind("application/pdf", lambda text: make_pdf(make_blocks(text))),
}
_SUBTITLES: Final = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]")

router = APIRouter(prefix="/meetings/{room_sid}", tags=["meetings"], responses=MEETING_PROBLEMS)


@router.get("/export", response_class=Response, responses=document(problems.MINUTES_NOT_FOUND))
async def export_meeting(
    desk: DeskNeeded,
    reader: ReadableMeeting,
    format: Annotated[ExportFormat, Query(description="kind of the file")],  # noqa: A002
    parts: Annotated[
        str,
        Query(alias="with", description="transcript, minutes, or both with a comma between"),
    ] = "transcript",
    template: Annotated[
        str | None, Query(max_length=64, description="of the minutes; left out: the newest")
    ] = None,
) -> Response:
    """Give a meeting as a file: text, Markdown, subtitles, JSON, Word or PDF.

    Gaps and times off the record stand in their places; subtitles hold what was said only.
    """
    wanted = _read_parts(parts)
    if format in {"srt", "vtt"} and wanted != {"transcript"}:
        raise ProblemError(
            problems.INVALID, "subtitles hold no minutes", "ask for with=transcript, or for a pdf"
        )
    minutes = await _find_minutes(desk.store, reader, template) if "minutes" in wanted else None
    with_transcript = "transcript" in wanted
    if format == "srt" or format == "vtt":
        segments = await desk.store.list_segments(reader.meeting.room_sid)
        body = export_transcript(segments, format, title=_title(reader)).encode()
        return _file(reader.meeting, format, body, _SUBTITLES[format])
    if format == "json":
        return await _json(desk, reader, minutes, with_transcript=with_transcript)
    return await _document(desk, reader, format, minutes, with_transcript=with_transcript)


async def _document(
    desk: Desk,
    reader: MeetingReader,
    format: ExportFormat,  # noqa: A002 - what the query is called
    minutes: Minutes | None,
    *,
    with_transcript: bool,
) -> Response:
    meeting = reader.meeting
    text = MeetingText(
        title=_title(reader),
        started_at_ms=meeting.started_at_ms,
        minutes=minutes,
        transcript=await read_transcript(desk.store, meeting.room_sid) if with_transcript else None,
    )
    kind = _DOCUMENTS[format]
    async with desk.exports:
        body = await asyncio.to_thread(kind.make, text)
    return _file(meeting, format, body, kind.media_type)


async def _json(
    desk: Desk, reader: MeetingReader, minutes: Minutes | None, *, with_transcript: bool
) -> Response:
    listed = await desk.store.find_listed_meeting(reader.meeting.room_sid)
    content: dict[str, object] = {}
    if listed is not None:
        summary = MeetingSummary.of(listed).model_copy(update={"title": _title(reader)})
        content["meeting"] = summary.model_dump(mode="json", exclude={"found"})
    if with_transcript:
        items = await read_transcript(desk.store, reader.meeting.room_sid)
        content["transcript"] = [item.model_dump(mode="json") for item in items]
    if minutes is not None:
        content["minutes"] = minutes.model_dump(mode="json")
    body = json.dumps(content, ensure_ascii=False, indent=2).encode()
    return _file(reader.meeting, "json", body, "application/json")


async def _find_minutes(store: Store, reader: MeetingReader, template: str | None) -> Minutes:
    if not reader.may_read_minutes:
        raise ProblemError(
            problems.NOT_HOST,
            "the room lets guests read the transcript only",
            "ask for with=transcript",
        )
    minutes = await store.find_minutes(reader.meeting.room_sid, template)
    if minutes is None:
        raise ProblemError(
            problems.MINUTES_NOT_FOUND,
            "the meeting has no such minutes yet",
            "ask for with=transcript, or wait until they are written",
        )
    return minutes


def _read_parts(text: str) -> set[str]:
    parts = {part.strip() for part in text.split(",")}
    if not parts <= {"transcript", "minutes"}:
        raise ProblemError(
            problems.INVALID,
            "`with` names something else than transcript and minutes",
            "write with=transcript, with=minutes or with=transcript,minutes",
        )
    return parts


def _title(reader: MeetingReader) -> str:
    title = reader.meeting.title if reader.may_read_minutes else ""
    return title or reader.meeting.room_name


def _file(meeting: Meeting, ending: str, body: bytes, media_type: str) -> Response:
    """Return a file to be saved; its name holds the room's, as far as it fits, and a day.

    Without the title: what was spoken of is nothing for a list of downloads.
    """
    day = datetime.fromtimestamp(meeting.started_at_ms / 1000, UTC)
    # Rooms that others have made may be called anything, also the end of this header.
    room = _UNFIT.sub("_", meeting.room_name)[:NAME_LENGTH]
    name = f"{room}-{day:%Y-%m-%d}.{ending}"
    return Response(
        body,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
