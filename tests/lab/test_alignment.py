"""How the words of real speech get their times."""

from pathlib import Path

import numpy as np
import pytest

from lab.alignment import AlignmentError, align, pronounced
from lab.sound import read_sound
from lab.voices import read_index

pytestmark = pytest.mark.unit

SALES = Path(__file__).parents[2] / "lab" / "calls" / "sales"


def test_alignment_agrees_with_the_timing_of_the_renderer() -> None:
    line = read_index(SALES).lines[1]
    ends = align(read_sound(SALES / line.file), line.words)
    assert len(ends) == len(line.word_ends)
    apart = [
        abs(found - told.end_seconds) for found, told in zip(ends, line.word_ends, strict=True)
    ]
    assert np.median(apart) < 0.03
    assert np.max(apart) < 0.2


def test_other_words_than_those_said_are_refused() -> None:
    line = read_index(SALES).lines[1]
    with pytest.raises(AlignmentError, match="does not seem to hold these words"):
        align(read_sound(SALES / line.file), line.words + " " + line.words + " " + line.words)


def test_no_words_and_no_audio_are_refused() -> None:
    with pytest.raises(AlignmentError, match="no words"):
        align(np.zeros(16000, np.int16), "...")
    with pytest.raises(AlignmentError):
        align(np.zeros(0, np.int16), "Good morning.")


def test_a_word_that_no_dictionary_has_needs_flite_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    line = read_index(SALES).lines[1]
    with pytest.raises(AlignmentError, match="sudo apt-get install flite"):
        align(read_sound(SALES / line.file), "Qwertown " + line.words)


def test_flite_says_how_a_word_sounds_in_the_recognizers_sounds() -> None:
    assert pronounced("banana") == "B AH N AE N AH"
