"""When a segment begins and ends, and that every sample is in one place."""

import numpy as np
import pytest

from agent.speech_gate import SAMPLE_RATE_HZ, WINDOW_SECONDS, GateEvent, SpeechEnd, SpeechStart
from tests.agent.scripted_voice import (
    PRE_ROLL_WINDOWS,
    SILENCE_WINDOWS,
    TAIL_WINDOWS,
    WINDOW,
    ScriptedVoice,
    audio_of,
    ends_of,
    numbered,
    run,
    scripted_gate,
    starts_of,
)

pytestmark = pytest.mark.unit


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
    first = (20 - PRE_ROLL_WINDOWS) * WINDOW
    assert np.array_equal(audio, numbered(PRE_ROLL_WINDOWS + 30 + TAIL_WINDOWS, first))


def test_silence_within_a_segment_goes_on_when_speech_does() -> None:
    events = run(ScriptedVoice((5, 0.9), (SILENCE_WINDOWS - 1, 0.1), (5, 0.9)))
    (audio,) = audio_of(events)
    assert np.array_equal(audio, numbered(10 + SILENCE_WINDOWS - 1))


def test_a_shorter_silence_and_a_faint_voice_do_not_end_a_segment() -> None:
    pause = (SILENCE_WINDOWS - 1, 0.1)
    faint = (50, 0.36)  # would not begin a segment, and does not end one
    events = run(ScriptedVoice((5, 0.9), pause, (1, 0.35), pause, faint, pause, (1, 0.9)))
    assert len(starts_of(events)) == 1
    assert ends_of(events) == []


def test_nothing_is_lost_between_segments_with_a_pause_as_short_as_the_pre_roll() -> None:
    quiet = TAIL_WINDOWS + PRE_ROLL_WINDOWS
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
    gate = scripted_gate(None, ScriptedVoice(*script))
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
    gate = scripted_gate(None, voice)
    audio = np.concatenate((numbered(10), np.full(300, 7, np.int16)))
    events = gate.push(audio)
    assert gate.is_open
    events += gate.flush()
    assert not gate.is_open
    (heard,) = audio_of(events)
    assert np.array_equal(heard, audio)
    assert ends_of(events) == pytest.approx([10])
    assert voice.resets == 1


def test_flush_in_a_silence_leaves_nothing_out() -> None:
    gate = scripted_gate(None, ScriptedVoice((10, 0.9), (SILENCE_WINDOWS - 1, 0.1)))
    audio = numbered(10 + SILENCE_WINDOWS - 1)
    (heard,) = audio_of(gate.push(audio) + gate.flush())
    assert np.array_equal(heard, audio)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", SILENCE_WINDOWS),
        ("so we would like to see", SILENCE_WINDOWS),
        ("so we would like to see.", 6),
        ('He said: "Is it too late?"', 6),
        ("Well.", SILENCE_WINDOWS),
        ("so we would like to see,", 13),
        ("First,", 13),
    ],
)
def test_the_sign_at_the_end_of_an_interim_tells_how_long_a_pause_may_be(
    text: str, windows: int
) -> None:
    gate = scripted_gate(None, ScriptedVoice((10, 0.9), (windows, 0.1)))
    events = gate.push(numbered(10))
    gate.note_text(text)
    events += gate.push(numbered(windows - 1))
    assert ends_of(events) == []
    assert ends_of(gate.push(numbered(1))) == pytest.approx([10])


def test_the_sign_of_one_segment_says_nothing_about_the_next() -> None:
    script = (10, 0.9), (6, 0.1), (10, 0.9), (SILENCE_WINDOWS, 0.1)
    gate = scripted_gate(None, ScriptedVoice(*script))
    gate.push(numbered(10))
    gate.note_text("That is all I know.")
    assert len(ends_of(gate.push(numbered(6)))) == 1
    assert ends_of(gate.push(numbered(10 + SILENCE_WINDOWS - 1))) == []
    assert len(ends_of(gate.push(numbered(1)))) == 1


def test_flush_between_segments_says_nothing_and_forgets_what_it_heard() -> None:
    voice = ScriptedVoice((20, 0.1), (1, 0.9), (1, 0.9), (1, 0.9))
    gate = scripted_gate(None, voice)
    assert gate.push(numbered(21)) == []
    assert gate.flush() == []
    assert gate.push(numbered(1, 21 * WINDOW)) == []  # counts as the first window of speech
    (start,) = gate.push(numbered(1, 22 * WINDOW))
    assert isinstance(start, SpeechStart)
    assert len(start.samples) == 2 * WINDOW
    assert start.at_seconds == pytest.approx(21 * WINDOW_SECONDS)


def test_all_audio_is_either_passed_on_or_silent_at_every_moment() -> None:
    voice = ScriptedVoice((20, 0.1), (10, 0.9), (30, 0.1), (1, 0.9), (9, 0.1))
    gate = scripted_gate(None, voice)
    pushed = 0
    passed = 0
    for size in [100, 700, 1600] * 50:
        samples = numbered(4)[:size]
        if pushed + size > 70 * WINDOW:
            break
        events = gate.push(samples)
        pushed += size
        passed += sum(len(event.samples) for event in events if not isinstance(event, SpeechEnd))
        assert gate.passed_seconds == passed / SAMPLE_RATE_HZ
        assert gate.silent_seconds == pytest.approx((pushed - passed) / SAMPLE_RATE_HZ)
    assert passed == (PRE_ROLL_WINDOWS + 10 + TAIL_WINDOWS) * WINDOW


def test_what_a_flush_passes_on_is_not_silent() -> None:
    gate = scripted_gate(None, ScriptedVoice((4, 0.9)))
    gate.push(numbered(4))
    gate.push(numbered(1)[:100])
    gate.flush()
    assert gate.silent_seconds == 0
    assert gate.passed_seconds == (4 * WINDOW + 100) / SAMPLE_RATE_HZ
