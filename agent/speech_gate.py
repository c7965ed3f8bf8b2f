"""Decides what is speech and where a segment ends; only speech goes on to a recognizer.

Voice activity detection is the library's local model, called inline: 0.03 ms for each window
of 32 ms, where the library's own stream would hop to a thread for every frame.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from livekit.local_inference import VAD, VAD_WINDOW_SAMPLES
from numpy.typing import NDArray

SAMPLE_RATE_HZ: Final = 16000
WINDOW_SECONDS: Final = VAD_WINDOW_SAMPLES / SAMPLE_RATE_HZ

Samples = NDArray[np.int16]
"""Mono PCM at 16 kHz, shape (samples,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """When speech begins and ends."""

    start_probability: float = 0.5
    """A window at least this likely to be speech can begin a segment."""
    stay_probability: float = 0.35
    """A window less likely than this counts as silence inside a segment."""
    start_windows: int = 2
    """Windows of speech in a row that begin a segment."""
    silence_seconds: float = 0.25
    """Silence that ends a segment."""
    pre_roll_seconds: float = 0.3
    """Audio from before the first window of speech that goes with a segment."""
    long_segment_seconds: float = 12.0
    """From here on, a short dip is enough to end a segment."""
    short_silence_seconds: float = 0.096
    """The dip that ends a long segment."""
    longest_segment_seconds: float = 20.0
    """Here a segment is cut even inside a word."""


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


GateEvent = SpeechStart | SpeechAudio | SpeechEnd


class VoiceActivity(Protocol):
    """Tells how likely a window of audio is speech."""

    def predict(self, window: Samples, /) -> float:
        """Return the probability that `VAD_WINDOW_SAMPLES` samples hold speech."""

    def reset(self) -> None:
        """Forget what was heard before."""


class SpeechGate:
    """Turns a stream of audio into segments of speech. Pure arithmetic: the audio is the clock."""

    def __init__(
        self,
        settings: GateSettings | None = None,
        voice_activity: VoiceActivity | None = None,
    ) -> None:
        self._settings = settings or GateSettings()
        self._voice_activity: VoiceActivity = voice_activity or VAD()
        self._rest: Samples = np.empty(0, np.int16)
        self._pre_roll: deque[Samples] = deque(
            maxlen=max(1, round(self._settings.pre_roll_seconds / WINDOW_SECONDS))
            + self._settings.start_windows
        )
        self._pushed_samples = 0
        self._passed_samples = 0
        self._windows = 0
        self._speech_windows = 0
        self._silent_windows = 0
        self._started_at_window: int | None = None

    @property
    def position_seconds(self) -> float:
        """Seconds of audio judged so far."""
        return self._windows * WINDOW_SECONDS

    @property
    def passed_seconds(self) -> float:
        """Seconds of audio that went on, with pre-roll and closing silence."""
        return self._passed_samples / SAMPLE_RATE_HZ

    @property
    def silent_seconds(self) -> float:
        """Seconds of audio that were held back; the pre-roll may still go on."""
        return (self._pushed_samples - self._passed_samples) / SAMPLE_RATE_HZ

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
        self._count(events)
        return events

    def flush(self) -> list[GateEvent]:
        """End the segment that is under way, with every sample that came; then start afresh."""
        events: list[GateEvent] = []
        if self.is_open:
            if len(self._rest):
                events.append(SpeechAudio(samples=self._rest))
            events.append(self._end())
        self._rest = np.empty(0, np.int16)
        self._pre_roll.clear()
        self._speech_windows = 0
        self._voice_activity.reset()
        self._count(events)
        return events

    def _count(self, events: list[GateEvent]) -> None:
        self._passed_samples += sum(
            len(event.samples) for event in events if not isinstance(event, SpeechEnd)
        )

    def _judge(self, window: Samples, events: list[GateEvent]) -> None:
        probability = self._voice_activity.predict(window)
        self._windows += 1
        if self._started_at_window is None:
            self._judge_silence(window, probability, events)
        else:
            events.append(SpeechAudio(samples=window))
            self._judge_speech(probability, self._started_at_window, events)

    def _judge_silence(self, window: Samples, probability: float, events: list[GateEvent]) -> None:
        self._pre_roll.append(window)
        loud = probability >= self._settings.start_probability
        self._speech_windows = self._speech_windows + 1 if loud else 0
        if self._speech_windows < self._settings.start_windows:
            return
        self._started_at_window = self._windows - self._speech_windows
        self._speech_windows = 0
        self._silent_windows = 0
        events.append(
            SpeechStart(
                at_seconds=self._started_at_window * WINDOW_SECONDS,
                samples=np.concatenate(self._pre_roll),
            )
        )
        self._pre_roll.clear()

    def _judge_speech(
        self, probability: float, started_at_window: int, events: list[GateEvent]
    ) -> None:
        silent = probability < self._settings.stay_probability
        self._silent_windows = self._silent_windows + 1 if silent else 0
        if self._is_over(started_at_window):
            events.append(self._end())

    def _is_over(self, started_at_window: int) -> bool:
        lasted = (self._windows - started_at_window) * WINDOW_SECONDS
        silence = self._silent_windows * WINDOW_SECONDS
        if lasted >= self._settings.longest_segment_seconds:
            return True
        long = lasted >= self._settings.long_segment_seconds
        enough = self._settings.short_silence_seconds if long else self._settings.silence_seconds
        return silence >= enough - 1e-9

    def _end(self) -> SpeechEnd:
        end = (self._windows - self._silent_windows) * WINDOW_SECONDS
        self._started_at_window = None
        self._silent_windows = 0
        return SpeechEnd(at_seconds=end)
