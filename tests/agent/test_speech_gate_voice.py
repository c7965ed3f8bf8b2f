"""The gate with the library's own voice activity model, on noise and on the lab's lines."""

from collections.abc import Iterable

import numpy as np
import pytest

from agent.gate_settings import GateSettings
from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    WINDOW_SECONDS,
    Samples,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
)
from tests.agent.scripted_voice import audio_of, ends_of, starts_of
from tests.agent.speech import read_line

pytestmark = pytest.mark.unit


def breathless(numbers: Iterable[int]) -> tuple[Samples, list[float]]:
    """Lines of the call without any pause between them, and when each word of it ends."""
    parts: list[Samples] = []
    ends: list[float] = []
    spoken = 0
    for number in numbers:
        line = read_line(number)
        first = round(line.words_start_seconds * SAMPLE_RATE_HZ)
        last = round(line.words_end_seconds * SAMPLE_RATE_HZ)
        parts.append(line.samples[first:last])
        ends += [(spoken - first) / SAMPLE_RATE_HZ + end for end in line.word_ends_seconds]
        spoken += last - first
    return np.concatenate(parts), ends


def loudness(samples: Samples, at_seconds: float | None = None) -> float:
    """Root mean square of samples, or of 30 ms around a moment of them."""
    if at_seconds is not None:
        middle = round(at_seconds * SAMPLE_RATE_HZ)
        samples = samples[max(0, middle - 240) : middle + 240]
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def is_within_word(at: float, word_ends: list[float], speech: Samples) -> bool:
    """Whether a word was heard since the last one ended, and goes on."""
    ended = max((end for end in word_ends if end <= at + 0.04), default=0.0)
    moments = np.arange(ended + 0.03, at, 0.01)
    return any(loudness(speech, float(moment)) > 100 for moment in moments)


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

    def test_a_muted_track_is_silent_and_the_speech_behind_it_is_whole(self) -> None:
        line = read_line(2)
        muted = np.random.default_rng(1).integers(-2, 3, SAMPLE_RATE_HZ * 3).astype(np.int16)
        at_once = SpeechGate().push(line.samples)
        after_mute = SpeechGate().push(np.concatenate((muted, line.samples)))
        assert starts_of(after_mute)[0] == pytest.approx(
            starts_of(at_once)[0] + 3 / WINDOW_SECONDS, abs=2
        )
        assert len(audio_of(after_mute)[0]) >= len(audio_of(at_once)[0])

    def test_speech_without_a_pause_is_mostly_cut_between_words(self) -> None:
        speech, word_ends = breathless(number for number in range(1, 17))
        gate = SpeechGate(GateSettings(silence_seconds=1.5))
        events = gate.push(speech) + gate.flush()
        assert np.array_equal(np.concatenate(audio_of(events)), speech)
        cuts = [event.at_seconds for event in events if isinstance(event, SpeechEnd)][:-1]
        assert len(cuts) >= 3
        within = [at for at in cuts if is_within_word(at, word_ends, speech)]
        assert len(within) <= len(cuts) // 4
        # And where a word was hit, it was in a moment without sound, such as before a "t".
        assert max(loudness(speech, at) for at in cuts) < 0.1 * loudness(speech)

    def test_two_lines_with_a_pause_are_two_segments(self) -> None:
        still = np.zeros(SAMPLE_RATE_HZ, np.int16)
        line = read_line(2).samples
        events = SpeechGate().push(np.concatenate((line, still, line, still)))
        assert len(ends_of(events)) % 2 == 0
        assert len(ends_of(events)) >= 2
