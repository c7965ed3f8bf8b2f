"""Recordings of a talk on one microphone, made of the lab's lines, in every kind of file."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import soundfile
from av.audio.resampler import AudioResampler

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from lab.voices import read_index

KINDS: Final = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "flac": ("flac", "flac"),
    "ogg": ("ogg", "libopus"),
    "aac": ("adts", "aac"),
    "mp4": ("mp4", "aac"),
    "webm": ("webm", "libopus"),
}
"""Container and codec by the ending of the name."""
_CALLS: Final = Path("lab/calls")
_PAUSE_SECONDS: Final = 0.6
_ROOM_NOISE: Final = 16.0
"""No microphone gives zeros."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the talk, in seconds from its beginning."""

    who: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Talk:
    """What is on the microphone, and who says it."""

    samples: Samples
    turns: tuple[Turn, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


def make_talk(call: str, *, least_seconds: float = 0.0) -> Talk:
    """Return the lines of a call one after the other, over and over until it is long enough."""
    lines = list(_lines(call))
    parts: list[Samples] = []
    turns: list[Turn] = []
    position = 0
    pause = np.zeros(round(_PAUSE_SECONDS * SAMPLE_RATE_HZ), np.int16)
    while not parts or position < least_seconds * SAMPLE_RATE_HZ:
        for who, start, end, samples in lines:
            began = position / SAMPLE_RATE_HZ
            turns.append(Turn(who, began + start, began + end))
            parts += [samples, pause]
            position += len(samples) + len(pause)
    whole = np.concatenate(parts).astype(np.float64)
    whole += np.random.default_rng(len(turns)).normal(0, _ROOM_NOISE, len(whole))
    return Talk(np.clip(whole, -32768, 32767).astype(np.int16), tuple(turns))


def _lines(call: str) -> Iterator[tuple[str, float, float, Samples]]:
    folder = _CALLS / call
    for line in read_index(folder).lines:
        samples, _ = soundfile.read(folder / line.file, dtype="int16")
        who = Path(line.file).stem.partition("-")[2]
        yield who, line.speech_start_seconds, line.word_ends[-1].end_seconds, samples


def write_talk(talk: Talk, path: Path) -> None:
    """Write a talk as what the ending of the path says."""
    container_name, codec = KINDS[path.suffix[1:]]
    with av.open(str(path), "w", format=container_name) as container:
        rate = 48_000 if codec == "libopus" else SAMPLE_RATE_HZ
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        resampler = AudioResampler(stream.format.name, "mono", rate, stream.frame_size)
        for start in range(0, len(talk.samples), SAMPLE_RATE_HZ):
            block = np.ascontiguousarray(talk.samples[None, start : start + SAMPLE_RATE_HZ])
            frame = av.AudioFrame.from_ndarray(block, "s16", "mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
            frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
