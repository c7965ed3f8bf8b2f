"""Recordings among the files that no upload knows."""

from pathlib import Path

import pytest

from records import Files, Store
from token_server.uploads.left import LeftRecordings

pytestmark = pytest.mark.unit


@pytest.fixture
async def known(store: Store) -> str:
    await store.add_upload(
        "UP_known", source="http", name="a.mp3", kind="mp3", size_bytes=1, duration_ms=1, now_ms=1
    )
    return "UP_known"


def folders_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_a_killed_token_server_left_is_deleted_at_the_second_look(
    store: Store, known: str, tmp_path: Path
) -> None:
    for name in (f"{known}/recording", "UP_half/.recording.0a1b.part", "UP_whole/recording"):
        file = tmp_path / "files" / "uploads" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"voices")
    left = LeftRecordings(store, Files(str(tmp_path / "files")))
    uploads = tmp_path / "files" / "uploads"

    await left.look_once()
    # One of them could be on its way still.
    assert folders_in(uploads) == ["UP_half", "UP_known", "UP_whole"]
    await left.look_once()
    assert folders_in(uploads) == ["UP_known"]
    assert (uploads / known / "recording").read_bytes() == b"voices"


async def test_a_recording_that_is_being_received_is_left_alone(
    store: Store, known: str, tmp_path: Path
) -> None:
    left = LeftRecordings(store, Files(str(tmp_path / "files")))
    uploads = tmp_path / "files" / "uploads"
    for name in (known, "UP_new"):
        (uploads / name).mkdir(parents=True)
    file = uploads / "UP_new" / "recording"
    await left.look_once()
    file.write_bytes(b"voices")
    await store.add_upload(
        "UP_new", source="http", name="b.mp3", kind="mp3", size_bytes=1, duration_ms=1, now_ms=1
    )
    await left.look_once()
    await left.look_once()
    assert file.read_bytes() == b"voices"


async def test_the_recordings_of_another_store_stay(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "files" / "uploads" / "UP_theirs" / "recording"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"voices")
    left = LeftRecordings(store, Files(str(tmp_path / "files")))
    for _ in range(3):
        await left.look_once()
    assert file.read_bytes() == b"voices"


async def test_a_file_store_that_is_away_is_asked_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "files").write_text("no folder")
    left = LeftRecordings(store, Files(str(tmp_path / "files")))
    await left.look_once()
    assert "recordings that no upload knows may be left" in caplog.text
    (tmp_path / "files").unlink()
    await left.look_once()
    assert len(caplog.records) == 1
