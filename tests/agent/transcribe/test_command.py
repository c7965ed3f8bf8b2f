"""`python -m agent transcribe` as people run it: no server, Ctrl-C, and again."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from records import Store, StoreUnavailableError
from tests.agent.speech import share_heard
from tests.made_recordings import KINDS, spoken, talk, write_recording
from tests.parts import clean_environment

pytestmark = pytest.mark.unit

LONG = (1, 2, 3, 4, 5, 6, 7, 8)


def command(folder: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = clean_environment(
        DATABASE_URL=f"sqlite:///{folder}/records.db", PYTHONPATH=str(Path.cwd()), **settings
    )
    # It works without any server: not even the keys of one are there.
    for name in ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        environment.pop(name)
    return subprocess.Popen(
        [sys.executable, "-m", "agent", "transcribe", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    process = command(folder, *arguments, **settings)
    out, told = process.communicate(timeout=120)
    return process.returncode, out, told


def test_a_recording_is_transcribed_and_its_transcript_and_meeting_named(tmp_path: Path) -> None:
    write_recording(tmp_path / "talk.m4a")
    code, out, told = run(tmp_path, "talk.m4a")
    assert code == 0, told
    assert "100.0 %" in told
    assert "talk.transcript.txt" in out
    assert re.search(r"^meeting +UP_[0-9a-f]{24}$", out, re.MULTILINE)
    transcript = (tmp_path / "talk.transcript.txt").read_text()
    assert share_heard(spoken(), transcript) > 0.8
    assert "Speaker 1:" in transcript
    assert "Speaker 2:" in transcript
    # Once more, in another form: nothing is recognized again.
    code, out, told = run(tmp_path, "talk.m4a", "--out", "subtitles.vtt")
    assert code == 0, told
    assert "100.0 %" not in told
    assert (tmp_path / "subtitles.vtt").read_text().startswith("WEBVTT")


async def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write_recording(tmp_path / "talk.wav", talk(LONG))
    process = command(tmp_path, "talk.wav")
    async with Store(f"sqlite:///{tmp_path}/records.db") as store:
        position = 0
        deadline = time.monotonic() + 60
        while not position:
            assert time.monotonic() < deadline
            assert process.poll() is None
            try:
                uploads = await store.list_uploads()
            except StoreUnavailableError:
                uploads = []  # the tables are being made
            position = uploads[0].position_ms if uploads else 0
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130, told
        assert "goes on from there" in told
        (stopped,) = await store.list_uploads()
        before = await store.list_segments(stopped.room_sid)
        assert stopped.state == "running"
        assert before
        code, _, told = run(tmp_path, "talk.wav")
        assert code == 0, told
        assert "goes on at" in told
        after = await store.list_segments(stopped.room_sid)
        (done,) = await store.list_uploads()
    assert done.state == "done"
    assert [one.id for one in after][: len(before)] == [one.id for one in before]
    assert [one.sequence for one in after] == list(range(1, len(after) + 1))
    assert share_heard(spoken(LONG), " ".join(one.text for one in after)) > 0.8


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.wav", None, "cannot be read"),
        ("empty.wav", b"", "is empty"),
        ("letter.mp3", b"Dear Ana", "no sound of a kind that is taken"),
    ],
)
def test_what_is_no_recording_is_named_with_its_remedy(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, out, told = run(tmp_path, name)
    assert code == 1
    assert not out
    assert name in told
    assert said in told
    assert "Traceback" not in told


def test_an_oversized_recording_is_refused_before_it_is_read(tmp_path: Path) -> None:
    write_recording(tmp_path / "talk.flac")
    code, _, told = run(tmp_path, "talk.flac", UPLOAD_MAX_BYTES="1000")
    assert code == 1
    assert "UPLOAD_MAX_BYTES" in told


def test_help_says_what_it_takes(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "--help")
    assert code == 0
    for word in ("Ctrl-C", "DATABASE_URL", "--out", "--format", *(set(KINDS) - {"m4a"})):
        assert word in out
