"""What a voice sounds like: mel-frequency cepstra of a stretch of speech, as their statistics.

Davis and Mermelstein, 1980 (https://doi.org/10.1109/TASSP.1980.1163420).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from agent.speech_gate import SAMPLE_RATE_HZ, Samples

_FRAME: Final = 400
_HOP: Final = 160
_FFT: Final = 512
_BANDS: Final = 26
_LOWEST_HZ, _HIGHEST_HZ = 100.0, 7600.0
_COEFFICIENTS: Final = 19
"""Without the first: how loud somebody is does not tell who it is."""
_LOUD_SHARE: Final = 0.7
"""Of the frames, the loudest: vowels tell voices apart, breath and pauses do not."""
_PRE_EMPHASIS: Final = 0.97

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """Sums over the frames of some speech; the sums of two are those of both together."""

    frames: int
    total: Matrix
    """Shape (coefficients,)."""
    products: Matrix
    """Sum of the outer products, shape (coefficients, coefficients)."""

    @classmethod
    def of(cls, samples: Samples) -> Self:
        """Return the print of mono speech at 16 kHz."""
        cepstra = _cepstra(samples)
        return cls(len(cepstra), cepstra.sum(axis=0), cepstra.T @ cepstra)

    def __add__(self, other: "VoicePrint") -> "VoicePrint":
        return VoicePrint(
            self.frames + other.frames, self.total + other.total, self.products + other.products
        )

    @property
    def seconds(self) -> float:
        """How much speech it rests on."""
        return self.frames * _HOP / SAMPLE_RATE_HZ

    @property
    def mean(self) -> Matrix:
        """Mean of the cepstra."""
        mean: Matrix = self.total / self.frames
        return mean

    @property
    def covariance(self) -> Matrix:
        """Covariance of the cepstra, with a little of the identity: few frames would have none."""
        mean = self.mean
        around: Matrix = self.products / self.frames - np.outer(mean, mean)
        return around + _LEAST_VARIANCE * np.eye(_COEFFICIENTS)


_LEAST_VARIANCE: Final = 0.05


def _cepstra(samples: Samples) -> Matrix:
    """Return the cepstra of the loud frames, shape (frames, coefficients); perhaps of none."""
    if len(samples) < _FRAME:
        return np.zeros((0, _COEFFICIENTS))
    sound = samples.astype(np.float32)
    sound = np.append(sound[0], sound[1:] - _PRE_EMPHASIS * sound[:-1])
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP] * _window()
    spectrum = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    bands = np.log(spectrum @ _filters() + 1.0)
    loudness = bands.mean(axis=1)
    keep = loudness >= np.quantile(loudness, 1 - _LOUD_SHARE)
    cepstra: Matrix = (bands[keep] @ _cosines()).astype(np.float64)
    return cepstra


@cache
def _window() -> NDArray[Any]:
    return np.hamming(_FRAME).astype(np.float32)


@cache
def _filters() -> NDArray[Any]:
    """Return the triangular filters, shape (bins, bands)."""

    def mel(hz: Any) -> Any:
        return 2595 * np.log10(1 + np.asarray(hz) / 700)

    edges = np.linspace(mel(_LOWEST_HZ), mel(_HIGHEST_HZ), _BANDS + 2)
    bins = mel(np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE_HZ))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters: NDArray[Any] = np.maximum(0.0, np.minimum(rising, falling))
    return filters.astype(np.float32)


@cache
def _cosines() -> NDArray[Any]:
    """Return the cosine transform, shape (bands, coefficients)."""
    band = np.arange(_BANDS)[:, None] + 0.5
    order = np.arange(1, _COEFFICIENTS + 1)
    scale = np.sqrt(2 / _BANDS)
    cosines: NDArray[Any] = scale * np.cos(np.pi / _BANDS * band * order)
    return cosines.astype(np.float32)
