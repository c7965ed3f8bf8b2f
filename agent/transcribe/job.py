"""The job of one upload: a LiveKit job as that of a call, in a room that nobody joins."""

import asyncio
import logging
import time

from livekit.agents import APIError, AutoSubscribe, JobContext, JobProcess

from agent.lease import RoomLease
from agent.stt.recognizer import RecognizerPool
from agent.transcribe.choice import make_pool
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.work import attempt
from records import (
    FileMissingError,
    Files,
    FilesUnavailableError,
    Store,
    StoreUnavailableError,
    Upload,
)
from records.scratch import scratch_folder
from records.uploads import recording_path
from settings import SettingsError, load_settings

logger = logging.getLogger("sidenote.upload")


class UploadJobs:
    """The uploads of one process; the token server sends another job when one ends too early."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def of(cls, process: JobProcess) -> "UploadJobs":
        """Return the uploads of a process."""
        jobs: UploadJobs = process.userdata.setdefault("uploads", cls())
        return jobs

    async def begin(self, context: JobContext, room_sid: str, pool: RecognizerPool | None) -> None:
        """Join the room, so that the job lasts as long as it, and transcribe in a task."""
        await context.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE)
        task = asyncio.get_running_loop().create_task(
            _run(context, room_sid, pool), name=f"upload {room_sid}"
        )
        self._running[context.job.id] = task

    async def finish(self, job_id: str) -> None:
        """Break off an upload; what is kept is kept, and another job goes on from there."""
        if task := self._running.pop(job_id, None):
            task.cancel()
            await asyncio.wait({task})


async def _run(context: JobContext, room_sid: str, pool: RecognizerPool | None) -> None:
    try:
        settings = load_settings(TranscribeSettings)
        async with Store(settings.database_url) as store:
            if await _serve(store, settings, room_sid, context.job.id, pool):
                await context.delete_room()
    except (StoreUnavailableError, FilesUnavailableError, SettingsError) as error:
        logger.error("an upload waits for another attempt", extra={"error": str(error)})
    except Exception as error:  # noqa: BLE001
        # Exception texts may hold what was said.
        logger.error("an upload waits for another attempt", extra={"error": _describe(error)})
    finally:
        context.shutdown("the upload is over, or another job goes on with it")


async def _serve(
    store: Store,
    settings: TranscribeSettings,
    room_sid: str,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    """Transcribe under the lease of the upload's room; True if nothing is left to do."""
    waiting = await store.find_upload(room_sid)
    if waiting is None or waiting.is_over:
        return True
    lease = RoomLease(store, waiting.room_name, job_id, time.time)
    if not await lease.take():
        logger.info("another job has this upload", extra={"upload": room_sid})
        return False
    try:
        upload = await store.begin_upload(room_sid, now_ms=round(time.time() * 1000))
        if upload is None:
            return True
        return await _while_leased(lease, store, settings, upload, job_id, pool)
    finally:
        await lease.release()


async def _while_leased(
    lease: RoomLease,
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    """Transcribe until it is over or the lease is lost; True if nothing is left to do."""
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(_transcribe(store, settings, upload, job_id, pool))
        holding = tasks.create_task(lease.hold(), name="lease")
        await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
        over = working.done() and not working.cancelled() and working.exception() is None
        working.cancel()
        holding.cancel()
    return over and working.result()


async def _transcribe(
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    files = Files(settings.files_url, settings.file_arguments())
    with scratch_folder() as folder:
        path = folder / "recording"
        try:
            await files.fetch(recording_path(upload.room_sid), path)
        except FileMissingError:
            await store.fail_upload(
                upload.room_sid,
                cause="the recording is not among the files; worker and token server must share "
                "FILES_URL; then upload it again",
                now_ms=round(time.time() * 1000),
            )
            await store.end_meeting(upload.room_sid, now_ms=upload.created_at_ms)
            return True
        try:
            left = await attempt(
                store,
                settings,
                upload,
                path,
                pool or make_pool(settings),
                job_id=job_id,
                polite=True,
            )
        except APIError:
            return False
    return left is None or left.is_over


def _describe(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(_describe, error.exceptions))
    return type(error).__name__
