"""Decides what is speech and where a segment ends; only speech goes on to a recognizer.

Voice activity detection is the library's local model, called inline: 0.03 ms for each window
of 32 ms, where the library's own stream would hop to a thread for every frame.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from livekit.local_inference import VAD, VAD_WINDOW_SAMPLES
from numpy.typing import NDArray

from agent.gate_settings import GateSettings
from agent.nearness import Nearness
from agent.turn_end import Pauses, TurnEnd

SAMPLE_RATE_HZ: Final = 16000
WINDOW_SECONDS: Final = VAD_WINDOW_SAMPLES / SAMPLE_RATE_HZ
LOUDEST_SILENCE: Final = 20
"""From the lowest to the highest sample of a muted track: zeros, or what a codec makes of them.
An open microphone hears its room."""

_PLACE_WINDOWS: Final = 3
"""How long a place is whose loudness counts: shorter ones are often within a word."""

Samples = NDArray[np.int16]
"""Mono PCM at 16 kHz, shape (samples,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStart:
    """A segment begins; its audio includes what came just before."""

    at_seconds: float
    """Position in the stream of the first window of speech."""
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechAudio:
    """A segment goes on."""

    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnd:
    """A segment is over."""

    at_seconds: float
    """Position in the stream of the end of the last window of speech."""
    was_room: bool = False
    """Whether it turned out that this person said nothing of it: the room has become loud."""


GateEvent = SpeechStart | SpeechAudio | SpeechEnd


class VoiceActivity(Protocol):
    """Tells how likely a window of audio is speech."""

    def predict(self, window: Samples, /) -> float:
        """Return the probability that `VAD_WINDOW_SAMPLES` samples hold speech."""

    def reset(self) -> None:
        """Forget what was heard before."""


class SpeechGate:
    """Turns a stream of audio into segments of speech. Pure arithmetic: the audio is the clock.

    Each sample that goes on does so once and in order. Held back are: silence that may turn out
    to be the end of a segment, and, in a segment that is about to be cut, what follows the
    quietest place so far. A silence is such a place: of what was said before it, nothing is held
    back any longer when the segment ends.
    """

    def __init__(
        self,
        settings: GateSettings | None = None,
        voice_activity: VoiceActivity | None = None,
        turn_end: TurnEnd | None = None,
        nearness: Nearness | None = None,
    ) -> None:
        self._settings = settings or GateSettings()
        self._voice_activity: VoiceActivity = voice_activity or VAD()
        self._rest: Samples = np.empty(0, np.int16)
        self._pre_roll_windows = math.ceil(self._settings.pre_roll_seconds / WINDOW_SECONDS)
        doubted = math.ceil(self._settings.doubted_seconds / WINDOW_SECONDS)
        self._pre_roll: deque[Samples] = deque(maxlen=self._pre_roll_windows + doubted)
        self._nearness = nearness or Nearness(self._settings, WINDOW_SECONDS)
        self._pauses = Pauses(turn_end, self._settings, WINDOW_SECONDS) if turn_end else None
        self._tail_windows = round(self._settings.tail_seconds / WINDOW_SECONDS)
        self._pushed_samples = 0
        self._passed_samples = 0
        self._windows = 0
        self._speech_windows = 0
        self._hears_near = False
        """Whether any of these may be somebody at the microphone."""
        self._doubted_at_window: int | None = None
        """The first one that sounded like speech since the last segment."""
        self._silent_windows = 0
        self._wordless_windows = 0
        """Of the silent ones at the end those that do not sound like speech at all."""
        self._started_at_window: int | None = None
        self._is_muted = True
        self._hangover_seconds = self._settings.silence_seconds
        self._released: list[Samples] = []
        """Windows of the segment under way that go on with the next event."""
        self._held: list[Samples] = []
        """Windows behind them that are held back."""
        self._quietest = math.inf
        """Power of the place that `_held` begins in, if the segment is about to be cut."""

    @property
    def position_seconds(self) -> float:
        """Seconds of audio judged so far."""
        return self._windows * WINDOW_SECONDS

    @property
    def passed_seconds(self) -> float:
        """Seconds of audio that went on, with pre-roll and the tail."""
        return self._passed_samples / SAMPLE_RATE_HZ

    @property
    def silent_seconds(self) -> float:
        """Seconds of audio that were held back; the last of them may still go on."""
        return (self._pushed_samples - self._passed_samples) / SAMPLE_RATE_HZ

    @property
    def held_back_seconds(self) -> float:
        """Seconds of the segment under way that have not gone on."""
        return len(self._held) * WINDOW_SECONDS

    @property
    def is_muted(self) -> bool:
        """Whether the newest audio is as silent as a muted track."""
        return self._is_muted

    @property
    def hears_onset(self) -> bool:
        """Whether a segment may be about to begin; it is known sooner, and often wrong."""
        return self._hears_near

    @property
    def is_open(self) -> bool:
        """Whether a segment is under way."""
        return self._started_at_window is not None

    def push(self, samples: Samples) -> list[GateEvent]:
        """Judge more audio; return what follows from it, in order."""
        self._pushed_samples += len(samples)
        audio = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        events: list[GateEvent] = []
        whole = len(audio) - len(audio) % VAD_WINDOW_SAMPLES
        for start in range(0, whole, VAD_WINDOW_SAMPLES):
            self._judge(audio[start : start + VAD_WINDOW_SAMPLES], events)
        self._rest = audio[whole:]
        self._pass_on(events)
        self._count(events)
        return events

    def note_text(self, text: str) -> None:
        """Take the newest interim of the segment under way: it may tell a pause from an end."""
        self._hangover_seconds = self._settings.silence_after(text)

    def flush(self) -> list[GateEvent]:
        """End the segment that is under way, with every sample that came; then start afresh."""
        events: list[GateEvent] = []
        if self.is_open:
            self._held.append(self._rest)
            self._release(len(self._held))
            self._end(events)
        self._rest = np.empty(0, np.int16)
        self._pre_roll.clear()
        self._forget_doubts()
        self._voice_activity.reset()
        self._count(events)
        return events

    def _count(self, events: list[GateEvent]) -> None:
        self._passed_samples += sum(
            len(event.samples) for event in events if not isinstance(event, SpeechEnd)
        )

    def _judge(self, window: Samples, events: list[GateEvent]) -> None:
        self._windows += 1
        if self._started_at_window is None:
            self._judge_silence(window, events)
            return
        self._held.append(window)
        probability = self._voice_activity.predict(window)
        near = self._is_near(window, probability)
        wordless = probability < self._settings.stay_probability
        self._wordless_windows = self._wordless_windows + 1 if wordless else 0
        self._silent_windows = self._silent_windows + 1 if wordless or not near else 0
        if self._pauses and (longest := self._pauses.hear(window, self._silent_windows)):
            self._hangover_seconds = longest
        silent_seconds = self._silent_windows * WINDOW_SECONDS + 1e-9
        if silent_seconds >= self._settings.loud_silence_seconds:
            self._nearness.doubt_segment()
        elif self._nearness.goes_on:
            silent_seconds = 0.0
        if silent_seconds >= self._hangover_seconds:
            self._release(len(self._held) - self._silence_held_back())
            self._end(events)
        else:
            self._judge_speech(self._windows - self._started_at_window, events)

    def _judge_silence(self, window: Samples, events: list[GateEvent]) -> None:
        self._pre_roll.append(window)
        probability = self._probability(window)
        near = self._is_near(window, probability)
        if probability < self._settings.start_probability:
            self._speech_windows = 0
            self._hears_near = False
            return
        self._doubted_at_window = self._doubted_at_window or self._windows
        self._speech_windows += 1
        self._hears_near |= near
        if self._speech_windows < self._settings.start_windows or not self._hears_near:
            return
        begun = min(self._spoken_windows(), len(self._pre_roll))
        before = self._pre_roll_windows + begun
        self._start(self._windows - begun, list(self._pre_roll)[-before:], events)
        self._pre_roll.clear()
        self._forget_doubts()

    def _spoken_windows(self) -> int:
        """Return how many windows ago the speech began that begins a segment now."""
        if self._nearness.is_new and self._doubted_at_window:
            # Nothing was known to doubt it by.
            return self._windows - self._doubted_at_window + 1
        return self._speech_windows

    def _forget_doubts(self) -> None:
        self._speech_windows = 0
        self._hears_near = False
        self._doubted_at_window = None

    def _is_near(self, window: Samples, probability: float) -> bool:
        if self._is_muted and not self.is_open:
            return False  # a mute says nothing of the room
        return self._nearness.hear(
            window,
            in_segment=self.is_open,
            is_speech=probability >= self._settings.start_probability,
        )

    def _probability(self, window: Samples) -> float:
        """Return how likely a window is speech; a muted track is not worth the model's time."""
        if int(window.max(initial=0)) - int(window.min(initial=0)) > LOUDEST_SILENCE:
            self._is_muted = False
            return self._voice_activity.predict(window)
        if not self._is_muted:
            self._is_muted = True
            self._voice_activity.reset()
        return 0.0

    def _judge_speech(self, lasted_windows: int, events: list[GateEvent]) -> None:
        settings = self._settings
        lasted = lasted_windows * WINDOW_SECONDS
        if lasted < settings.longest_segment_seconds - settings.look_back_seconds:
            self._release(len(self._held) - self._silence_held_back())
            return
        self._look_for_quiet()
        # In a silence it is not decided yet whether the segment ends by itself.
        if lasted >= settings.longest_segment_seconds and not self._silent_windows:
            self._cut(events)

    def _silence_held_back(self) -> int:
        return max(0, self._silent_windows - self._tail_windows)

    def _look_for_quiet(self) -> None:
        """Hold back what follows the quietest place so far, from its middle on."""
        if len(self._held) < _PLACE_WINDOWS or self._wordless_windows > _PLACE_WINDOWS:
            return
        # The newest place without any speech is as good as the quietest; one that is only soft
        # may be within a word.
        is_silent = self._wordless_windows == _PLACE_WINDOWS
        loudness = 0.0 if is_silent else max(map(_power, self._held[-_PLACE_WINDOWS:]))
        if loudness <= self._quietest:
            self._quietest = loudness
            self._release(len(self._held) - _PLACE_WINDOWS // 2 - 1)

    def _cut(self, events: list[GateEvent]) -> None:
        """End the segment where it was quietest, and begin the next one there."""
        self._pass_on(events)
        at_window = self._windows - len(self._held)
        events.append(SpeechEnd(at_seconds=at_window * WINDOW_SECONDS))
        following, self._held = self._held, []
        self._start(at_window, following, events)

    def _start(self, at_window: int, windows: list[Samples], events: list[GateEvent]) -> None:
        self._started_at_window = at_window
        self._nearness.begin_segment()
        self._silent_windows = self._wordless_windows = 0
        self._quietest = math.inf
        self._hangover_seconds = self._settings.silence_seconds
        at_seconds = at_window * WINDOW_SECONDS
        events.append(SpeechStart(at_seconds=at_seconds, samples=np.concatenate(windows)))

    def _end(self, events: list[GateEvent]) -> None:
        """End the segment; what is still held back is silence, and may begin the next one."""
        self._pass_on(events)
        end = (self._windows - self._silent_windows) * WINDOW_SECONDS
        events.append(SpeechEnd(at_seconds=end, was_room=self._nearness.was_room))
        self._pre_roll.extend(self._held)
        self._held.clear()
        self._started_at_window = None
        self._silent_windows = 0

    def _release(self, windows: int) -> None:
        count = max(0, windows)
        self._released += self._held[:count]
        del self._held[:count]

    def _pass_on(self, events: list[GateEvent]) -> None:
        if any(len(window) for window in self._released):
            events.append(SpeechAudio(samples=np.concatenate(self._released)))
        self._released.clear()


def _power(window: Samples) -> float:
    return float(np.mean(np.square(window, dtype=np.float64)))
