import asyncio
import tempfile
from pathlib import Path

import numpy as np
import pytest

from agent.sound.part import PartFile
from agent.sound.upload import SoundUpload
from agent.speech_gate import SAMPLE_RATE_HZ
from records import Files, FilesUnavailableError, Store
from records.sound import SoundPart, sound_folder
from tests.agent.sound.frames import frames_of, noise, read
from tests.agent.sound.test_part import killed_while_writing

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "sound"
    path.mkdir()
    return path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(str(tmp_path / "files"))


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for number in (1, 2):
        await store.add_sound_part(
            SoundPart(
                id=f"SP_{number}",
                room_sid=ROOM_SID,
                identity=f"guest-{number}",
                name="Ben",
                started_at_ms=100_000,
            )
        )
    return store


def write(path: Path, seconds: float) -> PartFile:
    part = PartFile(path, 100.0)
    for frame in frames_of(noise(seconds), 100.0):
        part.write(frame)
    return part


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_finished_parts_go_into_the_file_store_and_open_ones_stay(
    meeting: Store, files: Files, folder: Path, tmp_path: Path
) -> None:
    write(folder / "SP_1.flac", 2.0).close()
    growing = write(folder / "SP_2.flac", 2.0)
    upload = SoundUpload(meeting, files, folder)
    await upload.look()
    assert names_in(folder) == ["SP_2.flac"]
    durations = {one.id: one.duration_ms for one in await meeting.list_sound_parts(ROOM_SID)}
    assert durations == {"SP_1": 2000, "SP_2": None}
    assert np.array_equal(read(tmp_path / "files/sound/RM_1/SP_1.flac"), noise(2.0))

    growing.close()
    await upload.look()
    assert names_in(folder) == []
    assert len(await files.list(sound_folder(ROOM_SID))) == 2


async def test_what_a_killed_job_left_is_found_and_has_its_length(
    meeting: Store, files: Files, folder: Path, tmp_path: Path
) -> None:
    await asyncio.to_thread(killed_while_writing, folder / "SP_1.flac", 8.0)
    await SoundUpload(meeting, files, folder).look()
    part = await meeting.find_sound_part("SP_1")
    assert part
    assert part.duration_ms
    assert 7000 < part.duration_ms <= 8000
    heard = read(tmp_path / "files" / part.path)
    assert round(len(heard) * 1000 / SAMPLE_RATE_HZ) == part.duration_ms


async def test_what_was_erased_or_is_of_a_deleted_meeting_goes_nowhere(
    meeting: Store, files: Files, folder: Path
) -> None:
    write(folder / "SP_1.flac", 1.0).close()
    write(folder / "SP_7.flac", 1.0).close()
    await meeting.erase_sound(ROOM_SID, "guest-1")
    await SoundUpload(meeting, files, folder).look()
    assert names_in(folder) == []
    assert await files.list(sound_folder(ROOM_SID)) == []
    assert [one.id for one in await meeting.list_sound_parts(ROOM_SID)] == ["SP_2"]


async def test_a_part_without_sound_is_forgotten(
    meeting: Store, files: Files, folder: Path
) -> None:
    PartFile(folder / "SP_1.flac", 100.0).close()
    await SoundUpload(meeting, files, folder).look()
    assert names_in(folder) == []
    assert [one.id for one in await meeting.list_sound_parts(ROOM_SID)] == ["SP_2"]


async def test_parts_wait_while_the_file_store_is_away(
    meeting: Store, files: Files, folder: Path, tmp_path: Path
) -> None:
    write(folder / "SP_1.flac", 1.0).close()
    (tmp_path / "files").write_text("in the way")
    upload = SoundUpload(meeting, files, folder)
    with pytest.raises(FilesUnavailableError):
        await upload.look()
    assert (folder / "SP_1.flac").exists()
    (tmp_path / "files").unlink()
    await upload.look()
    assert await files.list(sound_folder(ROOM_SID)) == ["sound/RM_1/SP_1.flac"]


async def test_what_a_killed_job_had_in_hand_is_deleted(
    meeting: Store, files: Files, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "sidenote-held-by-nobody"
    left.mkdir()
    (left / "recording").write_bytes(b"a voice")
    await SoundUpload(meeting, files, folder).look()
    assert not left.exists()
