"""An emulated service that knows the recordings: exact words, and only those that were sent."""

from pathlib import Path

import numpy as np
import pytest

from lab.call_file import load_call
from lab.commands import PreparedCall
from lab.emulators.known_speech import KnownLine, KnownSpeech, Samples
from lab.emulators.recognition import Voice, transcribe
from lab.voices import read_index, voices_folder

pytestmark = pytest.mark.unit

CALLS = Path(__file__).parents[2] / "lab" / "calls"
RATE_HZ = 16000
PIECE = RATE_HZ // 10


def lines_of(name: str) -> list[KnownLine]:
    path = CALLS / f"{name}.yaml"
    prepared = PreparedCall(path=path, call=load_call(path), voices=read_index(voices_folder(path)))
    return prepared.known_lines()


@pytest.fixture(scope="module")
def lines() -> list[KnownLine]:
    return lines_of("minutes/planning")


@pytest.fixture(scope="module")
def known(lines: list[KnownLine]) -> KnownSpeech:
    return KnownSpeech(lines)


def text_of(line: KnownLine) -> str:
    return " ".join(word for word, _, _ in line.words)


def received(samples: Samples, seed: int) -> Samples:
    """Return audio as it comes: softer, with silence around it and a little noise."""
    silence = np.zeros(RATE_HZ // 3, np.int16)
    noise = np.random.default_rng(seed).normal(0, 60, len(samples) + 2 * len(silence))
    whole = np.concatenate([silence, samples, silence]) * 0.6 + noise
    return np.clip(whole, -32768, 32767).astype(np.int16)


async def test_every_line_is_heard_as_it_is_written(
    lines: list[KnownLine], known: KnownSpeech
) -> None:
    for number, line in enumerate(lines):
        pcm = received(line.samples, number).tobytes()
        assert await transcribe(known, pcm) == text_of(line)


def test_two_pieces_of_a_line_have_its_words_once_and_whole(
    lines: list[KnownLine], known: KnownSpeech
) -> None:
    for line in lines:
        cut = round(line.words[len(line.words) // 2][1] * RATE_HZ)
        pieces = [known.text_of(line.samples[:cut]), known.text_of(line.samples[cut:])]
        assert " ".join(filter(None, pieces)) == text_of(line)


async def test_words_come_while_they_are_sent_and_none_before(
    lines: list[KnownLine], known: KnownSpeech
) -> None:
    line = lines[0]
    hearing = known.open_segment(Voice())
    for start in range(0, len(line.samples), PIECE):
        interim = await hearing.push(line.samples[start : start + PIECE].tobytes())
        sent_seconds = (start + PIECE) / RATE_HZ
        said = [word for word, begins, _ in line.words if begins <= sent_seconds]
        assert " ".join(said).startswith(interim)
    assert interim
    assert await hearing.end() == text_of(line)


def test_other_speech_noise_and_silence_are_nothing(known: KnownSpeech) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 2 * RATE_HZ).astype(np.int16)
    others = [line.samples for line in lines_of("hangup")]
    for samples in (noise, np.zeros(2 * RATE_HZ, np.int16), np.zeros(10, np.int16), *others):
        assert known.text_of(samples) == ""
    assert KnownSpeech(()).text_of(noise) == ""
