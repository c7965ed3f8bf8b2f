"""The recorded lines of the lab's sales call, as the tests speak them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from lab.call_file import NoiseKind
from lab.noise import at_level, generated
from lab.sound import as_samples
from lab.voices import read_index

FOLDER = Path("lab/calls/sales")


@dataclass(frozen=True)
class SpokenLine:
    """One line of the call, mono at 16 kHz."""

    words: str
    samples: Samples
    words_start_seconds: float
    word_ends_seconds: tuple[float, ...]

    @property
    def words_end_seconds(self) -> float:
        return self.word_ends_seconds[-1]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ

    @property
    def pcm(self) -> bytes:
        return self.samples.tobytes()


@cache
def read_line(number: int) -> SpokenLine:
    """Return a line of the call, counted from 1."""
    line = read_index(FOLDER).lines[number - 1]
    samples, rate = soundfile.read(FOLDER / line.file, dtype="int16")
    assert rate == SAMPLE_RATE_HZ
    ends = tuple(word.end_seconds for word in line.word_ends)
    return SpokenLine(line.words, samples, line.speech_start_seconds, ends)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, without signs."""
    return "".join(c if c.isalnum() or c == "'" else " " for c in text.lower()).split()


def share_heard(spoken: str, heard: str) -> float:
    """How many of the words spoken were heard, of 1; order does not matter."""
    left = words_of(heard)
    wanted = words_of(spoken)
    found = 0
    for word in wanted:
        if word in left:
            left.remove(word)
            found += 1
    return found / len(wanted)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


def surroundings(kind: NoiseKind, dbfs: float, seconds: float, seed: int = 1) -> Samples:
    """What a microphone hears when nobody is at it."""
    lines = [read_line(number).samples for number in (2, 8, 13)]
    sound = generated(kind, 20 * SAMPLE_RATE_HZ, seed, lines)
    return as_samples(np.resize(at_level(sound, dbfs), round(seconds * SAMPLE_RATE_HZ)))
