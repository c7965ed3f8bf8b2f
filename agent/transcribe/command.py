"""`python -m agent transcribe FILE`: a recording to a transcript, without any server."""

import argparse
import asyncio
import hashlib
import sys
import time
from pathlib import Path
from typing import Final

from livekit.agents import APIError

from agent.lease import LEASE_SECONDS, RENEW_SECONDS, RoomLease
from agent.stt.recognizer import RecognizerError
from agent.transcribe.arguments import DEFAULT_FORMAT, FORMATS
from agent.transcribe.choice import make_pool
from agent.transcribe.endings import cause_of
from agent.transcribe.settings import TranscribeSettings
from agent.transcribe.terminal import progress_line, tell
from agent.transcribe.work import attempt
from records import Store, StoreUnavailableError, Upload, migrate
from records.recordings import RecordingError, check_recording
from settings import SettingsError, load_settings
from transcript_buffer.exports import ExportFormat, export_transcript

_DONE, _FAILED, _SETTINGS_WRONG, _STOPPED = 0, 1, 2, 130
_PATIENCE_SECONDS: Final = LEASE_SECONDS + 2.0
"""How long another process's lease is waited for."""


class CommandError(Exception):
    """The recording cannot be transcribed; says why, for people."""


def transcribe(options: argparse.Namespace) -> int:
    """Transcribe, and write the transcript; returns the exit code."""
    try:
        settings = load_settings(TranscribeSettings)
        migrate(settings.database_url)
        upload, out = asyncio.run(_transcribe(options, settings))
    except SettingsError as error:
        return _say(f"{error}", _SETTINGS_WRONG)
    except StoreUnavailableError as error:
        return _say(f"{error}", _SETTINGS_WRONG)
    except CommandError as error:
        return _say(f"{options.file}: {error}", _FAILED)
    except KeyboardInterrupt:
        return _say("stopped; the same command goes on from there", _STOPPED)
    sys.stdout.write(f"transcript  {out}\nmeeting     {upload.room_sid}\n")
    return _DONE


def _say(text: str, code: int) -> int:
    tell(f"transcribe: {text}")
    return code


async def _transcribe(
    options: argparse.Namespace, settings: TranscribeSettings
) -> tuple[Upload, Path]:
    out, form = _target(options)
    async with Store(settings.database_url) as store:
        upload = await _find_or_add(store, options.file, settings)
        if upload.may_begin:
            upload = await _finish(store, settings, upload, options.file)
        if upload.state == "failed":
            # What is wrong with the file is wrong with it the next time too.
            raise CommandError(upload.cause)
        segments = await store.list_segments(upload.room_sid)
        unreadable = await store.find_unreadable_seconds([upload.room_sid])
    text = export_transcript(segments, form, title=upload.name)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"the transcript cannot be written to {out} ({error.strerror})"
        ) from None
    if seconds := unreadable.get(upload.room_sid):
        tell(f"{seconds:.1f} s of the recording could not be read; the file is broken there")
    return upload, out


def _target(options: argparse.Namespace) -> tuple[Path, ExportFormat]:
    ending = options.out.suffix[1:] if options.out else ""
    form: ExportFormat = options.format or (ending if ending in FORMATS else DEFAULT_FORMAT)
    out: Path = options.out or Path(f"{options.file.stem}.transcript.{form}")
    if not out.absolute().parent.is_dir():
        raise CommandError(
            f"there is no folder {out.absolute().parent} for the transcript; make it"
        )
    return out, form


async def _find_or_add(store: Store, file: Path, settings: TranscribeSettings) -> Upload:
    """Return the upload of a file: the same content is the same upload, whatever its name."""
    try:
        size, room_sid = await asyncio.to_thread(_measure, file)
    except OSError as error:
        raise CommandError(f"it cannot be read ({error.strerror}); check the path") from None
    if known := await store.find_upload(room_sid):
        return known
    if size > settings.upload_max_bytes:
        raise CommandError(
            f"it has {size} bytes, and at most {settings.upload_max_bytes} are taken; "
            "raise UPLOAD_MAX_BYTES, or convert it (`ffmpeg -i FILE -ac 1 sound.flac`)"
        )
    try:
        facts = await check_recording(file, most_seconds=settings.upload_max_seconds)
    except RecordingError as error:
        raise CommandError(f"it {error.detail}; {error.remedy}") from None
    return await store.add_upload(
        room_sid,
        source="command",
        name=file.name,
        kind=facts.kind,
        size_bytes=size,
        duration_ms=round(facts.seconds * 1000),
        now_ms=round(time.time() * 1000),
    )


def _measure(file: Path) -> tuple[int, str]:
    """Return the size of a file, and the id of its content."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=12))
        return content.tell(), f"UP_{digest.hexdigest()}"


async def _finish(store: Store, settings: TranscribeSettings, upload: Upload, file: Path) -> Upload:
    """Transcribe what is left of an upload.

    Raises:
        CommandError: another process has it, or something has ended the work.
        SettingsError: what the settings name cannot be had.
        StoreUnavailableError: the store is away for long.
    """
    lease = RoomLease(store, upload.room_name, f"command-{time.time_ns()}", time.time)
    if not await _take(lease):
        raise CommandError("another process is transcribing it; wait for that one")
    try:
        begun = await store.begin_upload(upload.room_sid, now_ms=round(time.time() * 1000))
        if begun is None:
            raise CommandError("another process was faster; run the command again")
        if begun.position_ms:
            tell(f"goes on at {begun.percent:.0f} %")
        return await _under_lease(lease, store, settings, begun, file)
    finally:
        await lease.release()


async def _take(lease: RoomLease) -> bool:
    """Take the lease, if need be from a process that was killed: it runs out in some seconds."""
    if await lease.take():
        return True
    tell("another process has begun it; waits some seconds, in case it was killed")
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        await asyncio.sleep(RENEW_SECONDS)
        if await lease.take():
            return True
    return False


async def _under_lease(
    lease: RoomLease, store: Store, settings: TranscribeSettings, upload: Upload, file: Path
) -> Upload:
    # Raised behind the lease's group of tasks, which would wrap it.
    failure: Exception | None = None
    left: Upload | None = None
    with progress_line() as line:
        async with lease.held():
            try:
                left = await attempt(
                    store,
                    settings,
                    upload,
                    file,
                    make_pool(settings),
                    job_id="command",
                    on_progress=line.show,
                )
            except (SettingsError, StoreUnavailableError) as error:
                failure = error
            except (APIError, RecognizerError, OSError) as error:
                failure = CommandError(f"{cause_of(error)}; run the command again, it goes on")
    if failure:
        raise failure
    if left is None:
        raise CommandError("its meeting was deleted meanwhile; run the command again")
    return left
