"""The job of one upload: a LiveKit job as that of a call, in a room that nobody joins."""

import asyncio
import errno
import logging
import os
import shutil
import time
from contextlib import suppress
from typing import Final

from livekit.agents import AutoSubscribe, JobContext, JobProcess

from agent.lease import RoomLease
from agent.stt.recognizer import RecognizerPool
from agent.transcribe.choice import make_pool
from agent.transcribe.endings import blames_recording, cause_of
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.work import attempt, give_up
from records import FileMissingError, Files, Store, StoreUnavailableError, Upload
from records.scratch import scratch_folder
from records.uploads import MOST_ATTEMPTS, recording_path
from settings import load_settings

logger = logging.getLogger("sidenote.upload")

_NICENESS: Final = 10


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
            _make_polite(pool)
            if await serve_upload(store, settings, room_sid, context.job.id, pool):
                await context.delete_room()
    except Exception as error:  # noqa: BLE001 - whatever it is, another job may do better
        logger.error("an upload waits for another attempt", extra={"error": cause_of(error)})
    finally:
        context.shutdown("the upload is over, or another job goes on with it")


def _make_polite(pool: RecognizerPool | None) -> None:
    """Leave the machine to calls wherever they need it."""
    # Processes that are started later inherit it from this thread.
    for pid in (0, *(pool.pids if pool else ())):
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)


async def serve_upload(
    store: Store,
    settings: TranscribeSettings,
    room_sid: str,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    """Transcribe under the lease of the upload's room; True if nothing is left to do.

    What goes wrong is noted as the cause for which the upload waits for another job.

    Raises:
        StoreUnavailableError: the store is away.
    """
    waiting = await store.find_upload(room_sid)
    if waiting is None or waiting.is_over:
        return True
    lease = RoomLease(store, waiting.room_name, job_id, time.time)
    if not await lease.take():
        logger.info("another job has this upload", extra={"upload": room_sid})
        return False
    try:
        upload = await store.begin_upload(room_sid, now_ms=_now_ms())
        if upload is None:
            return True
        if upload.attempts > MOST_ATTEMPTS:
            await give_up(store, upload, _cause_of_many(waiting.cause))
            return True
        return await _while_leased(lease, store, settings, upload, job_id, pool)
    except asyncio.CancelledError:
        await _put_off(lease, store, room_sid, "its worker was stopped", counts=False)
        raise
    finally:
        await lease.release()


def _cause_of_many(last: str) -> str:
    died = "its process died; has the worker memory enough? Its log may say more"
    return (
        f"{MOST_ATTEMPTS} jobs in turn came no further, the last one because: {last or died}; "
        "then upload it again"
    )


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
        working = tasks.create_task(_try(lease, store, settings, upload, job_id, pool))
        holding = tasks.create_task(lease.hold(), name="lease")
        await asyncio.wait({working, holding}, return_when=asyncio.FIRST_COMPLETED)
        over = working.done() and not working.cancelled() and working.exception() is None
        working.cancel()
        holding.cancel()
    return over and working.result()


async def _try(
    lease: RoomLease,
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    """Transcribe; True if nothing is left to do, else it is noted why."""
    try:
        return await _transcribe(store, settings, upload, job_id, pool)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is noted
        cause = cause_of(error)
        logger.error("an upload waits for another attempt", extra={"error": cause})
        await _put_off(lease, store, upload.room_sid, cause, counts=blames_recording(error))
        return False


async def _put_off(
    lease: RoomLease, store: Store, room_sid: str, cause: str, *, counts: bool
) -> None:
    # If the store is away, that is the cause, and the log has it. A job that has stalled for
    # longer than its lease has been followed by another, whose upload it is now.
    with suppress(StoreUnavailableError):
        if await lease.take():
            await store.put_off_upload(room_sid, cause=cause, counts=counts, now_ms=_now_ms())


async def _transcribe(
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    job_id: str,
    pool: RecognizerPool | None,
) -> bool:
    files = Files(settings.files_url, settings.file_arguments())
    with scratch_folder() as folder:
        if shutil.disk_usage(folder).free < upload.size_bytes:
            # A disk that is filled to the last byte would stop the calls of this worker, too.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path = folder / "recording"
        try:
            await files.fetch(recording_path(upload.room_sid), path)
        except FileMissingError:
            cause = (
                "the recording is not among the files; worker and token server must share "
                "FILES_URL; then upload it again"
            )
            await give_up(store, upload, cause)
            return True
        left = await attempt(
            store,
            settings,
            upload,
            path,
            pool or make_pool(settings),
            job_id=job_id,
        )
    return left is None or left.is_over


def _now_ms() -> int:
    return round(time.time() * 1000)
