"""Hears speech that is known beforehand without a mistake, by the sound of it.

For calls whose text must be exact. What is heard is looked for in the recordings of the lines:
where its loudness in some bands runs as there, the same words are said. A word that is not sent
is not heard, and a sound that is no line is nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lab.emulators.recognition import BYTES_PER_SECOND, SAMPLE_RATE_HZ, Hearing, Voice

_HOP: Final = SAMPLE_RATE_HZ // 100
_FRAME: Final = 2 * _HOP
_EDGES_HZ: Final = (100, 300, 500, 800, 1200, 1700, 2400, 3400, 5000, 7500)
_FLOOR: Final = 1e-4
"""Of the loudest: what is softer is silence."""
_LEAST_LIKENESS: Final = 0.65
"""Of two sounds, from 0 to 1; another line of the same voice has up to 0.55."""
_LEAST_SAMPLES: Final = SAMPLE_RATE_HZ * 3 // 20
_PIECE_SAMPLES: Final = SAMPLE_RATE_HZ
_LOOK_BYTES: Final = BYTES_PER_SECOND * 4 // 5
"""So much must be new before an interim is looked for again."""

Samples = NDArray[np.int16]
_Bands = NDArray[np.float64]
"""A row each 10 ms, a column for each band: how loud, in natural logarithms around their mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """A recording whose words are known."""

    samples: Samples
    """Mono, 16 kHz."""
    words: Sequence[tuple[str, float, float]]
    """Each as it is written, with its start and end in seconds."""

    def between(self, start_seconds: float, end_seconds: float) -> str:
        """Return the words whose middle lies in a part of the recording."""
        return " ".join(
            word
            for word, start, end in self.words
            if start_seconds <= (start + end) / 2 < end_seconds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in a line a piece of sound is found."""

    likeness: float
    start_seconds: float
    """When all of the sound would begin in the line, by this piece."""
    end_seconds: float
    """When all of it would be over."""


class KnownSpeech:
    """Recognizes recordings that it knows, and nothing else."""

    def __init__(self, lines: Sequence[KnownLine]) -> None:
        self._lines = [(line, _bands(line.samples)) for line in lines]

    def open_segment(self, voice: Voice) -> Hearing:
        """Begin a segment of a speaker."""
        voice.segments += 1
        return _KnownHearing(self)

    def text_of(self, samples: Samples) -> str:
        """Return the words that are said in some audio; empty: it is of no line."""
        if not self._lines or len(samples) < _LEAST_SAMPLES:
            return ""
        # In pieces too: sound that was held up on its way fits as a whole to nothing.
        for piece_samples in (len(samples), _PIECE_SAMPLES):
            found = [(_places(samples, bands, piece_samples), line) for line, bands in self._lines]
            places, line = max(found, key=lambda one: sum(place.likeness for place in one[0]))
            sure = [place for place in places if place.likeness >= _LEAST_LIKENESS]
            # Of several pieces one may fit by chance; not most of them.
            if len(sure) > len(places) / 2:
                return line.between(sure[0].start_seconds, sure[-1].end_seconds)
        return ""


class _KnownHearing:
    def __init__(self, known: KnownSpeech) -> None:
        self._known = known
        self._pcm = bytearray()
        self._looked_at = 0
        self._text = ""

    async def push(self, pcm: bytes) -> str:
        self._pcm += pcm
        if len(self._pcm) - self._looked_at >= _LOOK_BYTES:
            await self._look()
        return self._text

    async def end(self) -> str:
        await self._look()
        return self._text

    async def cancel(self) -> None:
        return None

    async def _look(self) -> None:
        self._looked_at = len(self._pcm)
        samples = np.frombuffer(bytes(self._pcm), np.int16)
        # In a thread: the microphones of the call are in this process too.
        self._text = await asyncio.to_thread(self._known.text_of, samples)


def _bands(samples: Samples) -> _Bands:
    count = (len(samples) - _FRAME) // _HOP + 1
    if count < 1:
        return np.zeros((0, len(_EDGES_HZ) - 1))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), axis=1)) ** 2
    edges = [edge * _FRAME // SAMPLE_RATE_HZ for edge in _EDGES_HZ]
    sums = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    loudness = np.log(sums + _FLOOR * max(float(sums.max()), 1.0))
    loudness -= loudness.mean(axis=0)
    return loudness


def _places(samples: Samples, line: _Bands, piece_samples: int) -> list[_Place]:
    """Return where the pieces of some sound are found in a line, each by itself."""
    places = []
    for start in range(0, len(samples), piece_samples):
        piece = samples[start : start + piece_samples]
        if len(piece) < _LEAST_SAMPLES:
            continue
        likeness, frame = _find(_bands(piece), line)
        begins = frame * _HOP - start
        places.append(
            _Place(
                likeness=likeness,
                start_seconds=begins / SAMPLE_RATE_HZ,
                end_seconds=(begins + len(samples)) / SAMPLE_RATE_HZ,
            )
        )
    return places


def _find(heard: _Bands, line: _Bands) -> tuple[float, int]:
    """Return how alike two sounds are where they are most alike, and the frame of the line there.

    The frame may lie before the line: what was heard then begins with silence.
    """
    count = len(heard)
    padded = np.pad(line, ((count, count), (0, 0)), mode="edge")
    size = 1 << (len(padded) + count).bit_length()
    spectrum = np.fft.rfft(padded, size, axis=0) * np.conj(np.fft.rfft(heard, size, axis=0))
    alike = np.fft.irfft(spectrum.sum(axis=1), size)[: len(padded) - count + 1]
    # What was heard is around its own mean, and so must be each part of the line.
    sums, squares = (
        np.concatenate((np.zeros((1, line.shape[1])), np.cumsum(padded**power, axis=0)))
        for power in (1, 2)
    )
    parts = squares[count:] - squares[:-count] - (sums[count:] - sums[:-count]) ** 2 / count
    loud = np.sqrt(np.maximum(parts.sum(axis=1), 0.0) * (heard**2).sum())
    likeness = alike / np.maximum(loud, 1e-3)
    best = int(np.argmax(likeness))
    return float(likeness[best]), best - count
