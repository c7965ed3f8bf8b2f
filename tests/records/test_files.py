import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from records import FileMissingError, Files, FilesUnavailableError

pytestmark = pytest.mark.unit


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(str(tmp_path / "files"))


async def blocks_of(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


async def read(files: Files, path: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([block async for block in files.open_read(path, start, end)])


async def test_what_was_put_is_read_back_whole_and_in_parts(files: Files) -> None:
    content = os.urandom(700_000)
    await files.put("uploads/a-1", blocks_of(content[:300_001], content[300_001:]))
    assert await files.size("uploads/a-1") == len(content)
    assert await read(files, "uploads/a-1") == content
    assert await read(files, "uploads/a-1", 1, 2) == content[1:2]
    assert await read(files, "uploads/a-1", 262_143, 600_000) == content[262_143:600_000]
    assert await read(files, "uploads/a-1", 699_999, 9_000_000) == content[-1:]
    assert await read(files, "uploads/a-1", 700_000) == b""


async def test_a_local_file_is_copied_there_and_back(files: Files, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"sound")
    await files.put("sound/RM_1/SP_1.flac", source)
    await files.fetch("sound/RM_1/SP_1.flac", target)
    assert source.read_bytes() == target.read_bytes() == b"sound"


async def test_a_reader_may_stop_early(files: Files) -> None:
    await files.put("a", blocks_of(bytes(1_000_000)))
    async with aclosing(files.open_read("a")) as blocks:
        async for block in blocks:
            assert 0 < len(block) < 1_000_000
            break


async def test_a_new_file_takes_the_place_of_the_old_one(files: Files) -> None:
    await files.put("a", blocks_of(b"old and long"))
    await files.put("a", blocks_of(b"new"))
    assert await read(files, "a") == b"new"


async def test_a_source_that_fails_changes_nothing_and_leaves_nothing(
    files: Files, tmp_path: Path
) -> None:
    await files.put("a", blocks_of(b"old"))

    async def broken() -> AsyncIterator[bytes]:
        yield b"new"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.put("a", broken())
    with pytest.raises(FilesUnavailableError):
        await files.put("b", tmp_path / "is not there")
    assert await read(files, "a") == b"old"
    assert [path.name for path in (tmp_path / "files").rglob("*")] == ["a"]


async def test_a_put_that_is_cancelled_leaves_nothing(files: Files, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"more"
            begun.set()
            await asyncio.sleep(0)

    putting = asyncio.ensure_future(files.put("a", endless()))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert list((tmp_path / "files").rglob("*")) == []


async def test_a_writer_that_is_killed_leaves_no_file_and_deleting_removes_its_traces(
    files: Files, tmp_path: Path
) -> None:
    program = (
        "import asyncio, os, signal, sys\n"
        "from records import Files\n"
        "async def half():\n"
        "    yield b'half of it'\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(Files(sys.argv[1]).put('deep/a', half()))\n"
    )
    folder = str(tmp_path / "files")
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", program, folder)
    assert await killed.wait() == -signal.SIGKILL
    (trace,) = (tmp_path / "files/deep").iterdir()
    assert await files.list("deep") == []
    with pytest.raises(FileMissingError):
        await files.size("deep/a")
    await files.delete("deep/a")
    assert not trace.exists()


async def test_files_are_listed_by_folder_and_deleted_one_by_one_or_together(files: Files) -> None:
    for path in ("sound/RM_1/b", "sound/RM_1/a", "sound/RM_1/mixed/c", "sound/RM_12/d"):
        await files.put(path, blocks_of(b"x"))
    assert await files.list("sound/RM_1") == ["sound/RM_1/a", "sound/RM_1/b", "sound/RM_1/mixed/c"]
    await files.delete("sound/RM_1/a")
    await files.delete("sound/RM_1/a")
    assert await files.list("sound/RM_1") == ["sound/RM_1/b", "sound/RM_1/mixed/c"]
    await files.delete_folder("sound/RM_1")
    await files.delete_folder("sound/RM_1")
    assert await files.list("sound") == ["sound/RM_12/d"]
    assert await files.list("uploads") == []


async def test_a_file_that_is_not_there_is_missing(files: Files, tmp_path: Path) -> None:
    await files.put("folder/a", blocks_of(b"x"))
    for path in ("b", "folder", "folder/a/b"):
        with pytest.raises((FileMissingError, FilesUnavailableError)):
            await read(files, path)
    with pytest.raises(FileMissingError):
        await files.size("folder")
    with pytest.raises(FileMissingError):
        await files.fetch("b", tmp_path / "b")


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", ".hidden", "a\\b", "a b", "a\n",
     "ä", "a" * 513],
)  # fmt: skip
async def test_a_path_that_leads_elsewhere_is_refused(files: Files, path: str) -> None:
    with pytest.raises(ValueError, match="a file's path"):
        await files.put(path, blocks_of(b"x"))
    with pytest.raises(ValueError, match="a file's path"):
        await files.delete_folder(path)


async def test_a_folder_that_cannot_be_written_is_told_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FilesUnavailableError, match="FILES_URL"):
        await Files(str(tmp_path / "file/folder")).put("a", blocks_of(b"x"))


@pytest.mark.parametrize("url", ["file://{}/files", "{}/files"])
async def test_a_folder_may_be_a_path_or_an_address(tmp_path: Path, url: str) -> None:
    await Files(url.format(tmp_path)).put("a", blocks_of(b"x"))
    assert (tmp_path / "files/a").read_bytes() == b"x"


@pytest.mark.parametrize(
    "url",
    ["memory://", "memory://a", "http://127.0.0.1/a", "s3://", "zip://a::file:///b", "nope://a"],
)
def test_what_cannot_keep_files_is_refused(url: str) -> None:
    with pytest.raises(FilesUnavailableError, match="s3://bucket/folder"):
        Files(url)


def test_a_package_that_is_missing_is_named_as_pip_takes_it() -> None:
    # Microsoft's is in no lock file of ours.
    with pytest.raises(FilesUnavailableError, match=r"pip install 'fsspec\[abfs\]==\d[\d.]+'"):
        Files("abfs://container/folder")


async def test_folders_are_listed_with_what_is_being_written(files: Files, tmp_path: Path) -> None:
    assert await files.list_folders("uploads") == []
    await files.put("uploads/UP_2/recording", blocks_of(b"sound"))
    await files.put("uploads/file", blocks_of(b"sound"))
    (tmp_path / "files/uploads/UP_1").mkdir()
    (tmp_path / "files/uploads/UP_1/.recording.0a.part").touch()
    (tmp_path / "files/uploads/.trash").mkdir()
    assert await files.list_folders("uploads") == ["uploads/UP_1", "uploads/UP_2"]
