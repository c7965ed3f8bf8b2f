import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from records.scratch import delete_left_folders, scratch_folder

pytestmark = pytest.mark.unit

_DIES = """
import os, signal
from records.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "recording").write_bytes(b"a voice")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_is_for_its_owner_only_and_goes_with_what_is_in_it(temporary: Path) -> None:
    with scratch_folder() as folder:
        (folder / "recording").write_bytes(b"a voice")
        assert folder.stat().st_mode & 0o077 == 0
        assert list(temporary.iterdir()) == [folder]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("by_the_next", [True, False])
def test_what_a_killed_process_has_left_is_deleted(temporary: Path, by_the_next: bool) -> None:
    died = subprocess.run([sys.executable, "-c", _DIES], check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert len(list(temporary.glob("*/recording"))) == 1

    if by_the_next:
        with scratch_folder() as folder:
            assert list(temporary.iterdir()) == [folder]
    else:
        delete_left_folders()
    assert list(temporary.iterdir()) == []


def test_a_folder_in_use_and_what_others_have_there_stay(temporary: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter").touch()
    (temporary / "sidenote-held-link").symlink_to(theirs)
    with scratch_folder() as folder:
        delete_left_folders()
        assert folder.is_dir()
    assert (theirs / "letter").exists()
