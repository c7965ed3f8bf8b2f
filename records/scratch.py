"""Folders for files that are needed for a moment: recordings on their way, sound being mixed.

A process that is killed leaves its folder behind with voices in it, where no deletion of a meeting
would find it. So whoever uses one holds its lock, which the system takes back, and folders that
nobody holds are deleted: when another one is made, and whenever `delete_left_folders` is called.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_NEW: Final = "sidenote-new-"
"""Begins the name of a folder that is empty and not locked yet."""
_HELD: Final = "sidenote-held-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder that only this user can read; it is deleted at the end, or after a kill.

    Raises:
        OSError: none can be made; see TMPDIR.
    """
    delete_left_folders()
    new = Path(tempfile.mkdtemp(prefix=_NEW))
    lock = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
    folder = new
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = new.rename(new.with_name(new.name.replace(_NEW, _HELD)))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def delete_left_folders() -> None:
    """Delete the folders of processes that were killed; blocks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_HELD}*"):
        # Somebody else's, or somebody else was quicker.
        with suppress(OSError):
            _delete_if_left(folder)


def _delete_if_left(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
