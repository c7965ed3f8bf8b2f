"""Tells somebody at the microphone from people who talk behind them, by loudness. Pure.

Voice activity detection takes babble for speech. Speech is background when it is both softer than
this person speaks and hardly louder than what the microphone hears when they say nothing. In a
quiet room the second is never so: a soft voice is heard, and somebody who leans back.
"""

import math
from collections import deque
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.gate_settings import GateSettings

_FULL_SCALE: Final = 32768.0
_SILENT_DBFS: Final = -100.0
_SMOOTHED_WINDOWS: Final = 3
"""About a vowel; a single window may be a click."""
_BLOCK_SECONDS: Final = 0.5
_FEWEST_BLOCKS: Final = 2
_SPREAD_DB: Final = 10.0
"""Babble rises less than this above its quietest moment in half a second, and speech more."""


class Nearness:
    """The levels of one track, from window to window."""

    def __init__(self, settings: GateSettings, window_seconds: float) -> None:
        self._settings = settings
        self._powers: deque[float] = deque(maxlen=_SMOOTHED_WINDOWS)
        self._block: list[float] = []
        """Levels of the half second under way."""
        self._is_spoken_over = False
        """Whether the person speaks in it."""
        self._block_windows = round(_BLOCK_SECONDS / window_seconds)
        blocks = round(settings.background_seconds / _BLOCK_SECONDS)
        self._blocks: deque[float] = deque(maxlen=blocks)
        self._lowest = math.inf
        self._background = -math.inf
        """How loud it mostly gets when this person says nothing, in dBFS; infinite: not known."""
        self._voice = math.inf
        """How loud this person speaks, in dBFS; infinite: nothing clear was heard of them yet."""
        self._follow = window_seconds / settings.voice_seconds

    @property
    def is_new(self) -> bool:
        """Whether too little was heard to know the background."""
        return math.isinf(self._background)

    def hear_nothing(self) -> None:
        """Take a window of a muted track."""
        if self._powers:  # what comes before the first sound says nothing of the room
            self._powers.append(0.0)
            self._note(_SILENT_DBFS, in_segment=False)

    def hear(self, window: NDArray[np.int16], *, in_segment: bool, is_speech: bool) -> bool:
        """Take the next window; return whether it may be somebody at the microphone.

        Args:
            window: mono PCM.
            in_segment: whether they are speaking.
            is_speech: whether the window sounds like speech.
        """
        self._powers.append(float(np.mean(np.square(window, dtype=np.float32))))
        if len(self._powers) < _SMOOTHED_WINDOWS:
            return False
        level = _dbfs(sum(self._powers) / _SMOOTHED_WINDOWS)
        self._note(level, in_segment=in_segment)
        settings = self._settings
        if self.is_new:
            rises = level >= self._lowest + settings.near_above_lowest_db
            return in_segment or rises or level >= settings.near_dbfs
        clear = level >= self._background + settings.near_above_background_db
        if clear and is_speech:
            voice = level if math.isinf(self._voice) else self._voice
            self._voice = voice + (level - voice) * self._follow
        if self._background < settings.quiet_room_dbfs:
            return True
        if in_segment:
            clear = level >= self._background + settings.on_above_background_db
        return clear or level >= self._voice - settings.near_below_voice_db

    def _note(self, level: float, *, in_segment: bool) -> None:
        self._lowest = min(self._lowest, level)
        self._block.append(level)
        self._is_spoken_over |= in_segment
        if len(self._block) < self._block_windows:
            return
        # Of what is spoken over the pauses tell; and what was taken for background may be speech.
        spread = 0.0 if self._is_spoken_over else _SPREAD_DB
        self._blocks.append(min(max(self._block), min(self._block) + spread))
        self._block.clear()
        self._is_spoken_over = False
        if len(self._blocks) >= _FEWEST_BLOCKS:
            self._background = median(self._blocks)


def _dbfs(power: float) -> float:
    return 10 * math.log10(power / _FULL_SCALE**2) if power >= 1 else _SILENT_DBFS
