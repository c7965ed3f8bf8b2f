"""Recordings of every kind as samples, and as stretches of speech."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.speech_gate import SAMPLE_RATE_HZ, Samples, SpeechEnd, SpeechGate
from agent.transcribe.reading import RecordingReader
from agent.transcribe.stretches import Stretch, Stretches
from records.recordings import RecordingError
from tests.made_recordings import KINDS, break_middle, talk, write_recording

pytestmark = pytest.mark.unit

Loudness = NDArray[np.float64]
HOURS = 6 * 3600.0


def read_all(path: Path) -> Samples:
    return np.concatenate(list(RecordingReader(path, most_seconds=HOURS).blocks()))


def stretches_of(path: Path) -> list[Stretch]:
    return [one for one in Stretches(path, most_seconds=HOURS).read() if one]


@pytest.mark.parametrize("ending", KINDS)
def test_the_samples_of_every_kind_are_those_that_were_written(tmp_path: Path, ending: str) -> None:
    samples = read_all(write_recording(tmp_path / f"talk.{ending}"))
    assert len(samples) / SAMPLE_RATE_HZ == pytest.approx(len(talk()) / SAMPLE_RATE_HZ, abs=0.2)
    # A codec changes samples, and not when somebody speaks; raw AAC begins 64 ms late.
    step = SAMPLE_RATE_HZ // 50
    heard, said = _loudness(samples, step), _loudness(talk(), step)
    assert max(_alike(heard[late:], said) for late in range(6)) > 0.97


def _alike(heard: Loudness, said: Loudness) -> float:
    length = min(len(heard), len(said))
    return float(np.corrcoef(heard[:length], said[:length])[0, 1])


def _loudness(samples: Samples, step: int) -> Loudness:
    whole = samples[: len(samples) // step * step].astype(np.float64).reshape(-1, step)
    loudness: Loudness = np.sqrt((whole**2).mean(axis=1))
    return loudness


def test_the_stretches_are_those_that_the_gate_of_a_call_makes(tmp_path: Path) -> None:
    found = stretches_of(write_recording(tmp_path / "talk.flac"))
    gate = SpeechGate()
    ends = [
        event.at_seconds
        for start in range(0, len(talk()), SAMPLE_RATE_HZ // 20)
        for event in gate.push(talk()[start : start + SAMPLE_RATE_HZ // 20])
        if isinstance(event, SpeechEnd)
    ]
    assert [one.end_seconds for one in found] == pytest.approx(ends)
    assert [one.number for one in found] == list(range(len(found)))
    for one in found:
        assert one.start_seconds < one.end_seconds
        assert one.seconds >= one.end_seconds - one.start_seconds


def test_the_same_recording_gives_the_same_stretches(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "talk.mp3")
    for one, other in zip(stretches_of(path), stretches_of(path), strict=True):
        assert one.start_seconds == other.start_seconds
        assert np.array_equal(one.samples, other.samples)


def test_a_recording_that_is_longer_than_the_limit_ends_in_the_middle(tmp_path: Path) -> None:
    reader = RecordingReader(write_recording(tmp_path / "talk.aac"), most_seconds=2.0)
    with pytest.raises(RecordingError) as caught:
        list(reader.blocks())
    assert caught.value.fault == "too_long"
    assert reader.position_seconds < 4


@pytest.mark.parametrize("ending", ["flac", "m4a", "mp4", "ogg"])
def test_broken_places_are_passed_over_and_told(tmp_path: Path, ending: str) -> None:
    path = break_middle(write_recording(tmp_path / f"talk.{ending}"))
    reader = RecordingReader(path, most_seconds=HOURS)
    seconds = sum(map(len, reader.blocks())) / SAMPLE_RATE_HZ
    assert seconds == pytest.approx(len(talk()) / SAMPLE_RATE_HZ, abs=0.2)
    assert reader.unreadable_seconds == pytest.approx(seconds / 5, abs=1.2)


@pytest.mark.parametrize("ending", ["aac", "mp3"])
def test_what_does_not_say_where_it_is_tells_at_least_of_its_broken_packets(
    tmp_path: Path, ending: str
) -> None:
    reader = RecordingReader(
        break_middle(write_recording(tmp_path / f"talk.{ending}")), most_seconds=HOURS
    )
    assert list(reader.blocks())
    assert reader.unreadable_seconds > 0.1


@pytest.mark.parametrize("ending", KINDS)
def test_of_a_whole_recording_all_is_readable(tmp_path: Path, ending: str) -> None:
    reader = RecordingReader(write_recording(tmp_path / f"talk.{ending}"), most_seconds=HOURS)
    assert list(reader.blocks())
    assert reader.unreadable_seconds == 0


def test_a_pause_that_was_left_out_is_silence(tmp_path: Path) -> None:
    """A browser that records leaves pauses out: only the time stamps tell of them."""
    import av

    path = tmp_path / "pauses.webm"
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=48_000)
        for second in (0, 1, 10, 11):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), "s16", "mono")
            for step in range(50):
                frame.sample_rate = 48_000
                frame.pts = second * 48_000 + step * 960
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    reader = RecordingReader(path, most_seconds=HOURS)
    assert sum(map(len, reader.blocks())) / SAMPLE_RATE_HZ == pytest.approx(12, abs=0.3)
    assert reader.unreadable_seconds == 0
