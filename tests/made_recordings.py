"""Recordings of every kind, made of the lab's lines when a test needs one."""

import random
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.agent.speech import read_line, silence

RATE_HZ = 16_000
KINDS = {
    "wav": ("wav", "pcm_s16le", False),
    "mp3": ("mp3", "libmp3lame", False),
    "m4a": ("ipod", "aac", False),
    "flac": ("flac", "flac", False),
    "ogg": ("ogg", "libopus", False),
    "aac": ("adts", "aac", False),
    "mp4": ("mp4", "aac", True),
    "webm": ("webm", "libopus", True),
}
"""By the ending of a file's name: the container, the codec, and whether there is a picture."""
LINES = (1, 2, 3, 4)


@cache
def talk(numbers: tuple[int, ...] = LINES, pause_seconds: float = 0.8) -> NDArray[np.int16]:
    """Some lines of the sales call on one microphone, Ana's and Ben's in turns."""
    parts = [silence(pause_seconds)]
    for number in numbers:
        parts += [read_line(number).samples, silence(pause_seconds)]
    samples: NDArray[np.int16] = np.concatenate(parts)
    return samples


def spoken(numbers: tuple[int, ...] = LINES) -> str:
    return " ".join(read_line(number).words for number in numbers)


def write_recording(path: Path, samples: NDArray[np.int16] | None = None) -> Path:
    """Write samples as what the ending of the path says."""
    samples = talk() if samples is None else samples
    container_name, codec, has_picture = KINDS[path.suffix[1:]]
    with av.open(str(path), "w", format=container_name) as container:
        sound: Any = container.add_stream(codec, rate=48_000 if codec == "libopus" else RATE_HZ)
        sound.layout = "mono"
        picture = _add_picture(container, codec) if has_picture else None
        resampler = av.AudioResampler(sound.format.name, "mono", sound.rate, sound.frame_size)
        for start in range(0, len(samples), RATE_HZ):
            block = samples[None, start : start + RATE_HZ]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "s16", "mono")
            frame.sample_rate = RATE_HZ
            frame.pts = start
            frame.time_base = Fraction(1, RATE_HZ)
            for part in resampler.resample(frame):
                container.mux(sound.encode(part))
            if picture is not None:
                container.mux(picture.encode(_dark_frame(start // RATE_HZ)))
        for part in resampler.resample(None):
            container.mux(sound.encode(part))
        container.mux(sound.encode(None))
        if picture is not None:
            container.mux(picture.encode(None))
    return path


def break_middle(path: Path) -> Path:
    """Make noise of a fifth of a recording, in its middle."""
    content = bytearray(path.read_bytes())
    start, end = len(content) * 4 // 10, len(content) * 6 // 10
    content[start:end] = random.Random(1).randbytes(end - start)
    path.write_bytes(content)
    return path


def _add_picture(container: Any, sound_codec: str) -> Any:
    picture = container.add_stream("libvpx" if sound_codec == "libopus" else "mpeg4", rate=1)
    picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
    return picture


def _dark_frame(second: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
    frame.pts = second
    frame.time_base = Fraction(1, 1)
    return frame
