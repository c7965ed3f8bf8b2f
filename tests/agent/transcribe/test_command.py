"""`python -m agent transcribe` as people run it: no server, Ctrl-C, and again."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from records import Store, StoreUnavailableError
from stack.ports import find_free_port
from tests.agent.speech import share_heard
from tests.made_recordings import KINDS, break_middle, spoken, talk, write_recording
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


async def wait_for_position(store: Store, process: subprocess.Popen[str]) -> None:
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


async def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write_recording(tmp_path / "talk.wav", talk(LONG))
    process = command(tmp_path, "talk.wav")
    async with Store(f"sqlite:///{tmp_path}/records.db") as store:
        await wait_for_position(store, process)
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


async def test_after_a_kill_the_same_command_waits_for_the_lease_and_goes_on(
    tmp_path: Path,
) -> None:
    write_recording(tmp_path / "talk.wav", talk(LONG))
    process = command(tmp_path, "talk.wav")
    async with Store(f"sqlite:///{tmp_path}/records.db") as store:
        await wait_for_position(store, process)
        (begun,) = await store.list_uploads()
        process.kill()
        process.communicate()
        # As if it was killed this moment, however long the next one takes to start.
        await store.take_lease(
            begun.room_name, "killed", now_ms=time.time_ns() // 1_000_000, ttl_seconds=4
        )
        code, _, told = run(tmp_path, "talk.wav")
        assert code == 0, told
        assert "goes on at" in told
        (done,) = await store.list_uploads()
    assert done.state == "done"


async def test_what_ends_the_work_is_named_and_the_recording_is_not_given_up(
    tmp_path: Path,
) -> None:
    write_recording(tmp_path / "talk.ogg")
    away = {
        "STT": "elevenlabs",
        "ELEVENLABS_API_KEY": "sk_quartzbeetle",
        "ELEVENLABS_BASE_URL": f"http://127.0.0.1:{find_free_port()}",
        "PRICE_FILE": f"{Path.cwd()}/prices.yaml",
    }
    for _ in range(2):
        code, _, told = run(tmp_path, "talk.ogg", **away)
        assert code == 1
        assert "ElevenLabs Scribe does not answer" in told
        assert "run the command again" in told
        assert "quartzbeetle" not in told
        assert "Traceback" not in told
    code, _, told = run(tmp_path, "talk.ogg", STT="elevenlabs")
    assert code == 2
    assert "ELEVENLABS_API_KEY" in told
    assert "Traceback" not in told
    async with Store(f"sqlite:///{tmp_path}/records.db") as store:
        (left,) = await store.list_uploads()
    assert (left.state, left.attempts) == ("running", 0)


async def test_what_an_earlier_version_gave_up_begins_anew(tmp_path: Path) -> None:
    write_recording(tmp_path / "talk.ogg")
    assert run(tmp_path, "talk.ogg", STT="elevenlabs")[0] == 2
    with closing(sqlite3.connect(tmp_path / "records.db")) as database:
        database.execute("UPDATE uploads SET state = 'failed', cause = '5 attempts', attempts = 6")
        database.commit()
    code, _, told = run(tmp_path, "talk.ogg")
    assert code == 0, told
    async with Store(f"sqlite:///{tmp_path}/records.db") as store:
        (left,) = await store.list_uploads()
    assert (left.state, left.cause) == ("done", "")


def test_a_broken_recording_is_transcribed_and_said_to_be_broken(tmp_path: Path) -> None:
    break_middle(write_recording(tmp_path / "talk.flac"))
    for _ in range(2):
        code, out, told = run(tmp_path, "talk.flac")
        assert code == 0, told
        assert "s of the recording could not be read" in told
        assert "transcript" in out


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
