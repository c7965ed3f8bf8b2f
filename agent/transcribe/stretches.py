"""A recording cut into stretches of speech, by the gate that serves calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    GateEvent,
    Samples,
    SpeechAudio,
    SpeechEnd,
    SpeechGate,
    SpeechStart,
)
from agent.transcribe.reading import RecordingReader

_GATE_BLOCK: Final = SAMPLE_RATE_HZ
"""What the gate is given at once: a call per frame of a codec would cost more than its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Speech without a pause, in the order of the recording. The same file gives the same ones."""

    number: int
    """From 0."""
    start_seconds: float
    """From the beginning of the recording."""
    end_seconds: float
    samples: Samples
    """With what came just before, as the gate lets it through."""

    @property
    def seconds(self) -> float:
        """Length of the samples."""
        return len(self.samples) / SAMPLE_RATE_HZ


class Stretches:
    """Reads a recording and cuts it; blocking, and in bounded memory."""

    def __init__(self, path: Path, *, most_seconds: float) -> None:
        self.reader = RecordingReader(path, most_seconds=most_seconds)
        """Tells how much of the recording was read."""
        self._gate = SpeechGate()
        self._found = 0
        self._start_seconds = 0.0
        self._samples: list[Samples] = []

    @property
    def silent_seconds(self) -> float:
        """Seconds of it that were no speech."""
        return self._gate.silent_seconds

    def read(self) -> Iterator[Stretch | None]:
        """Yield the stretches in order, and None now and then while there is none.

        Raises:
            RecordingError: the recording cannot be read to its end.
        """
        for block in _gathered(self.reader.blocks()):
            yield from self._take(self._gate.push(block))
            yield None
        yield from self._take(self._gate.flush())

    def _take(self, events: list[GateEvent]) -> Iterator[Stretch]:
        for event in events:
            if isinstance(event, SpeechStart):
                self._start_seconds = event.at_seconds
                self._samples = [event.samples]
            elif isinstance(event, SpeechAudio):
                self._samples.append(event.samples)
            elif isinstance(event, SpeechEnd):
                yield Stretch(
                    number=self._found,
                    start_seconds=self._start_seconds,
                    end_seconds=max(event.at_seconds, self._start_seconds),
                    samples=np.concatenate(self._samples),
                )
                self._found += 1
                self._samples = []


def _gathered(blocks: Iterator[Samples]) -> Iterator[Samples]:
    waiting: list[Samples] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= _GATE_BLOCK:
            yield np.concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting)
