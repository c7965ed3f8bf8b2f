"""One attempt at an upload: takes it from the store, transcribes it, and says what became of it."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from livekit.agents import APIError

from agent.stt.recognizer import RecognizerPool
from agent.transcribe.choice import open_recognizer
from agent.transcribe.progress import Progress
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.transcription import Transcription, UploadGoneError
from records import Store, Upload
from records.recordings import RecordingError

logger = logging.getLogger("sidenote.upload")

MOST_ATTEMPTS: Final = 5
"""So many jobs in turn may end without coming further; then the recording is given up."""
_NICENESS: Final = 10


async def attempt(
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    path: Path,
    pool: RecognizerPool | None,
    *,
    job_id: str,
    on_progress: Callable[[Progress], None] = lambda _: None,
    polite: bool = False,
) -> Upload | None:
    """Transcribe what is left of an upload that was begun; return it as it stands then.

    Args:
        store: of the upload.
        settings: who hears, how long it may be.
        upload: of `begin_upload`.
        path: of the recording on this machine.
        pool: recognizers of this machine, if the settings need them; closed at the end.
        job_id: whose work it is.
        on_progress: is told how far it is.
        polite: leave the machine to calls wherever they need it.

    Raises:
        APIError: no recognizer answers; a later attempt may.
        SettingsError: what the settings name cannot be had.
        StoreUnavailableError: the store is away for long.
    """
    if upload.attempts > MOST_ATTEMPTS:
        await _give_up(store, upload, f"{MOST_ATTEMPTS} attempts in turn came no further")
        return await store.find_upload(upload.room_sid)
    try:
        async with open_recognizer(settings, store, upload.room_sid, pool) as recognizer:
            if polite:
                _make_polite(pool)
            transcription = Transcription(
                store,
                upload,
                path,
                recognizer,
                job_id=job_id,
                most_seconds=settings.upload_max_seconds,
                on_progress=on_progress,
                now=time.time,
            )
            speakers = await transcription.run()
    except UploadGoneError:
        logger.info("an upload was deleted while it was transcribed")
    except RecordingError as error:
        await _give_up(store, upload, f"the recording {error}")
    except APIError as error:
        logger.warning("no recognizer answers", extra={"error": type(error).__name__})
        raise
    else:
        logger.info("an upload is transcribed", extra={"speakers": speakers})
    return await store.find_upload(upload.room_sid)


async def _give_up(store: Store, upload: Upload, cause: str) -> None:
    """Say why nothing more becomes of it; what was heard stays, and the meeting ends."""
    logger.warning("an upload is given up", extra={"upload": upload.room_sid})
    await store.fail_upload(upload.room_sid, cause=cause, now_ms=round(time.time() * 1000))
    await store.end_meeting(upload.room_sid, now_ms=upload.created_at_ms)


def _make_polite(pool: RecognizerPool | None) -> None:
    # Processes that are started later inherit it from this thread.
    for pid in (0, *(pool.pids if pool else ())):
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
