"""Puts the parts of a recording together: everybody at the time at which they spoke."""

import asyncio
import contextlib
import hashlib
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from records import FileMissingError, Files
from records.scratch import scratch_folder
from records.sound import SoundPart, mixed_folder

RATE_HZ: Final = 16_000
_BLOCK_SAMPLES: Final = RATE_HZ
"""What is mixed at once, so that memory does not grow with the meeting."""


def begins_at_ms(parts: Sequence[SoundPart]) -> int:
    """Return when a mixed file of parts begins; there is at least one."""
    return min(part.started_at_ms for part in parts)


def ends_at_ms(parts: Sequence[SoundPart]) -> int:
    """Return when it ends."""
    return max(part.started_at_ms + (part.duration_ms or 0) for part in parts)


def mixed_path(parts: Sequence[SoundPart]) -> str:
    """Return where the mixed file of some parts of one meeting is kept."""
    names = hashlib.sha256(" ".join(sorted(part.id for part in parts)).encode()).hexdigest()
    return f"{mixed_folder(parts[0].room_sid)}/{names[:32]}.flac"


async def make_mixed(files: Files, parts: Sequence[SoundPart]) -> None:
    """Make the mixed file of parts and keep it; a part whose file is gone is left out.

    Raises:
        FilesUnavailableError: it was not made.
    """
    began_at_ms = begins_at_ms(parts)
    with scratch_folder() as folder:
        with contextlib.closing(_Mixer(folder / "mixed.flac")) as mixer:
            for part in sorted(parts, key=lambda one: one.started_at_ms):
                place = (part.started_at_ms - began_at_ms) * RATE_HZ // 1000
                await asyncio.to_thread(mixer.mix_until, place)
                local = folder / f"{part.id}.{part.format}"
                with contextlib.suppress(FileMissingError):
                    await files.fetch(part.path, local)
                    mixer.add(local)
            await asyncio.to_thread(mixer.mix_rest)
        await files.put(mixed_path(parts), folder / "mixed.flac")


class _Mixer:
    """Writes a mixed file from its beginning to its end."""

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), "w", format="flac")
        self._stream = self._container.add_stream("flac", rate=RATE_HZ, layout="mono")
        self._voices: list[_Voice] = []
        self._position = 0

    def add(self, path: Path) -> None:
        """Let a file begin where the mixing is; it is deleted when it is mixed."""
        self._voices.append(_Voice(path))

    def mix_until(self, place: int) -> None:
        """Write up to a sample, counted from the beginning."""
        while self._position < place:
            self._mix(min(_BLOCK_SAMPLES, place - self._position))

    def mix_rest(self) -> None:
        """Write until the last voice has ended."""
        while count := max((one.look(_BLOCK_SAMPLES) for one in self._voices), default=0):
            self._mix(count)

    def close(self) -> None:
        """Finish the file."""
        for voice in self._voices:
            voice.close()
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()

    def _mix(self, count: int) -> None:
        total = np.zeros(count, np.int32)
        for voice in list(self._voices):
            samples = voice.take(count)
            total[: len(samples)] += samples
            if len(samples) < count:
                voice.close()
                self._voices.remove(voice)
        mixed = np.clip(total, -32768, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(mixed[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        self._position += count


class _Voice:
    """The samples of one file, as many as are wanted at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames = _decode(path)
        self._waiting = np.zeros(0, np.int16)

    def look(self, most: int) -> int:
        """Return how many samples there still are, up to a number."""
        pieces, count = [self._waiting], len(self._waiting)
        while count < most and (piece := next(self._frames, None)) is not None:
            pieces.append(piece)
            count += len(piece)
        self._waiting = np.concatenate(pieces)
        return min(most, count)

    def take(self, count: int) -> npt.NDArray[np.int16]:
        """Return the next samples; fewer: there are no more."""
        self.look(count)
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    def close(self) -> None:
        """Delete the file."""
        self._frames.close()
        self._path.unlink(missing_ok=True)


def _decode(path: Path) -> Generator[npt.NDArray[np.int16], None, None]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    # A part that was cut off is good up to there.
    with contextlib.suppress(av.error.FFmpegError), av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                yield piece.to_ndarray()[0]
        for piece in resampler.resample(None):
            yield piece.to_ndarray()[0]
