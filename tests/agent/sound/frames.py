"""Frames as ears hand them over, and what stands in a file that was made of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from agent.ears import HeardFrame
from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.track_stream import FRAME_MS

FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
FRAME_SECONDS = FRAME_MS / 1000


def frames_of(samples: Samples, heard_at_seconds: float) -> Iterator[HeardFrame]:
    """Cut samples into frames, the first of which begins at a time."""
    for start in range(0, len(samples), FRAME_SAMPLES):
        piece = samples[start : start + FRAME_SAMPLES]
        yield HeardFrame(piece, heard_at_seconds + (start + len(piece)) / SAMPLE_RATE_HZ)


def noise(seconds: float, seed: int = 1) -> Samples:
    """Samples that repeat nowhere."""
    count = round(seconds * SAMPLE_RATE_HZ)
    return np.random.default_rng(seed).integers(-8000, 8000, count, np.int16)


def read(path: Path) -> Samples:
    """What a whole file holds, read by another library than the one that wrote it."""
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == SAMPLE_RATE_HZ
    return np.asarray(samples, np.int16)
