"""One part of a recording: a FLAC file that grows while a participant is heard.

The format is RFC 9639. Every frame of it stands for itself, so a file whose writer was killed holds
all but the last 72 ms; only its header does not say how long it is, which `seal` mends.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
import numpy as np

from agent.ears import HeardFrame
from agent.speech_gate import SAMPLE_RATE_HZ, Samples

ENDING: Final = ".flac"
TOLERANCE_SECONDS: Final = 0.03
"""How far a frame may stand from where the ones before it end, before silence is put in between
or its beginning is left out."""
SYNC_SECONDS: Final = 1.0
"""Between two times at which the file is on the disk and not only with the operating system."""
WRITE_ERRORS: Final = (OSError, av.error.FFmpegError)
"""What writing may raise."""
_TOTAL_SAMPLES_AT: Final = 21
"""Where the header holds the number of samples, in the low 4 bits of a byte and the 4 behind it:
after `fLaC`, a block header of 4 bytes, and 13 bytes of the block (RFC 9639, section 8.2)."""


class PartFile:
    """Writes one part; use it in one thread. Every method may raise one of `WRITE_ERRORS`.

    While it is open the file is locked, so that others can tell it from one that was left behind.
    """

    def __init__(self, path: Path, started_at_seconds: float) -> None:
        """Make the file.

        Args:
            path: of the file, in a folder that is there; ends in `ENDING`.
            started_at_seconds: when its first sample was heard.
        """
        self._started_at_seconds = started_at_seconds
        self._samples = 0
        self._synced_samples = 0
        # Nobody looks at a file before it is locked: it gets its name then.
        unnamed = path.with_suffix(".new")
        unnamed.touch(mode=0o600)  # a voice is for nobody else on this machine
        self._file = unnamed.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unnamed.replace(path)
        self._container = av.open(str(path), "w", format="flac", options={"flush_packets": "1"})
        self._stream = self._container.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")

    def write(self, frame: HeardFrame) -> None:
        """Write a frame where it belongs by its time; silence where nothing came before it."""
        samples = frame.samples
        heard_at = frame.ended_at_seconds - len(samples) / SAMPLE_RATE_HZ
        ends_at = self._started_at_seconds + self._samples / SAMPLE_RATE_HZ
        missing = round((heard_at - ends_at) * SAMPLE_RATE_HZ)
        if missing > TOLERANCE_SECONDS * SAMPLE_RATE_HZ:
            self._encode(np.zeros(missing, np.int16))
        elif missing < -TOLERANCE_SECONDS * SAMPLE_RATE_HZ:
            samples = samples[-missing:]
        self._encode(samples)
        if self._samples - self._synced_samples >= SYNC_SECONDS * SAMPLE_RATE_HZ:
            os.fdatasync(self._file.fileno())
            self._synced_samples = self._samples

    def close(self) -> None:
        """Finish the file, and let others have it; safe to call twice."""
        if self._file.closed:
            return
        try:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Leave the file as it is, and let others have it."""
        self._file.close()

    def _encode(self, samples: Samples) -> None:
        if not len(samples):
            return
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        self._samples += len(samples)


def folder_of_parts(sound_folder: Path, database_url: str) -> Path:
    """Return where parts of the calls of one store grow.

    Each store has a folder of its own: what a store does not know is taken for erased.
    """
    return sound_folder / hashlib.sha256(database_url.encode()).hexdigest()[:16]


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Keep a file from others; False if one of them has it, or if it is gone."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        # It may have been taken away between the two.
        yield path.exists()


def seal(path: Path) -> int:
    """Let the header of a part tell its length; return the samples, 0 if it holds no sound.

    Of a part whose writer was killed, a frame that was half written is cut off.
    """
    with path.open("r+b") as file:
        file.seek(_TOTAL_SAMPLES_AT)
        header = int.from_bytes(file.read(5))
        if samples := header & 0xF_FFFF_FFFF:
            return samples
        samples, end = _count(path)
        if samples:
            file.truncate(end)
            file.seek(_TOTAL_SAMPLES_AT)
            file.write((header | samples).to_bytes(5))
    return samples


def _count(path: Path) -> tuple[int, int]:
    """Return the samples that can be decoded, and the byte behind the last of them."""
    samples, end = 0, 0
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(audio=0):
                decoded = sum(frame.samples for frame in packet.decode())
                if decoded and packet.pos is not None:
                    samples += decoded
                    end = packet.pos + packet.size
    except av.error.FFmpegError:
        pass  # what came before is good
    return samples, end
