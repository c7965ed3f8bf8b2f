"""Files that belong to meetings: in a folder, or in any object store, by URL."""

import asyncio
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import fsspec

_EXTRAS: Final = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gs",
    "gcs": "gs",
    "abfs": "abfs",
    "az": "abfs",
    "sftp": "sftp",
}
"""What may stand before ://, and the extra of fsspec that speaks it. What is only in memory, or
can only be read, serves nobody."""
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST_PATH: Final = 512
_BLOCK_BYTES: Final = 256 * 1024


class FilesUnavailableError(Exception):
    """The file store did not do what was asked; the text holds no file's content."""


class FileMissingError(Exception):
    """There is no such file."""


class Files:
    """The files of one folder or object store. Every method may raise `FilesUnavailableError`.

    Paths are relative: letters, digits, `.`, `_`, `-`, and `/` between folders; no part of a path
    begins with a dot, and anything else raises `ValueError`. A file is there as a whole or not at
    all, also when its writer is killed.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        """Name the place; nothing is made or connected before the first use.

        Args:
            url: a folder, as a path or file:// address, or an object store like s3://bucket/folder.
            options: arguments of the object store's client.

        Raises:
            FilesUnavailableError: the address is of no kind that can keep files, or what speaks
                to it is not installed.
        """
        protocol, mark, place = url.partition("://")
        self._folder: Path | None = None
        """None: an object store."""
        if not mark or protocol == "file":
            self._folder = Path(place if mark else url).absolute()
            self._store = fsspec.filesystem("file")
            self._root = str(self._folder)
            return
        if protocol not in _EXTRAS or not place.strip("/") or "::" in url:
            raise FilesUnavailableError(
                "FILES_URL is neither a folder nor an object store; use one like data/files, "
                "s3://bucket/folder, gs://bucket/folder or abfs://container/folder"
            )
        try:
            self._store = fsspec.filesystem(protocol, **(options or {}))
        except ImportError:
            raise FilesUnavailableError(
                f"FILES_URL begins with {protocol}://, and what speaks to it is not installed: "
                f"pip install 'fsspec[{_EXTRAS[protocol]}]=={fsspec.__version__}'"
            ) from None
        except (TypeError, ValueError, OSError) as error:
            raise FilesUnavailableError(
                f"FILES_OPTIONS does not fit {protocol}:// ({type(error).__name__}); look them up "
                "in the documentation of its package"
            ) from None
        self._root = place.rstrip("/")

    async def put(self, path: str, source: AsyncIterator[bytes] | Path) -> None:
        """Write a file, in place of an earlier one of its name.

        Args:
            path: of the file.
            source: its bytes, or a local file that is copied. When it fails or this is cancelled,
                nothing has changed.
        """
        place = self._place(path)
        if isinstance(source, Path):
            with _told("write"):
                await asyncio.to_thread(self._put_file, source, place)
            return
        with _told("write"):
            written = await asyncio.to_thread(self._make_temporary, place)
        try:
            async for block in source:
                with _told("write"):
                    await asyncio.to_thread(_append, written, block)
            with _told("write"):
                await asyncio.to_thread(self._publish, written, place)
        finally:
            written.unlink(missing_ok=True)

    async def open_read(
        self, path: str, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a file from `start` up to and without `end`; None: all.

        Close it (`contextlib.aclosing`) when it is not read to its end.

        Raises:
            FileMissingError: there is no such file.
        """
        place = self._place(path)
        with _told("read"):
            file = await asyncio.to_thread(self._store.open, place, "rb", block_size=_BLOCK_BYTES)
        try:
            with _told("read"):
                await asyncio.to_thread(file.seek, start)
            position = start
            while end is None or position < end:
                wanted = _BLOCK_BYTES if end is None else min(_BLOCK_BYTES, end - position)
                with _told("read"):
                    block: bytes = await asyncio.to_thread(file.read, wanted)
                if not block:
                    return
                position += len(block)
                yield block
        finally:
            file.close()

    async def fetch(self, path: str, target: Path) -> None:
        """Copy a file to a local one.

        Raises:
            FileMissingError: there is no such file.
        """
        place = self._place(path)
        with _told("read"):
            await asyncio.to_thread(self._store.get_file, place, str(target))

    async def size(self, path: str) -> int:
        """Return the bytes of a file.

        Raises:
            FileMissingError: there is no such file.
        """
        place = self._place(path)
        with _told("read"):
            return int(await asyncio.to_thread(self._size, place))

    async def delete(self, path: str) -> None:
        """Delete a file; nothing happens if it is not there."""
        place = self._place(path)
        with _told("delete"):
            await asyncio.to_thread(self._remove, place, recursive=False)

    async def delete_folder(self, path: str) -> None:
        """Delete a folder with all that is in it; nothing happens if it is not there."""
        place = self._place(path)
        with _told("delete"):
            await asyncio.to_thread(self._remove, place, recursive=True)

    async def list_folders(self, path: str) -> list[str]:
        """Return the paths of the folders in a folder, in order, also of those without any file."""
        place = self._place(path)
        with _told("read"):
            return await asyncio.to_thread(lambda: sorted(self._find_folders(path, place)))

    async def list(self, path: str) -> list[str]:
        """Return the paths of all files in a folder and below, in order; none if it is not there.

        Files that are being written are not among them.
        """
        place = self._place(path)
        with _told("read"):
            return await asyncio.to_thread(lambda: sorted(self._find(path, place)))

    def _place(self, path: str) -> str:
        """Return where a path is in the store."""
        if len(path) > _LONGEST_PATH or not _PATH.fullmatch(path):
            raise ValueError("a file's path has a part that is empty, begins with a dot or is odd")
        return f"{self._root}/{path}"

    def _put_file(self, source: Path, place: str) -> None:
        if not self._folder:
            self._store.put_file(str(source), place)
            return
        written = self._make_temporary(place)
        try:
            shutil.copyfile(source, written)
            self._publish(written, place)
        finally:
            written.unlink(missing_ok=True)

    def _make_temporary(self, place: str) -> Path:
        """Return a new local file, for a folder beside the one that it will replace."""
        folder = Path(place).parent if self._folder else Path(tempfile.gettempdir())
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{Path(place).name}.{secrets.token_hex(8)}.part"
        temporary.touch(mode=0o600)
        return temporary

    def _publish(self, written: Path, place: str) -> None:
        """Give a file that is complete its name."""
        if not self._folder:
            self._store.put_file(str(written), place)
            return
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.replace(place)

    def _size(self, place: str) -> Any:
        # A client may remember what it saw before another process wrote.
        self._store.invalidate_cache()
        found = self._store.info(place)
        if found["type"] != "file":
            raise FileNotFoundError
        return found["size"]

    def _remove(self, place: str, *, recursive: bool) -> None:
        self._store.invalidate_cache()
        if self._folder:
            # What a writer left that was killed.
            for left in Path(place).parent.glob(f".{Path(place).name}.*.part"):
                left.unlink(missing_ok=True)
        try:
            self._store.rm(place, recursive=recursive)
        except FileNotFoundError:
            return

    def _find(self, path: str, place: str) -> Iterator[str]:
        self._store.invalidate_cache()
        for found in self._store.find(place):
            name = str(found).partition(f"{self._root}/")[2]
            if name.startswith(f"{path}/") and _PATH.fullmatch(name):
                yield name

    def _find_folders(self, path: str, place: str) -> Iterator[str]:
        self._store.invalidate_cache()
        try:
            listed = self._store.ls(place, detail=True)
        except FileNotFoundError:
            return
        for found in listed:
            name = str(found["name"]).rstrip("/").rpartition("/")[2]
            if found["type"] == "directory" and _PATH.fullmatch(name):
                yield f"{path}/{name}"


def _append(file: Path, block: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(block)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn whatever an object store's client raises into our errors."""
    try:
        yield
    except OSError as error:
        if what == "read" and isinstance(error, FileNotFoundError):
            raise FileMissingError("there is no such file") from None
        raise FilesUnavailableError(
            f"the file store did not {what} ({error.strerror or type(error).__name__}); look at "
            "FILES_URL and FILES_OPTIONS"
        ) from None
    except Exception as error:  # noqa: BLE001 - every client has errors of its own
        raise FilesUnavailableError(
            f"the file store did not {what} ({type(error).__name__}); look at FILES_URL and "
            "FILES_OPTIONS"
        ) from None
