"""Audio as the lab plays it: mono, 16 kHz, 16 bit."""

import io
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from livekit import rtc
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 16000
FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
"""10 ms: how finely loudness is looked at."""
_LOUDEST: Final = 32768.0
_SILENT_DBFS: Final = -60.0
_BELOW_SPEECH_DB: Final = 32.0
_ABOVE_FLOOR_DB: Final = 8.0
_SOUND_FRAMES: Final = 3

Samples = NDArray[np.int16]
"""Mono PCM at 16 kHz, shape (samples,)."""


class SoundError(Exception):
    """Audio cannot be used; the text says why."""


def read_sound(path: Path) -> Samples:
    """Read a WAV, FLAC, OGG or MP3 file of any rate; channels become one.

    Raises:
        SoundError: there is no such file, or it is no audio.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SoundError(f"{path} cannot be read ({error.strerror})") from error
    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise SoundError(f"{path} is no WAV, FLAC, OGG or MP3 file") from error
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1).round()
    return resampled(mono.astype(np.int16), rate)


def resampled(samples: Samples, rate_hz: int) -> Samples:
    """Return audio of any rate at 16 kHz."""
    if rate_hz == SAMPLE_RATE_HZ or not len(samples):
        return samples
    resampler = rtc.AudioResampler(
        rate_hz, SAMPLE_RATE_HZ, quality=rtc.AudioResamplerQuality.VERY_HIGH
    )
    frames = resampler.push(bytearray(samples.tobytes())) + resampler.flush()
    return np.concatenate([np.frombuffer(frame.data, np.int16) for frame in frames])


def write_flac(path: Path, samples: Samples) -> None:
    """Write audio as FLAC."""
    soundfile.write(
        path, samples, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=1.0
    )


def louder(samples: Samples, gain_db: float) -> Samples:
    """Return audio louder by so much; what gets too loud is cut off, as a microphone does."""
    return as_samples(samples.astype(np.float64) * 10 ** (gain_db / 20)) if gain_db else samples


def as_samples(sound: NDArray[np.float64]) -> Samples:
    """Return sound as 16 bit, cut off where it is too loud."""
    return np.clip(np.round(sound), -_LOUDEST, _LOUDEST - 1).astype(np.int16)


def frames_dbfs(samples: Samples) -> NDArray[np.float64]:
    """Return how loud each 10 ms are, in decibels below full scale; -100 is digital silence."""
    whole = len(samples) - len(samples) % FRAME_SAMPLES
    frames = samples[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float64) / _LOUDEST
    return np.asarray(10 * np.log10(np.maximum(np.mean(frames**2, axis=1), 1e-10)))


def speech_dbfs(samples: Samples) -> float | None:
    """Return how loud the speech is in audio that is mostly speech; None: nothing is heard."""
    bounds = sound_bounds_seconds(samples)
    if bounds is None:
        return None
    loudness = frames_dbfs(samples)
    loud = loudness[loudness >= _threshold(loudness)]
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def sound_bounds_seconds(samples: Samples) -> tuple[float, float] | None:
    """Return when sound begins and ends, by loudness, in speech with some silence around it.

    A click shorter than 30 ms does not count. None: nothing is heard.
    """
    loudness = frames_dbfs(samples)
    if not len(loudness):
        return None
    loud = (loudness >= _threshold(loudness)).astype(np.int64)
    runs = np.convolve(loud, np.ones(_SOUND_FRAMES, np.int64), "valid") == _SOUND_FRAMES
    found = np.flatnonzero(runs)
    if not len(found):
        return None
    frame_seconds = FRAME_SAMPLES / SAMPLE_RATE_HZ
    return float(found[0]) * frame_seconds, float(found[-1] + _SOUND_FRAMES) * frame_seconds


def without_pause(samples: Samples, start_seconds: float, end_seconds: float) -> float:
    """Return when the last sound between two moments is over; `end_seconds` if there is none."""
    loudness = frames_dbfs(samples)
    if not len(loudness):
        return end_seconds
    per_second = SAMPLE_RATE_HZ // FRAME_SAMPLES
    first, last = round(start_seconds * per_second), round(end_seconds * per_second)
    loud = np.flatnonzero(loudness[first:last] >= _threshold(loudness))
    return (first + int(loud[-1]) + 1) / per_second if len(loud) else end_seconds


def _threshold(loudness: NDArray[np.float64]) -> float:
    # Speech stands out from the quietest tenth, unless there is no quiet part at all.
    loud = float(np.percentile(loudness, 95))
    floor = float(np.percentile(loudness, 5))
    return max(_SILENT_DBFS, loud - _BELOW_SPEECH_DB, min(floor + _ABOVE_FLOOR_DB, loud - 6))
