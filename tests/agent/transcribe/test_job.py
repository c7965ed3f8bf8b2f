"""What becomes of an upload whose job ends early: it waits or is given up, and says why."""

import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.transcribe.job import serve_upload
from agent.transcribe.settings import TranscribeSettings
from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.recognition import Answers
from lab.emulators.serving import running_emulator
from records import Files, Store, StoreUnavailableError, Upload
from records.uploads import MOST_ATTEMPTS, recording_path
from tests.made_recordings import talk, write_recording

pytestmark = pytest.mark.unit

NOW_MS = 1_800_000_000_000
MORE_THAN_ALL = MOST_ATTEMPTS + 2


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with running_emulator(ElevenLabsEmulator(Answers())) as running:
        yield running


@pytest.fixture
async def upload(store: Store, tmp_path: Path) -> Upload:
    path = write_recording(tmp_path / "talk.ogg")
    await Files(str(tmp_path / "files")).put(recording_path("UP_1"), path)
    return await store.add_upload(
        "UP_1",
        source="http",
        name="talk.ogg",
        kind="ogg",
        size_bytes=path.stat().st_size,
        duration_ms=len(talk()) // 16,
        now_ms=NOW_MS,
    )


def settings_for(tmp_path: Path, **changes: Any) -> TranscribeSettings:
    values = {"files_url": str(tmp_path / "files"), "recognizer_processes": 1}
    return TranscribeSettings(**{**values, **changes})


async def serve(store: Store, settings: TranscribeSettings) -> tuple[bool, Upload]:
    """Run one job; return whether nothing is left to do, and the upload."""
    is_over = await serve_upload(store, settings, "UP_1", "job", None)
    left = await store.find_upload("UP_1")
    assert left is not None
    return is_over, left


async def test_an_upload_outlasts_a_provider_that_refuses_and_names_it(
    store: Store, upload: Upload, tmp_path: Path, emulator: ElevenLabsEmulator
) -> None:
    account = {"stt": "elevenlabs", "elevenlabs_base_url": emulator.base_url}
    wrong = settings_for(tmp_path, **account, elevenlabs_api_key="sk_of_another_account")
    for _ in range(MORE_THAN_ALL):
        is_over, left = await serve(store, wrong)
        assert (is_over, left.state, left.attempts) == (False, "waiting", 0)
        assert "ElevenLabs Scribe refuses our key" in left.cause
        assert "sk_of" not in left.cause
    is_over, left = await serve(
        store, settings_for(tmp_path, **account, elevenlabs_api_key=API_KEY)
    )
    assert (is_over, left.state, left.cause) == (True, "done", "")


async def test_an_upload_outlasts_a_wrong_setting_and_names_it(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    for _ in range(MORE_THAN_ALL):
        is_over, left = await serve(store, settings_for(tmp_path, stt="elevenlabs"))
        assert (is_over, left.state, left.attempts) == (False, "waiting", 0)
    assert "ELEVENLABS_API_KEY" in left.cause


async def test_an_upload_outlasts_a_file_store_that_is_away(
    store: Store, upload: Upload, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MORE_THAN_ALL):
        # Nothing here speaks to it.
        is_over, left = await serve(store, settings_for(tmp_path, files_url="abfs://box/files"))
        assert (is_over, left.state, left.attempts) == (False, "waiting", 0)
    assert "FILES_URL" in left.cause
    assert left.cause in [vars(one).get("error") for one in caplog.records]
    assert await store.list_leases(now_ms=None) == []


async def test_an_upload_outlasts_a_disk_without_room_for_it(
    store: Store, upload: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as scene:
        scene.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        for _ in range(MORE_THAN_ALL):
            is_over, left = await serve(store, settings_for(tmp_path))
            assert (is_over, left.state, left.attempts) == (False, "waiting", 0)
        assert "TMPDIR" in left.cause
    is_over, left = await serve(store, settings_for(tmp_path))
    assert (is_over, left.state) == (True, "done")


async def test_a_disk_is_not_filled_with_a_recording_that_it_cannot_hold(
    store: Store, tmp_path: Path
) -> None:
    await store.add_upload(
        "UP_1",
        source="http",
        name="talk.ogg",
        kind="ogg",
        size_bytes=1 << 60,
        duration_ms=1,
        now_ms=NOW_MS,
    )
    is_over, left = await serve(store, settings_for(tmp_path))
    assert (is_over, left.state) == (False, "waiting")
    assert "No space left" in left.cause


async def test_a_recording_of_which_jobs_die_is_given_up_before_the_next_one_touches_it(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    for _ in range(MOST_ATTEMPTS):
        await store.begin_upload("UP_1", now_ms=NOW_MS)  # and its process is killed
    # It would fail otherwise: nothing can be fetched.
    is_over, left = await serve(store, settings_for(tmp_path, files_url="abfs://box/files"))
    assert (is_over, left.state) == (True, "failed")
    assert "its process died" in left.cause
    assert "upload it again" in left.cause
    meeting = await store.find_meeting("UP_1")
    assert meeting is not None
    assert meeting.ended_at_ms == upload.created_at_ms


async def test_what_is_given_up_names_the_last_cause(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    for _ in range(MOST_ATTEMPTS):
        await store.begin_upload("UP_1", now_ms=NOW_MS)
        await store.put_off_upload("UP_1", cause="it ended with KeyError", counts=True, now_ms=0)
    _, left = await serve(store, settings_for(tmp_path))
    assert left.state == "failed"
    assert "KeyError" in left.cause


async def begin(store: Store, upload: Upload, settings: TranscribeSettings) -> asyncio.Task[Any]:
    """Begin a job as the worker does; return it when it is at work."""
    job = asyncio.create_task(serve(store, settings))  # noqa: TID251 - as the worker does
    async with asyncio.timeout(60):
        while (await store.find_upload("UP_1") or upload).state != "running":  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
    return job


async def test_a_job_that_has_stalled_for_so_long_that_another_follows_says_nothing(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    job = await begin(store, upload, settings_for(tmp_path))
    await store.release_lease(upload.room_name, "job")
    assert await store.take_lease(
        upload.room_name, "other", now_ms=round(time.time() * 1000), ttl_seconds=60
    )
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    left = await store.find_upload("UP_1")
    assert left is not None
    assert (left.state, left.cause) == ("running", "")


async def test_a_job_that_is_stopped_does_not_count(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    for _ in range(2):
        job = await begin(store, upload, settings_for(tmp_path))
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        left = await store.find_upload("UP_1")
        assert left is not None
        assert (left.state, left.attempts) == ("waiting", 0)
        assert "stopped" in left.cause


async def test_a_meeting_ends_before_its_upload_is_given_up(
    store: Store, upload: Upload, tmp_path: Path
) -> None:
    """A crash between the two leaves an upload that another job comes back to."""
    path = tmp_path / "records.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TRIGGER crash BEFORE UPDATE ON uploads WHEN NEW.state = 'failed' "
            "BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )
        database.commit()
    await Files(str(tmp_path / "files")).delete(recording_path("UP_1"))
    with contextlib.suppress(StoreUnavailableError):
        await serve(store, settings_for(tmp_path))
    left, meeting = await store.find_upload("UP_1"), await store.find_meeting("UP_1")
    assert left is not None
    assert meeting is not None
    assert not left.is_over
    assert meeting.ended_at_ms == upload.created_at_ms
