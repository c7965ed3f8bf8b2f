"""A recording as mono samples at 16 kHz, in order, in bounded memory."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from records.recordings import OpenRecording, RecordingError, open_recording

_SHORTEST_PAUSE_SECONDS: Final = 0.2
"""A shorter jump of the time stamps is no silence that was left out."""
_BREAK_SECONDS: Final = 1.0
"""A jump so close behind a broken place is no pause: a decoder may still hold what was before."""
_PAUSE_BLOCK: Final = 10 * SAMPLE_RATE_HZ
_WITHOUT_PAUSES: Final = frozenset({"aac", "flac", "mp3", "wav"})
"""Kinds whose frames follow each other: where their time stamps jump, frames were lost."""


class RecordingReader:
    """Reads one recording from its beginning to its end; nothing is kept of what was read.

    A place that cannot be decoded is passed over, as a player does. Where time stamps jump ahead
    (a browser's recording leaves pauses out), silence stands for what is missing.
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
        self._may_pause = True
        """Whether a jump of the time stamps may be a pause."""
        self._broken_at_seconds = -_BREAK_SECONDS
        """Where of what was read the last broken place was."""
        self._broken_until_seconds: float | None = None
        self._broken_seconds = 0.0
        """Of packets that could not be decoded."""
        self._filled_seconds = 0.0
        """Silence that stands for what could not be read, packets or what was none any more."""

    @property
    def position_seconds(self) -> float:
        """How much was read."""
        return self._samples / SAMPLE_RATE_HZ

    @property
    def unreadable_seconds(self) -> float:
        """How much of what was read could not be decoded, as far as the file lets one tell."""
        return max(self._broken_seconds, self._filled_seconds)

    @property
    def _is_after_break(self) -> bool:
        return self.position_seconds - self._broken_at_seconds < _BREAK_SECONDS

    def blocks(self) -> Iterator[Samples]:
        """Yield the samples, some milliseconds to some seconds at a time; decodes as it goes.

        Raises:
            RecordingError: it cannot be read, or is longer than the limit.
        """
        with self._path.open("rb") as file, open_recording(file) as recording:
            self._may_pause = recording.kind.name not in _WITHOUT_PAUSES
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
        self._decoder = recording.stream.codec_context
        resampling = _Resampling()
        for frame in self._decoded(recording):
            yield from self._silence_until(frame.time)
            try:
                made = resampling.push(frame)
            except (ValueError, av.error.FFmpegError):
                # A broken packet may tell the decoder of 35 channels; it keeps to them.
                self._decoder = _make_decoder(recording.stream)
                self._note_break(None)
            else:
                yield from map(_samples_of, made)
        yield from map(_samples_of, resampling.flush())
        if self._is_after_break:
            yield from self._silence_until(self._broken_until_seconds)

    def _decoded(self, recording: OpenRecording) -> Iterator[AudioFrame]:
        for packet in recording.packets():
            try:
                frames = self._decoder.decode(packet) if packet is not None else None
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                frames = None
            if frames is None:
                self._note_break(packet)
            else:
                yield from frames

    def _note_break(self, packet: "Packet[AudioStream] | None") -> None:
        self._broken_at_seconds = self.position_seconds
        if packet is None or packet.duration is None or packet.time_base is None:
            return
        seconds = float(packet.duration * packet.time_base)
        self._broken_seconds += seconds
        if packet.pts is not None:
            self._broken_until_seconds = float(packet.pts * packet.time_base) + seconds

    def _silence_until(self, seconds: float | None) -> Iterator[Samples]:
        """Yield silence for what is missing up to a time in the recording."""
        if seconds is None:
            return
        if self._first_seconds is None:
            self._first_seconds = seconds
        missing = seconds - self._first_seconds - self.position_seconds
        if missing < _SHORTEST_PAUSE_SECONDS:
            return
        left = min(round(missing * SAMPLE_RATE_HZ), self._most_samples)
        if self._is_after_break or not self._may_pause:
            self._filled_seconds += left / SAMPLE_RATE_HZ
        while left > 0:
            yield np.zeros(min(left, _PAUSE_BLOCK), np.int16)
            left -= _PAUSE_BLOCK


def _make_decoder(stream: AudioStream) -> AudioCodecContext:
    """Return a decoder that knows only what the head of the recording says."""
    used = stream.codec_context
    decoder = AudioCodecContext.create(used.codec.name, "r")
    assert isinstance(decoder, AudioCodecContext)  # noqa: S101 - it decodes what `used` does
    decoder.extradata = used.extradata
    decoder.sample_rate = used.sample_rate
    return decoder


class _Resampling:
    """Resamples frames whose rate or channels may change within the recording."""

    def __init__(self) -> None:
        self._resampler: AudioResampler | None = None

    def push(self, frame: AudioFrame) -> list[AudioFrame]:
        """Return what a frame gives; raises `ValueError` or an FFmpegError if it is no sound."""
        with suppress(ValueError, av.error.FFmpegError):
            if self._resampler:
                return self._resampler.resample(frame)
        self._resampler = None
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
        made = resampler.resample(frame)
        self._resampler = resampler
        return made

    def flush(self) -> list[AudioFrame]:
        """Return what is held still."""
        return self._resampler.resample(None) if self._resampler else []


def _samples_of(frame: AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
