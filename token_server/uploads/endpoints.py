"""Routes that take recordings, tell how far they are transcribed, and delete them."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from records import Upload
from records.recordings import RecordingError, RecordingFault, check_recording
from records.scratch import scratch_folder
from records.uploads import recording_path, upload_folder
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.desk import Desk, DeskNeeded
from token_server.event_stream import HEARTBEAT_SECONDS, EventStream, ServerEvent
from token_server.meetings.forgetting import forget_upload
from token_server.problems import KEY_PROBLEMS, Kind, ProblemError, document
from token_server.uploads.body import Received, receive_recording
from token_server.uploads.models import UploadList, UploadProgress

_log = logging.getLogger(__name__)

EVENT_SECONDS: Final = 0.5
"""Between two looks at the progress."""
_QUIET_LOOKS: Final = round(HEARTBEAT_SECONDS / EVENT_SECONDS)
_FAULTS: Final[dict[RecordingFault, Kind]] = {
    "empty": problems.RECORDING_EMPTY,
    "kind": problems.RECORDING_KIND,
    "unreadable": problems.RECORDING_UNREADABLE,
    "truncated": problems.RECORDING_TRUNCATED,
    "silent": problems.RECORDING_SILENT,
    "too_long": problems.RECORDING_TOO_LONG,
    "odd": problems.RECORDING_ODD,
}

router = APIRouter(
    prefix="/uploads", tags=["uploads"], dependencies=[RoomsAllowed], responses=KEY_PROBLEMS
)

UploadId = Annotated[
    str,
    PathParameter(
        min_length=1, max_length=64, pattern="^[A-Za-z0-9_]+$", description="id of the upload"
    ),
]


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                },
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
    responses=document(
        problems.BAD_REQUEST,
        problems.TOO_LARGE,
        *_FAULTS.values(),
        problems.FILES_DOWN,
        problems.DISK_FULL,
    ),
)
async def create_upload(
    desk: DeskNeeded,
    request: Request,
    response: Response,
    name: Annotated[str | None, Query(max_length=256, description="of the recording")] = None,
) -> UploadProgress:
    """Take a recording, and have it transcribed into a meeting.

    As a form with the file in its field `file`, or as the body itself: wav, mp3, m4a, flac, ogg,
    aac, or the sound of mp4 and webm, told by its content.
    """
    async with desk.upload_slots:
        with scratch_folder() as folder:
            path = folder / "recording"
            received = await receive_recording(
                request, path, name=name, most_bytes=desk.settings.upload_max_bytes
            )
            upload = await _accept(desk, received, path)
    desk.on_upload()
    _log.info("upload %s: %d bytes of %s", upload.room_sid, upload.size_bytes, upload.kind)
    response.headers["Location"] = f"/uploads/{upload.room_sid}"
    return UploadProgress.of(upload)


@router.get("")
async def list_uploads(desk: DeskNeeded) -> UploadList:
    """List the newest uploads, newest first."""
    uploads = await desk.store.list_uploads()
    unreadable = await desk.store.find_unreadable_seconds([one.room_sid for one in uploads])
    return UploadList(
        uploads=[UploadProgress.of(one, unreadable.get(one.room_sid)) for one in uploads]
    )


@router.get("/{upload_id}", responses=document(problems.UPLOAD_NOT_FOUND))
async def get_upload(desk: DeskNeeded, upload_id: UploadId) -> UploadProgress:
    """Tell how far an upload is."""
    return await _tell(desk, await _find(desk, upload_id))


@router.get(
    "/{upload_id}/events",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "progress, until it is over"},
        **document(problems.UPLOAD_NOT_FOUND),
    },
)
async def follow_upload(desk: DeskNeeded, upload_id: UploadId) -> EventStream:
    """Send the progress as server-sent events, whenever it has changed, until it is over.

    Each event is an `UploadProgress`, called progress, done or failed; gone means that the upload
    was deleted. Whoever comes back after a break misses nothing: every event tells all.
    """
    first = await _find(desk, upload_id)
    return EventStream(_events(desk, first))


@router.delete(
    "/{upload_id}",
    status_code=204,
    responses=document(problems.UPLOAD_NOT_FOUND, problems.FILES_DOWN),
)
async def delete_upload(desk: DeskNeeded, upload_id: UploadId) -> Response:
    """Delete a recording with the meeting that became of it; one under way is broken off."""
    upload = await _find(desk, upload_id)
    await forget_upload(desk, upload.room_sid, upload.room_name)
    _log.info("upload %s deleted", upload_id)
    return Response(status_code=204)


async def _accept(desk: Desk, received: Received, path: Path) -> Upload:
    """Look at a recording and keep it; what fails half-way leaves nothing behind."""
    try:
        facts = await check_recording(path, most_seconds=desk.settings.upload_max_seconds)
    except RecordingError as error:
        raise ProblemError(
            _FAULTS[error.fault], f"{received.name!r} {error.detail}", error.remedy
        ) from None
    room_sid = f"UP_{secrets.token_hex(10)}"
    accepted = False
    try:
        # First the file: a job that is sent must find it.
        await desk.files.put(recording_path(room_sid), path)
        upload = await desk.store.add_upload(
            room_sid,
            source="http",
            name=received.name,
            kind=facts.kind,
            size_bytes=received.size_bytes,
            duration_ms=round(facts.seconds * 1000),
            now_ms=desk.clock(),
        )
        accepted = True
    finally:
        if not accepted:
            await desk.files.delete_folder(upload_folder(room_sid))
    return upload


async def _find(desk: Desk, upload_id: str) -> Upload:
    upload = await desk.store.find_upload(upload_id)
    if upload is None:
        raise ProblemError(
            problems.UPLOAD_NOT_FOUND,
            f"there is no upload {upload_id!r}",
            "GET /uploads lists them",
        )
    return upload


async def _tell(desk: Desk, upload: Upload) -> UploadProgress:
    unreadable = await desk.store.find_unreadable_seconds([upload.room_sid])
    return UploadProgress.of(upload, unreadable.get(upload.room_sid))


async def _events(desk: Desk, first: Upload) -> AsyncGenerator[ServerEvent | None]:
    upload: Upload | None = first
    told = ""
    quiet = 0
    while upload is not None:
        news = (await _tell(desk, upload)).model_dump_json()
        if news != told:
            name = upload.state if upload.is_over else "progress"
            yield ServerEvent(event=name, data=news, id=str(upload.changed_at_ms))
            told, quiet = news, 0
        if upload.is_over:
            return
        quiet += 1
        if quiet % _QUIET_LOOKS == 0:
            yield None
        await asyncio.sleep(EVENT_SECONDS)
        upload = await desk.store.find_upload(first.room_sid)
    yield ServerEvent(event="gone", data="{}", id="0")
