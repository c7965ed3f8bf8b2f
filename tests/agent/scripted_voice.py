"""A speech gate whose voice activity is scripted, and what came out of it."""

from collections.abc import Sequence

import numpy as np
import pytest

from agent.gate_settings import GateSettings
from agent.nearness import Nearness
from agent.speech_gate import (
    WINDOW_SECONDS,
    GateEvent,
    Samples,
    SpeechAudio,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
    VoiceActivity,
)

WINDOW = 512
SILENCE_WINDOWS = 7
"""0.22 s in whole windows."""
TAIL_WINDOWS = 3
"""0.1 s in whole windows."""
PRE_ROLL_WINDOWS = 10
"""0.3 s in whole windows."""


class ScriptedVoice:
    """Voice activity that plays a list of probabilities, one for each window."""

    def __init__(self, *stretches: tuple[int, float]) -> None:
        self.left = [value for count, value in stretches for _ in range(count)]
        self.resets = 0

    def predict(self, window: Samples, /) -> float:
        assert window.shape == (WINDOW,)
        return self.left.pop(0)

    def reset(self) -> None:
        self.resets += 1


class EverybodyNear(Nearness):
    """Hears nobody in the background: these windows have the level of their numbers."""

    @property
    def is_new(self) -> bool:
        return False

    @property
    def goes_on(self) -> bool:
        return False

    def hear(self, *_: object, **__: object) -> bool:
        return True


def scripted_gate(settings: GateSettings | None, voice: VoiceActivity) -> SpeechGate:
    nearness = EverybodyNear(settings or GateSettings(), WINDOW_SECONDS)
    return SpeechGate(settings, voice, nearness=nearness)


def numbered(windows: int, start: int = 0) -> Samples:
    """Samples that tell their own position, modulo 32,000."""
    return (np.arange(start, start + windows * WINDOW) % 32_000).astype(np.int16)


def run(voice: ScriptedVoice, settings: GateSettings | None = None) -> list[GateEvent]:
    windows = len(voice.left)
    gate = scripted_gate(settings, voice)
    events = gate.push(numbered(windows))
    assert voice.left == []
    assert gate.position_seconds == pytest.approx(windows * WINDOW_SECONDS)
    return events


def audio_of(events: Sequence[GateEvent]) -> list[Samples]:
    """The samples of each segment that was begun."""
    segments: list[list[Samples]] = []
    for event in events:
        if isinstance(event, SpeechStart):
            segments.append([event.samples])
        elif isinstance(event, SpeechAudio):
            segments[-1].append(event.samples)
    return [np.concatenate(parts) for parts in segments]


def ends_of(events: Sequence[GateEvent]) -> list[float]:
    return [event.at_seconds / WINDOW_SECONDS for event in events if isinstance(event, SpeechEnd)]


def starts_of(events: Sequence[GateEvent]) -> list[float]:
    return [event.at_seconds / WINDOW_SECONDS for event in events if isinstance(event, SpeechStart)]
