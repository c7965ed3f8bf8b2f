"""Who speaks in the calls of these tests."""

from pathlib import Path

import pytest

from tests.page.browser import microphone_file

VOICES = Path("lab/calls/sales")


@pytest.fixture
def host_microphone(tmp_path: Path) -> Path:
    return microphone_file(tmp_path, "host", VOICES / "13-ana.flac", pause_seconds=6)


@pytest.fixture
def guest_microphone(tmp_path: Path) -> Path:
    return microphone_file(tmp_path, "guest", VOICES / "08-ben.flac", pause_seconds=2)
