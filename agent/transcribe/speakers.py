"""Tells voices apart, without a model: stretches that sound alike are one speaker's.

Agglomerative clustering by the Bayesian information criterion: two sets of frames are one voice
when one Gaussian tells of both as well as two do, less a penalty for the figures that two need
(Chen and Gopalakrishnan, 1998). It decides by itself how many voices there are.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from agent.transcribe.voice_print import VoicePrint

PENALTY: Final = 3.0
"""How many times the criterion's own penalty: neighbouring frames are not independent."""
SURE_SECONDS: Final = 1.0
"""A stretch with less speech founds no speaker; it goes to the voice that it is nearest to."""
LEAST_SPEAKER_SECONDS: Final = 3.0
"""A voice that was heard for less is taken for another one's, unless it is the only one."""
ENOUGH_FRAMES: Final = 6_000
"""A minute of speech. With more, what a room and a codec do to one voice would count for more and
more, and the penalty hardly: one voice would become two."""
BLOCK_STRETCHES: Final = 64
"""So many are clustered at once, with the voices found before: bounded time and memory."""


@dataclass(slots=True, eq=False)
class _Voice:
    print: VoicePrint
    stretches: list[int]
    volume: float = field(init=False)
    """Logarithm of the determinant of the covariance."""

    def __post_init__(self) -> None:
        self.volume = _log_determinant(self.print)


class VoiceSorter:
    """Takes the stretches of a recording in order, and says at the end who spoke which."""

    def __init__(self) -> None:
        self._voices: list[_Voice] = []
        self._new: list[_Voice] = []
        self._short: list[tuple[int, VoicePrint]] = []

    def push(self, number: int, print_: VoicePrint) -> None:
        """Take the print of one stretch."""
        if print_.seconds < SURE_SECONDS:
            self._short.append((number, print_))
            return
        self._new.append(_Voice(print_, [number]))
        if len(self._new) >= BLOCK_STRETCHES:
            self._merge_new()

    def finish(self) -> dict[int, int]:
        """Return the speaker of every stretch, counted from 1 as they begin to speak."""
        self._merge_new()
        self._drop_small()
        of_stretch = {
            number: voice for voice, one in enumerate(self._voices) for number in one.stretches
        }
        for number, print_ in self._short:
            of_stretch[number] = self._nearest(print_) if self._voices else 0
        order: dict[int, int] = {}
        for number in sorted(of_stretch):
            order.setdefault(of_stretch[number], len(order) + 1)
        return {number: order[voice] for number, voice in of_stretch.items()}

    def _merge_new(self) -> None:
        self._voices = _merge(self._voices + self._new)
        self._new = []

    def _drop_small(self) -> None:
        """Give the stretches of voices that were hardly heard to the nearest other one."""
        big = [one for one in self._voices if one.print.seconds >= LEAST_SPEAKER_SECONDS]
        if not big or len(big) == len(self._voices):
            return
        small = [one for one in self._voices if one not in big]
        self._voices = big
        for one in small:
            self._short += [(number, one.print) for number in one.stretches]

    def _nearest(self, print_: VoicePrint) -> int:
        if not print_.frames:
            return 0
        return min(
            range(len(self._voices)),
            key=lambda number: _misfit(self._voices[number].print, print_),
        )


def _merge(voices: list[_Voice]) -> list[_Voice]:
    """Merge the two that are most alike, until no two are alike."""
    voices = list(voices)
    count = len(voices)
    apart = np.full((count, count), np.inf)
    for first in range(count):
        for second in range(first + 1, count):
            apart[first, second] = _difference(voices[first], voices[second])
    while count > 1:
        first, second = map(int, np.unravel_index(np.argmin(apart), apart.shape))
        if apart[first, second] >= 0:
            break
        both = _Voice(
            voices[first].print + voices[second].print,
            voices[first].stretches + voices[second].stretches,
        )
        voices[first] = both
        del voices[second]
        apart = np.delete(np.delete(apart, second, axis=0), second, axis=1)
        count -= 1
        for other in range(count):
            if other != first:
                low, high = sorted((first, other))
                apart[low, high] = _difference(both, voices[other])
    return voices


def _difference(one: _Voice, other: _Voice) -> float:
    """Return how much better two voices tell of the frames than one, by the criterion."""
    frames = one.print.frames + other.print.frames
    together = _log_determinant(one.print + other.print)
    gain = (
        frames * together - one.print.frames * one.volume - other.print.frames * other.volume
    ) / 2
    counted = min(frames, ENOUGH_FRAMES)
    size = len(one.print.total)
    figures = size + size * (size + 1) / 2
    return float(gain * counted / frames - PENALTY * figures / 2 * math.log(counted))


def _log_determinant(print_: VoicePrint) -> float:
    return float(np.linalg.slogdet(print_.covariance)[1])


def _misfit(voice: VoicePrint, heard: VoicePrint) -> float:
    """Return how badly a Gaussian of a voice tells of the frames that were heard, for each."""
    covariance = voice.covariance
    offset = heard.mean - voice.mean
    inverse = np.linalg.inv(covariance)
    spread = float(np.trace(inverse @ heard.covariance))
    return float(np.linalg.slogdet(covariance)[1] + spread + offset @ inverse @ offset)
