"""One attempt at an upload: takes it from the store, transcribes it, and says what became of it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livekit.agents import APIError

from agent.stt.recognizer import RecognizerPool
from agent.transcribe.choice import find_recordings, open_budget, open_recognizer
from agent.transcribe.keeping import UploadGoneError, UploadKeeping
from agent.transcribe.progress import Progress
from agent.transcribe.provider import ProviderTranscription
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.transcription import Transcription
from records import Store, Upload
from records.recordings import RecordingError

logger = logging.getLogger("sidenote.upload")


async def attempt(
    store: Store,
    settings: TranscribeSettings,
    upload: Upload,
    path: Path,
    pool: RecognizerPool | None,
    *,
    job_id: str,
    on_progress: Callable[[Progress], None] = lambda _: None,
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

    Raises:
        APIError: no recognizer answers; a later attempt may.
        RecognizerError: the recognizer of this machine dies of the recording.
        SettingsError: what the settings name cannot be had.
        StoreUnavailableError: the store is away for long.
        OSError: this machine's disk is full.
    """
    try:
        keeping = UploadKeeping(store, upload, time.time)
        await keeping.open()
        at = _Attempt(store, settings, keeping, path, job_id, on_progress)
        speakers = await at.by_provider()
        if speakers is None:
            speakers = await at.by_stretches(pool)
    except UploadGoneError:
        logger.info("an upload was deleted while it was transcribed")
    except RecordingError as error:
        await give_up(store, upload, f"the recording {error}")
    else:
        logger.info("an upload is transcribed", extra={"speakers": speakers})
    return await store.find_upload(upload.room_sid)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt's two ways: as a whole by a provider, else stretch by stretch."""

    store: Store
    settings: TranscribeSettings
    keeping: UploadKeeping
    path: Path
    job_id: str
    on_progress: Callable[[Progress], None]

    async def by_provider(self) -> int | None:
        """Return how many speakers a provider has heard; None: none takes the whole of it."""
        recordings = find_recordings(self.settings)
        if recordings is None:
            return None
        room_sid = self.keeping.upload.room_sid
        budget = await open_budget(self.settings, self.store, room_sid)
        transcription = ProviderTranscription(
            self.keeping,
            self.path,
            recordings,
            budget.reserve,
            job_id=self.job_id,
            most_seconds=self.settings.upload_max_seconds,
            on_progress=self.on_progress,
        )
        try:
            return await transcription.run()
        except APIError as error:
            # Those after it in STT may hear what it does not.
            logger.warning(
                "a provider gave no transcript of a recording; it is heard in stretches",
                extra={"error": type(error).__name__},
            )
            return None
        finally:
            await budget.look()

    async def by_stretches(self, pool: RecognizerPool | None) -> int:
        """Return how many voices were told apart."""
        room_sid = self.keeping.upload.room_sid
        async with open_recognizer(self.settings, self.store, room_sid, pool) as recognizer:
            transcription = Transcription(
                self.keeping,
                self.path,
                recognizer,
                job_id=self.job_id,
                most_seconds=self.settings.upload_max_seconds,
                on_progress=self.on_progress,
                now=time.time,
            )
            return await transcription.run()


async def give_up(store: Store, upload: Upload, cause: str) -> None:
    """Say why nothing more becomes of it; what was heard stays, and the meeting ends."""
    logger.warning("an upload is given up", extra={"upload": upload.room_sid})
    # First the meeting: between the two another attempt can do both, and after the upload's end
    # nobody comes back to it.
    await store.end_meeting(upload.room_sid, now_ms=upload.created_at_ms)
    await store.fail_upload(upload.room_sid, cause=cause, now_ms=round(time.time() * 1000))
