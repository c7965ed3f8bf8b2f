import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.sound.part import PartFile, claimed, seal
from agent.speech_gate import SAMPLE_RATE_HZ
from tests.agent.sound.frames import FRAME_SAMPLES, FRAME_SECONDS, frames_of, noise, read

pytestmark = pytest.mark.unit

_DIES = """
import os, signal, sys
from pathlib import Path
from agent.sound.part import PartFile
from tests.agent.sound.frames import frames_of, noise
part = PartFile(Path(sys.argv[1]), 100.0)
for frame in frames_of(noise(float(sys.argv[2])), 100.0):
    part.write(frame)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_writing(path: Path, seconds: float) -> None:
    """Let a process write, and kill it before it can finish the file."""
    command = [sys.executable, "-c", _DIES, str(path), str(seconds)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL


def test_frames_stand_in_the_file_as_they_were_heard(tmp_path: Path) -> None:
    path, samples = tmp_path / "SP_1.flac", noise(2.5)
    part = PartFile(path, 100.0)
    for frame in frames_of(samples, 100.0):
        part.write(frame)
    part.close()
    part.close()
    assert np.array_equal(read(path), samples)
    assert seal(path) == len(samples)
    assert [found.name for found in tmp_path.iterdir()] == ["SP_1.flac"]
    assert path.stat().st_mode & 0o077 == 0  # for nobody else on this machine


def test_frames_that_come_a_little_early_or_late_are_put_side_by_side(tmp_path: Path) -> None:
    path, samples = tmp_path / "SP_1.flac", noise(1.0)
    part = PartFile(path, 100.0)
    for number, frame in enumerate(frames_of(samples, 100.0)):
        late = 0.02 if number % 2 else -0.02
        part.write(type(frame)(frame.samples, frame.ended_at_seconds + late))
    part.close()
    assert np.array_equal(read(path), samples)


def test_a_time_in_which_nothing_was_heard_is_silent_and_what_follows_keeps_its_place(
    tmp_path: Path,
) -> None:
    path, before, after = tmp_path / "SP_1.flac", noise(1.0), noise(1.0, seed=2)
    part = PartFile(path, 100.0)
    for frame in (*frames_of(before, 100.0), *frames_of(after, 103.5)):
        part.write(frame)
    part.close()
    heard = read(path)
    assert np.array_equal(heard[: len(before)], before)
    assert not heard[len(before) : round(3.5 * SAMPLE_RATE_HZ)].any()
    assert np.array_equal(heard[round(3.5 * SAMPLE_RATE_HZ) :], after)


def test_a_track_that_was_late_when_it_began_is_put_right(tmp_path: Path) -> None:
    # The first frames came four frames late; the clock of the stream learns it from the third.
    path, samples, late = tmp_path / "SP_1.flac", noise(1.0), 4 * FRAME_SECONDS
    part = PartFile(path, 100.0 + late)
    for number, frame in enumerate(frames_of(samples, 100.0)):
        came_late = late if number < 2 else 0.0
        part.write(type(frame)(frame.samples, frame.ended_at_seconds + came_late))
    part.close()
    heard = read(path)
    assert np.array_equal(heard[2 * FRAME_SAMPLES :], samples[6 * FRAME_SAMPLES :])


def test_a_killed_writer_leaves_all_but_the_last_moment(tmp_path: Path) -> None:
    path = tmp_path / "SP_1.flac"
    killed_while_writing(path, 12.5)
    samples = seal(path)
    assert 12.5 - samples / SAMPLE_RATE_HZ < 1.0
    heard = read(path)
    assert len(heard) == samples
    assert np.array_equal(heard, noise(12.5)[:samples])
    assert seal(path) == samples


def test_a_frame_of_the_file_that_was_half_written_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "SP_1.flac"
    killed_while_writing(path, 5.0)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    samples = seal(path)
    assert 5.0 - samples / SAMPLE_RATE_HZ < 1.0
    assert len(path.read_bytes()) < len(whole) - 100
    assert np.array_equal(read(path), noise(5.0)[:samples])


@pytest.mark.parametrize("content", [b"", b"fLaC", b"fLaC" + bytes(34), b"no sound at all"])
def test_what_holds_no_sound_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "SP_1.flac"
    path.write_bytes(content)
    assert seal(path) == 0


def test_a_part_in_which_nothing_was_heard_holds_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "SP_1.flac"
    PartFile(path, 100.0).close()
    assert seal(path) == 0


def test_nobody_takes_a_part_that_is_written(tmp_path: Path) -> None:
    path = tmp_path / "SP_1.flac"
    part = PartFile(path, 100.0)
    with claimed(path) as ours:
        assert not ours
    part.write(next(iter(frames_of(noise(FRAME_SECONDS), 100.0))))
    part.abandon()
    with claimed(path) as ours:
        assert ours
        with claimed(path) as others:
            assert not others
    with claimed(tmp_path / "SP_2.flac") as ours:
        assert not ours
