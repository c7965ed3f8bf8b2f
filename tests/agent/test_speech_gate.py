from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from agent.gate_settings import GateSettings
from agent.nearness import Nearness
from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    WINDOW_SECONDS,
    GateEvent,
    Samples,
    SpeechAudio,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
    VoiceActivity,
)
from tests.agent.speech import read_line

pytestmark = pytest.mark.unit

WINDOW = 512
SILENCE_WINDOWS = 7
"""0.22 s in whole windows."""
TAIL_WINDOWS = 3
"""0.1 s in whole windows."""
PRE_ROLL_WINDOWS = 10
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


class EverybodyNear(Nearness):
    """Hears nobody in the background: these windows have the level of their numbers."""

    @property
    def is_new(self) -> bool:
        return False

    def hear(self, *_: object, **__: object) -> bool:
        return True


def scripted_gate(settings: GateSettings | None, voice: VoiceActivity) -> SpeechGate:
    nearness = EverybodyNear(settings or GateSettings(), WINDOW_SECONDS)
    return SpeechGate(settings, voice, nearness=nearness)


def numbered(windows: int, start: int = 0) -> Samples:
    """Samples that tell their own position, modulo 32,000."""
    return (np.arange(start, start + windows * WINDOW) % 32_000).astype(np.int16)


def run(voice: ScriptedVoice, settings: GateSettings | None = None) -> list[GateEvent]:
    windows = len(voice.left)
    gate = scripted_gate(settings, voice)
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
