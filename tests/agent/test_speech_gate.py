from collections.abc import Sequence

import numpy as np
import pytest

from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    WINDOW_SECONDS,
    GateEvent,
    GateSettings,
    Samples,
    SpeechAudio,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
)
from tests.agent.speech import read_line

pytestmark = pytest.mark.unit

WINDOW = 512
SILENCE_WINDOWS = 8
"""0.25 s in whole windows."""
PRE_ROLL_WINDOWS = 9
"""0.3 s in whole windows."""


class ScriptedVoice:
    """Voice activity that plays a list of probabilities, one for each window."""

    def __init__(self, *stretches: tuple[int, float]) -> None:
        self.left = [value for count, value in stretches for _ in range(count)]
        self.resets = 0

    def predict(self, window: Samples, /) -> float:
        assert window.shape == (WINDOW,)
        return self.left.pop(0)

    def reset(self) -> None:
        self.resets += 1


def numbered(windows: int, start: int = 0) -> Samples:
    """Samples that tell their own position, modulo 32,000."""
    return (np.arange(start, start + windows * WINDOW) % 32_000).astype(np.int16)


def run(voice: ScriptedVoice, settings: GateSettings | None = None) -> list[GateEvent]:
    windows = len(voice.left)
    gate = SpeechGate(settings, voice)
    events = gate.push(numbered(windows))
    assert voice.left == []
    assert gate.position_seconds == pytest.approx(windows * WINDOW_SECONDS)
    return events


def audio_of(events: Sequence[GateEvent]) -> list[Samples]:
    """The samples of each segment that was begun."""
    segments: list[list[Samples]] = []
    for event in events:
        if isinstance(event, SpeechStart):
            segments.append([event.samples])
        elif isinstance(event, SpeechAudio):
            segments[-1].append(event.samples)
    return [np.concatenate(parts) for parts in segments]


def ends_of(events: Sequence[GateEvent]) -> list[float]:
    return [event.at_seconds / WINDOW_SECONDS for event in events if isinstance(event, SpeechEnd)]


def starts_of(events: Sequence[GateEvent]) -> list[float]:
    return [event.at_seconds / WINDOW_SECONDS for event in events if isinstance(event, SpeechStart)]


def test_silence_brings_nothing() -> None:
    assert run(ScriptedVoice((100, 0.1))) == []


def test_one_loud_window_is_not_speech() -> None:
    assert run(ScriptedVoice((20, 0.1), (1, 0.9), (20, 0.1), (1, 0.9), (1, 0.49))) == []


def test_a_segment_begins_at_its_first_window_of_speech_with_what_came_before() -> None:
    events = run(ScriptedVoice((20, 0.1), (2, 0.5)))
    (start,) = events
    assert isinstance(start, SpeechStart)
    assert start.at_seconds == pytest.approx(20 * WINDOW_SECONDS)
    first = 20 - PRE_ROLL_WINDOWS
    assert np.array_equal(start.samples, numbered(PRE_ROLL_WINDOWS + 2, first * WINDOW))


def test_at_the_start_of_a_stream_the_pre_roll_is_what_there_is() -> None:
    (start,) = run(ScriptedVoice((1, 0.1), (2, 0.9)))
    assert isinstance(start, SpeechStart)
    assert len(start.samples) == 3 * WINDOW


def test_a_segment_ends_after_the_silence_and_at_its_last_window_of_speech() -> None:
    events = run(ScriptedVoice((20, 0.1), (30, 0.9), (SILENCE_WINDOWS, 0.34), (10, 0.1)))
    assert starts_of(events) == pytest.approx([20])
    assert ends_of(events) == pytest.approx([50])
    (audio,) = audio_of(events)
    assert len(audio) == (PRE_ROLL_WINDOWS + 30 + SILENCE_WINDOWS) * WINDOW


def test_a_shorter_silence_and_a_faint_voice_do_not_end_a_segment() -> None:
    pause = (SILENCE_WINDOWS - 1, 0.1)
    faint = (50, 0.36)  # would not begin a segment, and does not end one
    events = run(ScriptedVoice((5, 0.9), pause, (1, 0.35), pause, faint, pause, (1, 0.9)))
    assert len(starts_of(events)) == 1
    assert ends_of(events) == []


def test_a_long_segment_ends_at_a_short_dip() -> None:
    settings = GateSettings(long_segment_seconds=100 * WINDOW_SECONDS)
    early_dip = (3, 0.1)
    script = ((60, 0.9), early_dip, (37, 0.9), (3, 0.1), (1, 0.1))
    events = run(ScriptedVoice(*script), settings)
    assert ends_of(events) == pytest.approx([100])


def test_the_longest_segment_is_cut_without_the_loss_of_a_sample() -> None:
    settings = GateSettings(longest_segment_seconds=50 * WINDOW_SECONDS)
    windows = 173
    events = run(ScriptedVoice((windows, 0.9)), settings)
    segments = audio_of(events)
    assert [len(one) // WINDOW for one in segments] == [50, 50, 50, 23]
    assert np.array_equal(np.concatenate(segments), numbered(windows))
    assert ends_of(events) == pytest.approx([50, 100, 150])
    assert starts_of(events) == pytest.approx([0, 50, 100, 150])


def test_nothing_is_lost_between_segments_with_a_pause_as_short_as_the_pre_roll() -> None:
    quiet = SILENCE_WINDOWS + PRE_ROLL_WINDOWS
    events = run(ScriptedVoice((30, 0.9), (quiet, 0.1), (30, 0.9)))
    segments = audio_of(events)
    assert len(segments) == 2
    assert np.array_equal(np.concatenate(segments), numbered(60 + quiet))


def test_no_sample_is_in_two_segments() -> None:
    events = run(ScriptedVoice((30, 0.9), (SILENCE_WINDOWS + 2, 0.1), (30, 0.9)))
    together = np.concatenate(audio_of(events))
    assert np.array_equal(together, numbered(62 + SILENCE_WINDOWS))


@pytest.mark.parametrize("size", [1, 160, 511, 512, 513, 800, 4000])
def test_the_size_of_frames_changes_nothing(size: int) -> None:
    script = ((20, 0.1), (30, 0.9), (20, 0.1), (10, 0.9), (20, 0.1))
    expected = run(ScriptedVoice(*script))
    gate = SpeechGate(None, ScriptedVoice(*script))
    audio = numbered(100)
    events: list[GateEvent] = []
    for start in range(0, len(audio), size):
        events += gate.push(audio[start : start + size])
    assert starts_of(events) == starts_of(expected)
    assert ends_of(events) == ends_of(expected)
    for ours, theirs in zip(audio_of(events), audio_of(expected), strict=True):
        assert np.array_equal(ours, theirs)


def test_flush_ends_a_segment_with_every_sample_that_came() -> None:
    voice = ScriptedVoice((10, 0.9))
    gate = SpeechGate(None, voice)
    audio = np.concatenate((numbered(10), np.full(300, 7, np.int16)))
    events = gate.push(audio)
    assert gate.is_open
    events += gate.flush()
    assert not gate.is_open
    (heard,) = audio_of(events)
    assert np.array_equal(heard, audio)
    assert ends_of(events) == pytest.approx([10])
    assert voice.resets == 1


def test_flush_between_segments_says_nothing_and_forgets_what_it_heard() -> None:
    voice = ScriptedVoice((20, 0.1), (1, 0.9), (1, 0.9), (1, 0.9))
    gate = SpeechGate(None, voice)
    assert gate.push(numbered(21)) == []
    assert gate.flush() == []
    assert gate.push(numbered(1, 21 * WINDOW)) == []  # counts as the first window of speech
    (start,) = gate.push(numbered(1, 22 * WINDOW))
    assert isinstance(start, SpeechStart)
    assert len(start.samples) == 2 * WINDOW
    assert start.at_seconds == pytest.approx(21 * WINDOW_SECONDS)


class TestRealVoiceActivity:
    """The library's own model."""

    def test_silence_and_noise_are_not_speech(self) -> None:
        gate = SpeechGate()
        noise = np.random.default_rng(1).normal(0, 300, SAMPLE_RATE_HZ * 5).astype(np.int16)
        assert gate.push(np.zeros(SAMPLE_RATE_HZ * 5, np.int16)) == []
        assert gate.push(noise) == []
        assert gate.flush() == []

    def test_a_spoken_line_is_one_segment_that_holds_the_words(self) -> None:
        line = read_line(2)  # one sentence, then another: about 2.6 s
        still = np.zeros(SAMPLE_RATE_HZ, np.int16)
        gate = SpeechGate()
        events = gate.push(np.concatenate((still, line.samples, still)))
        assert not gate.is_open
        starts = [event.at_seconds for event in events if isinstance(event, SpeechStart)]
        ends = [event.at_seconds for event in events if isinstance(event, SpeechEnd)]
        assert starts[0] == pytest.approx(1.0, abs=0.35)
        assert ends[-1] == pytest.approx(1.0 + line.words_end_seconds, abs=0.35)

    def test_two_lines_with_a_pause_are_two_segments(self) -> None:
        still = np.zeros(SAMPLE_RATE_HZ, np.int16)
        line = read_line(2).samples
        events = SpeechGate().push(np.concatenate((line, still, line, still)))
        assert len(ends_of(events)) % 2 == 0
        assert len(ends_of(events)) >= 2


def test_all_audio_is_either_passed_on_or_silent_at_every_moment() -> None:
    voice = ScriptedVoice((20, 0.1), (10, 0.9), (30, 0.1), (1, 0.9), (9, 0.1))
    gate = SpeechGate(None, voice)
    pushed = 0
    passed = 0
    for size in [100, 700, 1600] * 50:
        samples = numbered(1)[:1].repeat(size)
        if pushed + size > 70 * WINDOW:
            break
        events = gate.push(samples)
        pushed += size
        passed += sum(len(event.samples) for event in events if not isinstance(event, SpeechEnd))
        assert gate.passed_seconds == passed / SAMPLE_RATE_HZ
        assert gate.silent_seconds == pytest.approx((pushed - passed) / SAMPLE_RATE_HZ)
    assert passed == (PRE_ROLL_WINDOWS + 10 + SILENCE_WINDOWS) * WINDOW


def test_what_a_flush_passes_on_is_not_silent() -> None:
    gate = SpeechGate(None, ScriptedVoice((4, 0.9)))
    gate.push(numbered(4))
    gate.push(numbered(1)[:100])
    gate.flush()
    assert gate.silent_seconds == 0
    assert gate.passed_seconds == (4 * WINDOW + 100) / SAMPLE_RATE_HZ
