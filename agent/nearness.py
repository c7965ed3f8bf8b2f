"""Tells somebody at the microphone from people who talk behind them, by loudness. Pure.

Voice activity detection takes babble for speech. Speech is background when it is both softer than
this person speaks and hardly louder than what the microphone hears when they say nothing. In a
quiet room the second is never so: a soft voice is heard, and somebody who leans back. A room that
becomes loud is taken for the person at first: it does not fall silent as somebody does who has said
a sentence, and in the end has gone on too evenly for one voice. If it was as even from the
beginning, nothing of it was theirs.
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
_ROOM_BLOCKS: Final = 6
_ROOM_SPREAD_DB: Final = 8.0
_ROOM_RISE_DB: Final = 3.0
"""What stays within the spread for so many blocks, and above what was heard before anybody spoke by
the rise, is the room, which has become loud. Over 3 s eight people together mostly stay within it
(median 8.3 dB), and the lab's lines never do: not alone (20 dB), not over such babble 10 dB below
them (9 dB). Over a noise 5 dB below they do, but let it be heard between two words."""
_LONG_ROOM_BLOCKS: Final = 10
_LONG_ROOM_DIPS: Final = 2
_LONG_ROOM_SPREAD_DB: Final = 8.5
"""The same over 5 s, but for the dips of two blocks: eight people, who may not stay within the
first for a whole segment, stay within this some time in 12 s (8.2 dB at most). The lab's lines have
21 dB alone, 9.9 over such babble 5 dB below them, and 9.8 over steady noise 7 dB below."""
_SAME_RISE_DB: Final = 3.5
_SAME_FALL_DB: Final = 10.0
"""What the segment had before that was the room too if it was louder at most by the first and
softer at most by the second. Of 60 tries with eight people together (3 and 7 dB at most) all were
so; who speaks 5 dB louder than they has 4 dB, and who was there before them 28 dB."""
_ONSET_WINDOWS: Final = 6
"""At the beginning of a segment, in which it is not as loud yet."""
_END_WINDOWS: Final = 7
_FALL_DB: Final = 10.0
"""When somebody stops, the sound is softer by this than their loudest moment: by 40 dB and more in
a quiet room, by 9.5 dB among eight people 5 dB softer. The eight alone have up to 9 dB."""


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
        self._unspoken: deque[float] = deque(maxlen=blocks)
        """Of these those in which this person said nothing."""
        self._spoken_over: deque[tuple[float, float]] = deque(maxlen=_LONG_ROOM_BLOCKS)
        """Lowest and highest level of the newest ones, as long as all were spoken over."""
        self._softest = math.inf
        self._loudest = -math.inf
        """Levels of the segment under way; the first one leaves out its onset."""
        self._before = math.inf
        """The background when it began; infinite: it was not known, or the room has changed."""
        self._newest: deque[float] = deque(maxlen=_END_WINDOWS)
        self._segment_windows = 0
        self._was_room = False
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

    @property
    def was_room(self) -> bool:
        """Whether all of the segment under way was the room, as it turned out."""
        return self._was_room

    @property
    def goes_on(self) -> bool:
        """Whether what is heard is as loud as the segment was, and the room was not before it."""
        level = sum(self._newest) / len(self._newest)
        return level > max(self._before + _SAME_FALL_DB, self._loudest - _FALL_DB)

    def begin_segment(self) -> None:
        """Forget the segment before: another one begins, perhaps right behind it."""
        self._softest, self._loudest = math.inf, -math.inf
        self._segment_windows = 0
        self._was_room = False

    def doubt_segment(self) -> None:
        """Take the segment under way for the room if it sounded as its last seconds do."""
        if len(self._spoken_over) >= _ROOM_BLOCKS:
            lowest, highest = self._newest_levels(_ROOM_BLOCKS)
            self._was_room = (
                self._loudest <= max(highest) + _SAME_RISE_DB
                and self._softest >= median(lowest) - _SAME_FALL_DB
            )

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
        self._note_segment(level, in_segment=in_segment)
        self._note(level, in_segment=in_segment)
        settings = self._settings
        if self.is_new:
            rises = level >= self._lowest + settings.near_above_lowest_db
            return in_segment or rises or level >= settings.near_dbfs
        clear = level >= self._background + settings.near_above_background_db
        self._was_room &= not clear
        if clear and is_speech:
            voice = level if math.isinf(self._voice) else self._voice
            self._voice = voice + (level - voice) * self._follow
        if self._background < settings.quiet_room_dbfs:
            return True
        if in_segment:
            clear = level >= self._background + settings.on_above_background_db
        return clear or level >= self._voice - settings.near_below_voice_db

    def _note_segment(self, level: float, *, in_segment: bool) -> None:
        self._newest.append(level)
        if not in_segment:
            self._before = math.inf if self.is_new else self._background
            return
        self._segment_windows += 1
        self._loudest = max(self._loudest, level)
        if self._segment_windows > _ONSET_WINDOWS:
            self._softest = min(self._softest, level)

    def _note(self, level: float, *, in_segment: bool) -> None:
        self._lowest = min(self._lowest, level)
        self._block.append(level)
        self._is_spoken_over |= in_segment
        if len(self._block) < self._block_windows:
            return
        lowest, highest = min(self._block), max(self._block)
        if self._is_spoken_over:
            self._blocks.append(lowest)  # the pauses tell
            self._spoken_over.append((lowest, highest))
            self._doubt_voice()
        else:
            level = min(highest, lowest + _SPREAD_DB)  # it may be speech that was not believed
            self._blocks.append(level)
            self._unspoken.append(level)
            self._spoken_over.clear()
        self._block.clear()
        self._is_spoken_over = False
        if len(self._blocks) >= _FEWEST_BLOCKS:
            self._background = median(self._blocks)

    def _doubt_voice(self) -> None:
        """Take the room for what was taken for the person, if nobody speaks so."""
        if len(self._spoken_over) < _ROOM_BLOCKS:
            return
        lowest, highest = self._newest_levels(_ROOM_BLOCKS)
        before = median(self._unspoken) if self._unspoken else -math.inf
        is_even = max(highest) - min(lowest) < _ROOM_SPREAD_DB or self._is_long_even()
        if is_even and min(lowest) > before + _ROOM_RISE_DB:
            # A noise that was there before them makes a voice as even, and they are louder than it.
            newest = self._unspoken[-1] if self._unspoken else math.nan
            was_quiet = min(lowest) > newest + _ROOM_RISE_DB
            is_like_before = self._loudest <= newest + _SAME_RISE_DB
            self._blocks = deque(highest, maxlen=self._blocks.maxlen)
            self._unspoken = self._blocks.copy()
            self._voice = self._before = math.inf
            if was_quiet or is_like_before:
                self.doubt_segment()

    def _is_long_even(self) -> bool:
        if len(self._spoken_over) < _LONG_ROOM_BLOCKS:
            return False
        lowest, highest = self._newest_levels(_LONG_ROOM_BLOCKS)
        return max(highest) - sorted(lowest)[_LONG_ROOM_DIPS] < _LONG_ROOM_SPREAD_DB

    def _newest_levels(self, blocks: int) -> tuple[list[float], list[float]]:
        """Return the lowest and the highest level of each of so many blocks spoken over."""
        newest = list(self._spoken_over)[-blocks:]
        return [lowest for lowest, _ in newest], [highest for _, highest in newest]


def _dbfs(power: float) -> float:
    return 10 * math.log10(power / _FULL_SCALE**2) if power >= 1 else _SILENT_DBFS
