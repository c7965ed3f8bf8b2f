"""What waits for a store that is away, in a local file that outlives its process.

One file for each meeting, one line for each final or gap, as JSON, oldest first. Whoever writes or
replays a file holds its lock, which the system takes back when the process dies.
"""

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from transcript_buffer import Segment
from wire.gap import Gap

Entry = Segment | Gap

_ENDING: Final = ".jsonl"
_OWNER_ONLY: Final = 0o600


class FileInUseError(Exception):
    """Another process holds the file of this meeting."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    final: Segment | None = None
    gap: Gap | None = None


_LINE: Final = TypeAdapter(_Line)


class WaitingFile:
    """The file of one meeting. Every method may block; call it in a thread, one at a time.

    Every method raises `OSError` if the folder or the file cannot be used.
    """

    def __init__(self, folder: Path, room_sid: str) -> None:
        """Name the file; nothing is opened yet."""
        self._path = folder / f"{quote(room_sid, safe='')}{_ENDING}"
        self._open: int | None = None
        """File descriptor; None: not held."""

    @staticmethod
    def meetings(folder: Path) -> list[str]:
        """Return the sids of the meetings that have files in a folder."""
        if not folder.is_dir():
            return []
        return sorted(unquote(path.name[: -len(_ENDING)]) for path in folder.glob(f"*{_ENDING}"))

    def load(self) -> list[Entry]:
        """Hold the file and return what it has; nothing if there is none.

        A line that its writer could not finish is left out.

        Raises:
            FileInUseError: another process holds it.
        """
        if self._open is None and not self._path.exists():
            return []
        held = self._hold()
        os.lseek(held, 0, os.SEEK_SET)
        with os.fdopen(os.dup(held), "rb") as file:
            return list(_read(file))

    def append(self, entry: Entry) -> None:
        """Write an entry behind the others; when this returns, it is on the disk.

        Raises:
            FileInUseError: another process holds it.
        """
        held = self._hold()
        _write(held, entry)
        os.fsync(held)

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Hold these entries only, and leave nothing of the others on the disk."""
        if self._open is None:
            return
        old = self._open
        new_path = self._path.with_suffix(".new")
        new = _open(new_path)
        os.ftruncate(new, 0)  # an earlier attempt may have been cut short
        fcntl.flock(new, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for entry in entries:
            _write(new, entry)
        os.fsync(new)
        new_path.replace(self._path)
        self._open = new
        _overwrite(old)
        os.close(old)

    def clear(self) -> None:
        """Everything is in the store: overwrite the file, remove it, and let it go."""
        if self._open is not None:
            _overwrite(self._open)
            self._path.unlink(missing_ok=True)
            self.close()

    def close(self) -> None:
        """Let go of the file; what it has stays. Safe to call twice."""
        if self._open is not None:
            os.close(self._open)
            self._open = None

    def _hold(self) -> int:
        while self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            held = _open(self._path)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(held)
                raise FileInUseError(self._path.name) from None
            if _is_at(self._path, held):
                self._open = held
            else:  # its holder has removed or replaced it meanwhile
                os.close(held)
        return self._open


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _OWNER_ONLY)


def _is_at(path: Path, held: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(held).st_ino
    except FileNotFoundError:
        return False


def _write(held: int, entry: Entry) -> None:
    line = _line_of(entry)
    if os.write(held, line) < len(line):
        # The last bytes of a full disk; only the next write would tell.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line_of(entry: Entry) -> bytes:
    line = _Line(gap=entry) if isinstance(entry, Gap) else _Line(final=entry)
    # A new line before it too: what a full disk has cut short spoils no other.
    return b"\n" + _LINE.dump_json(line, exclude_none=True) + b"\n"


def _read(lines: Iterable[bytes]) -> Iterator[Entry]:
    for line in lines:
        try:
            read = _LINE.validate_json(line)
        except ValidationError:
            continue
        if entry := read.final or read.gap:
            yield entry


def _overwrite(held: int) -> None:
    # Without `O_APPEND`, which would write behind the end.
    fcntl.fcntl(held, fcntl.F_SETFL, fcntl.fcntl(held, fcntl.F_GETFL) & ~os.O_APPEND)
    os.pwrite(held, bytes(os.fstat(held).st_size), 0)
    os.fsync(held)
    os.ftruncate(held, 0)
