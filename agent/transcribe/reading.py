"""A recording as mono samples at 16 kHz, in order, in bounded memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from records.recordings import OpenRecording, RecordingError, open_recording

_SHORTEST_PAUSE_SECONDS: Final = 0.2
"""A shorter jump of the time stamps is no silence that was left out."""
_PAUSE_BLOCK: Final = 10 * SAMPLE_RATE_HZ


class RecordingReader:
    """Reads one recording from its beginning to its end; nothing is kept of what was read.

    A place that cannot be decoded is passed over and counted, as a player does. Where time stamps
    jump ahead (a browser's recording leaves pauses out), silence stands for what is missing.
    """

    def __init__(self, path: Path, *, most_seconds: float) -> None:
        """Open nothing yet; see `blocks`.

        Args:
            path: of a file on this machine.
            most_seconds: a recording that turns out to be longer is refused in the middle.
        """
        self._path = path
        self._most_samples = round(most_seconds * SAMPLE_RATE_HZ)
        self._samples = 0
        self._first_seconds: float | None = None
        self.broken_packets = 0
        """Places that could not be decoded."""

    @property
    def position_seconds(self) -> float:
        """How much was read."""
        return self._samples / SAMPLE_RATE_HZ

    def blocks(self) -> Iterator[Samples]:
        """Yield the samples, some milliseconds to some seconds at a time; decodes as it goes.

        Raises:
            RecordingError: it cannot be read, or is longer than the limit.
        """
        with self._path.open("rb") as file, open_recording(file) as recording:
            for block in self._resampled(recording):
                self._samples += len(block)
                if self._samples > self._most_samples:
                    raise RecordingError(
                        "too_long",
                        f"is longer than the {self._most_samples / SAMPLE_RATE_HZ / 60:.0f} min "
                        "that are taken, though it does not say so",
                        "upload it in parts, or raise UPLOAD_MAX_SECONDS",
                    )
                yield block

    def _resampled(self, recording: OpenRecording) -> Iterator[Samples]:
        resampler = _make_resampler()
        for frame in self._decoded(recording):
            yield from self._pause_before(frame)
            try:
                made = resampler.resample(frame)
            except ValueError:
                # Rate or channels have changed within the recording.
                resampler = _make_resampler()
                made = resampler.resample(frame)
            yield from map(_samples_of, made)
        yield from map(_samples_of, resampler.resample(None))

    def _decoded(self, recording: OpenRecording) -> Iterator[AudioFrame]:
        packets = recording.container.demux(recording.stream)
        while True:
            try:
                packet = next(packets, None)
                frames = recording.stream.decode(packet) if packet else []
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.broken_packets += 1
                if self.broken_packets > _MOST_BROKEN:
                    return
                continue
            if packet is None:
                return
            yield from frames

    def _pause_before(self, frame: AudioFrame) -> Iterator[Samples]:
        if frame.time is None:
            return
        if self._first_seconds is None:
            self._first_seconds = frame.time
        missing = frame.time - self._first_seconds - self.position_seconds
        if missing < _SHORTEST_PAUSE_SECONDS:
            return
        left = min(round(missing * SAMPLE_RATE_HZ), self._most_samples)
        while left > 0:
            yield np.zeros(min(left, _PAUSE_BLOCK), np.int16)
            left -= _PAUSE_BLOCK


_MOST_BROKEN: Final = 100_000


def _make_resampler() -> AudioResampler:
    return AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)


def _samples_of(frame: AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
