"""Where the longest segment is cut."""

import numpy as np
import pytest

from agent.gate_settings import GateSettings
from agent.speech_gate import WINDOW_SECONDS, Samples, SpeechAudio
from tests.agent.scripted_voice import (
    SILENCE_WINDOWS,
    TAIL_WINDOWS,
    WINDOW,
    ScriptedVoice,
    audio_of,
    ends_of,
    numbered,
    scripted_gate,
    starts_of,
)

pytestmark = pytest.mark.unit


def shaped(*stretches: tuple[int, int]) -> Samples:
    """Windows of noise, so many and so loud; no two samples in a row are the same."""
    signs = np.tile(np.array([1, -1], np.int16), WINDOW // 2)
    windows = [signs * np.int16(level) for count, level in stretches for _ in range(count)]
    return np.concatenate(windows) + numbered(len(windows)) % 97


CUT = GateSettings(
    longest_segment_seconds=50 * WINDOW_SECONDS, look_back_seconds=20 * WINDOW_SECONDS
)


def test_the_longest_segment_is_cut_in_the_middle_of_its_quietest_place() -> None:
    audio = shaped((35, 9000), (3, 2000), (5, 9000), (3, 3000), (20, 9000))
    gate = scripted_gate(CUT, ScriptedVoice((66, 0.9)))
    events = gate.push(audio) + gate.flush()
    assert ends_of(events) == pytest.approx([36, 66])
    assert starts_of(events) == pytest.approx([0, 36])
    assert np.array_equal(np.concatenate(audio_of(events)), audio)


def test_what_is_quiet_before_the_last_seconds_is_no_place_to_cut() -> None:
    audio = shaped((10, 9000), (3, 100), (25, 9000), (3, 5000), (25, 9000))
    gate = scripted_gate(CUT, ScriptedVoice((66, 0.9)))
    events = gate.push(audio)
    assert ends_of(events) == pytest.approx([39])


def test_a_quiet_place_shorter_than_a_pause_between_words_is_passed_over() -> None:
    audio = shaped((35, 9000), (1, 100), (5, 9000), (3, 3000), (22, 9000))
    gate = scripted_gate(CUT, ScriptedVoice((66, 0.9)))
    assert ends_of(gate.push(audio)) == pytest.approx([42])


def test_a_silence_is_preferred_to_quiet_speech_and_a_later_one_to_an_earlier() -> None:
    audio = shaped((32, 9000), (3, 200), (31, 9000))
    script = ((36, 0.9), (3, 0.1), (3, 0.9), (3, 0.1), (21, 0.9))
    events = scripted_gate(CUT, ScriptedVoice(*script)).push(audio)
    assert ends_of(events) == pytest.approx([43])


def test_a_segment_is_not_cut_in_a_silence_that_may_end_it() -> None:
    script = ((48, 0.9), (SILENCE_WINDOWS, 0.1), (20, 0.1))
    gate = scripted_gate(CUT, ScriptedVoice(*script))
    events = gate.push(shaped((48 + SILENCE_WINDOWS + 20, 9000)))
    assert ends_of(events) == pytest.approx([48])
    (audio,) = audio_of(events)
    assert len(audio) == (48 + TAIL_WINDOWS) * WINDOW


def test_nothing_said_is_held_back_when_a_long_segment_ends() -> None:
    audio = shaped((35, 9000), (3, 50), (10, 9000), (SILENCE_WINDOWS, 500))
    gate = scripted_gate(CUT, ScriptedVoice((48, 0.9), (SILENCE_WINDOWS, 0.1)))
    before = gate.push(audio[: (48 + TAIL_WINDOWS) * WINDOW])
    (heard,) = audio_of(before)
    assert np.array_equal(heard, audio[: 49 * WINDOW])
    after = gate.push(audio[(48 + TAIL_WINDOWS) * WINDOW :])
    assert sum(len(event.samples) for event in after if isinstance(event, SpeechAudio)) <= (
        TAIL_WINDOWS * WINDOW
    )


def test_speech_without_end_is_cut_without_the_loss_of_a_sample() -> None:
    audio = numbered(373)
    gate = scripted_gate(CUT, ScriptedVoice((373, 0.9)))
    events = gate.push(audio) + gate.flush()
    segments = audio_of(events)
    assert np.array_equal(np.concatenate(segments), audio)
    assert all(30 <= len(one) // WINDOW <= 50 for one in segments[:-1])
    assert ends_of(events)[:-1] == pytest.approx(starts_of(events)[1:])
