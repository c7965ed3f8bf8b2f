"""Makes what a microphone hears beside the speech: the same for the same seed."""

from itertools import pairwise
from pathlib import Path
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from lab.call_file import CallFile, Noise, NoiseKind
from lab.sound import SAMPLE_RATE_HZ, Samples, as_samples, read_sound, speech_dbfs
from lab.voices import VoiceIndex

BED_SECONDS: Final = 20.0
"""Generated noise repeats after this, without a seam."""
LISTENER_DBFS: Final = -26.0
"""What counts as the speech of somebody who says nothing: a usual microphone level."""
_LONGEST_BED_SECONDS: Final = 300.0
_TALKERS: Final = 8
_MAINS_HZ: Final = 50.0
_HARMONICS: Final = (1.0, 0.6, 0.4, 0.25, 0.15, 0.1)
_BEATS_PER_SECOND: Final = 2.0
_LOWEST_NOTE_HZ: Final = 110.0
_SCALE: Final = (0, 2, 4, 7, 9, 12, 14, 16)
"""In semitones above the lowest note of a melody."""
_CHORDS: Final = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
_BEATS_PER_CHORD: Final = 4
_FULL_SCALE: Final = 32768.0

Sound = NDArray[np.float64]


def microphone_noise(
    call: CallFile, identity: str, voices: VoiceIndex, folder: Path, *, at: float | None = None
) -> Samples | None:
    """Return what a participant's microphone hears beside the speech, to be repeated without end.

    Args:
        call: the call.
        identity: whose microphone.
        voices: the rendered lines; they say how loud the speech is, and do the babbling.
        folder: where the rendered lines are; a noise's `file` is found from its parent.
        at: the noise that begins at this second of the call; None: what is there before.

    Returns:
        Samples to add to the microphone's, over and over; None: there is no such noise.

    Raises:
        SoundError: a file cannot be read.
    """
    wanted = [noise for noise in call.noise_of(identity) if noise.at == at]
    if not wanted:
        return None
    lines = [read_sound(folder / line.file) for line in voices.lines]
    own = [
        level
        for line, audio in zip(call.lines, lines, strict=True)
        if line.who == identity and (level := speech_dbfs(audio)) is not None
    ]
    speech = float(np.mean(own)) if own else LISTENER_DBFS
    recorded = [
        None if noise.file is None else read_sound(folder.parent / noise.file) for noise in wanted
    ]
    longest = round(_LONGEST_BED_SECONDS * SAMPLE_RATE_HZ)
    count = max(
        [round(BED_SECONDS * SAMPLE_RATE_HZ), *(len(each) for each in recorded if each is not None)]
    )
    bed = np.zeros(min(count, longest))
    for noise, recording in zip(wanted, recorded, strict=True):
        sound = _sound(noise, recording, lines, len(bed))
        bed += at_level(sound, speech - noise.snr_db)
    return as_samples(bed)


def generated(kind: NoiseKind, count: int, seed: int, lines: list[Samples]) -> Sound:
    """Return noise of a kind at any level, made so that its end fits its beginning.

    Args:
        kind: which noise.
        count: how many samples.
        seed: the same makes the same noise.
        lines: speech for babble.
    """
    rng = np.random.default_rng(seed)
    match kind:
        case "white":
            return np.asarray(rng.standard_normal(count))
        case "pink":
            return _pink(count, rng)
        case "hum":
            return _hum(count)
        case "babble":
            return _babble(count, rng, lines)
        case "music":
            return _music(count, rng)
    assert_never(kind)


def at_level(sound: Sound, dbfs: float) -> Sound:
    """Return sound at this mean level; silence stays silence."""
    loudness = float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0
    if loudness == 0:
        return sound
    return np.asarray(sound * (_FULL_SCALE * 10 ** (dbfs / 20) / loudness))


def _sound(noise: Noise, recording: Samples | None, lines: list[Samples], count: int) -> Sound:
    if recording is not None:
        return np.resize(recording.astype(np.float64), count)
    if noise.kind is None:
        raise ValueError("a noise has either kind or file")
    return generated(noise.kind, count, noise.seed, lines)


def _pink(count: int, rng: np.random.Generator) -> Sound:
    # Power falls with frequency; made from its spectrum it is periodic, so it has no seam.
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    spectrum[1:] /= np.sqrt(frequency[1:])
    spectrum[frequency < 20] = 0
    return np.fft.irfft(spectrum, count)


def _hum(count: int) -> Sound:
    # Whole periods only, so that the end fits the beginning.
    periods = round(count / SAMPLE_RATE_HZ * _MAINS_HZ)
    turn = 2 * np.pi * periods * np.arange(count) / count
    tones = [share * np.sin(number * turn) for number, share in enumerate(_HARMONICS, start=1)]
    return np.asarray(np.sum(tones, axis=0))


def _babble(count: int, rng: np.random.Generator, lines: list[Samples]) -> Sound:
    """Let eight talkers say the lines of the call one after the other, each on his own way."""
    bed = np.zeros(count)
    spoken = [at_level(line.astype(np.float64), -20) for line in lines if line.any()]
    if not spoken:
        return bed
    for _ in range(_TALKERS):
        start = int(rng.integers(count))
        talked = 0
        while talked < count:
            line = spoken[int(rng.integers(len(spoken)))][: count - talked]
            # Who reaches the end of the bed goes on at its beginning: no seam.
            bed[(start + talked + np.arange(len(line))) % count] += line
            talked += len(line)
    return bed


def _music(count: int, rng: np.random.Generator) -> Sound:
    """Play a melody over chords and a beat: instruments only, nobody sings."""
    beats = max(1, round(count / SAMPLE_RATE_HZ * _BEATS_PER_SECOND))
    edges = np.linspace(0, count, beats + 1).astype(int)
    bed = np.zeros(count)
    for number, (start, end) in enumerate(pairwise(edges)):
        time = np.arange(end - start) / SAMPLE_RATE_HZ
        chord = _CHORDS[number // _BEATS_PER_CHORD % len(_CHORDS)]
        note = 24 + _SCALE[int(rng.integers(len(_SCALE)))]
        bed[start:end] = (
            _strike(time, note)
            + 0.4 * sum(_strike(time, 12 + semitones) for semitones in chord)
            + 0.5 * rng.standard_normal(len(time)) * np.exp(-40 * time)
        )
    return bed


def _strike(time: Sound, semitones: int) -> Sound:
    """Return a string that is struck and fades, so many semitones above the lowest note."""
    hz = _LOWEST_NOTE_HZ * 2 ** (semitones / 12)
    tones = [
        share * np.sin(2 * np.pi * hz * number * time)
        for number, share in enumerate(_HARMONICS, start=1)
    ]
    # Off within 10 ms before the next one begins.
    fade = np.minimum(1.0, (time[-1] - time) / 0.01)
    return np.asarray(np.sum(tones, axis=0) * np.exp(-3 * time) * fade)
