"""How voices speak, and how the times of their words are known."""

from pathlib import Path

import numpy as np
import pytest

from lab.call_file import EspeakVoice, Voice
from lab.engines import VoiceError, speak, timed_phones, timed_speech, word_ends
from lab.sound import SAMPLE_RATE_HZ, read_sound
from lab.voices import read_index

pytestmark = pytest.mark.unit

SALES = Path(__file__).parents[2] / "lab" / "calls" / "sales"
PRINTED = "pau:0.2 g:0.3 uh:0.4 d:0.5 pau:0.7 b:0.8 eh:0.9 n:1.1 pau:1.3 \n"
ESPEAK = EspeakVoice(engine="espeak-ng", name="en-us")


def test_phones_are_read_with_their_ends() -> None:
    assert timed_phones(PRINTED)[:2] == [("pau", 0.2), ("g", 0.3)]


def test_a_word_ends_with_its_last_phone_and_not_with_the_pause_behind_it() -> None:
    ends = word_ends(["Good,", "Ben"], [3, 6], PRINTED)
    assert ends == (("Good,", 0.5), ("Ben", 1.1))


@pytest.mark.parametrize("counts", [[3, 5], [4, 3], []])
def test_words_that_do_not_fit_the_phones_are_refused(counts: list[int]) -> None:
    with pytest.raises(VoiceError, match="timing does not fit"):
        word_ends(["Good,", "Ben"], counts, PRINTED)


def test_real_speech_gets_the_times_of_its_words_and_bounds() -> None:
    line = read_index(SALES).lines[1]
    spoken = timed_speech(read_sound(SALES / line.file), line.words)
    assert spoken.untimed is None
    assert [word for word, _ in spoken.word_ends] == line.words.split()
    assert spoken.speech_start_seconds == pytest.approx(line.speech_start_seconds, abs=0.1)
    assert spoken.speech_end_seconds == pytest.approx(line.speech_end_seconds, abs=0.1)
    assert spoken.word_ends[-1][1] <= spoken.speech_end_seconds


def test_a_hyphened_word_ends_with_its_last_part() -> None:
    line = read_index(SALES).lines[1]
    spoken = timed_speech(read_sound(SALES / line.file), "Good-morning I am happy to be-here")
    word, end = spoken.word_ends[0]
    assert word == "Good-morning"
    assert end == pytest.approx(line.word_ends[1].end_seconds, abs=0.1)


def test_speech_with_other_words_has_bounds_only_and_says_so() -> None:
    line = read_index(SALES).lines[1]
    spoken = timed_speech(read_sound(SALES / line.file), "One two three " * 8)
    assert spoken.word_ends == ()
    assert spoken.untimed is not None
    assert spoken.speech_end_seconds == pytest.approx(line.speech_end_seconds, abs=0.1)


def test_a_silent_recording_is_refused() -> None:
    with pytest.raises(VoiceError, match="silent"):
        timed_speech(np.zeros(SAMPLE_RATE_HZ, np.int16), "Good morning.")


@pytest.mark.parametrize(("voice", "engine"), [("slt", "flite"), (ESPEAK, "espeak-ng")])
def test_a_missing_engine_says_how_to_get_it(
    voice: Voice, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VoiceError, match=f"sudo apt-get install {engine}"):
        speak("Good morning.", voice)


def test_flite_speaks_the_same_audio_every_time() -> None:
    first, second = speak("Good morning.", "rms"), speak("Good morning.", "rms")
    assert np.array_equal(first.samples, second.samples)
    assert [word for word, _ in first.word_ends] == ["Good", "morning."]
    assert 0 < first.speech_start_seconds < first.speech_end_seconds < len(first.samples) / 16000
