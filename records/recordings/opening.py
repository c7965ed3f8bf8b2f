"""Opens a recording as its kind and nothing else: no other file, no address, no odd codec."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from records.recordings.kinds import Kind, RecordingError, find_kind

MOST_STREAMS: Final = 32
"""Sound, pictures, subtitles and covers together."""
MOST_CHANNELS: Final = 16
_MOST_BROKEN_IN_TURN: Final = 1_000
"""So many errors without a packet between them are the end."""
RATES_HZ: Final = (4_000, 192_000)
_CODECS: Final = frozenset(
    {"aac", "alac", "flac", "mp3", "mp3float", "opus", "vorbis", "adpcm_ima_wav", "adpcm_ms"}
)
_OPTIONS: Final = {
    # What a file says of other files or addresses is not followed.
    "protocol_whitelist": "none",
    "enable_drefs": "0",
    "max_streams": str(MOST_STREAMS + 1),
    "probesize": str(5_000_000),
    "analyzeduration": str(10_000_000),
}
_AGAIN: Final = "upload it again; if it plays elsewhere, convert it (`ffmpeg -i FILE sound.flac`)"
_ODD: Final = "convert it to a sound of one or two channels (`ffmpeg -i FILE -ac 1 sound.flac`)"


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """A recording with its first stream of sound."""

    kind: Kind
    container: InputContainer
    stream: AudioStream

    @property
    def stated_seconds(self) -> float | None:
        """How long it says that it is; None: it does not."""
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        if self.container.duration is not None:
            return float(self.container.duration / av.time_base)
        return None

    def packets(self) -> Iterator["Packet[AudioStream] | None"]:
        """Yield the packets of the sound in order, the last one empty, and None for a broken place.

        The demuxer looks for the next whole one behind it.
        """
        packets = self.container.demux(self.stream)
        broken = 0
        while broken < _MOST_BROKEN_IN_TURN:
            try:
                packet = next(packets, None)
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                # The error has ended this iterator, and not the file.
                packets = self.container.demux(self.stream)
                broken += 1
                yield None
                continue
            if packet is None:
                return
            broken = 0
            yield packet


@contextmanager
def open_recording(file: BinaryIO) -> Iterator[OpenRecording]:
    """Open a recording by its content; `file` stays open.

    Raises:
        RecordingError: it is empty, of no kind that is taken, broken, holds no sound, or is odd.
    """
    kind = find_kind(file)
    try:
        container = av.open(
            file, "r", format=kind.demuxer, options=_OPTIONS, metadata_errors="ignore"
        )
    except (av.error.FFmpegError, ValueError, OverflowError):
        raise unreadable(kind) from None
    with container:
        if len(container.streams) > MOST_STREAMS:
            raise RecordingError("odd", f"has more than {MOST_STREAMS} streams", _ODD)
        if not container.streams.audio:
            raise RecordingError(
                "silent", f"is {kind.name} without any sound", "upload a file that holds sound"
            )
        stream = container.streams.audio[0]
        _check_stream(stream)
        yield OpenRecording(kind, container, stream)


def unreadable(kind: Kind) -> RecordingError:
    """Return the error of a recording that is broken."""
    return RecordingError(
        "unreadable", f"begins like {kind.name} and is broken, incomplete or encrypted", _AGAIN
    )


def _check_stream(stream: AudioStream) -> None:
    context = stream.codec_context
    name = context.codec.name if context is not None else "nothing known"
    if name not in _CODECS and not name.startswith("pcm_"):
        raise RecordingError("kind", f"holds sound as {name}, which is not taken", _AGAIN)
    lowest, highest = RATES_HZ
    if not lowest <= (context.sample_rate or 0) <= highest:
        raise RecordingError("odd", f"has {context.sample_rate} samples in a second", _ODD)
    if not 0 < context.channels <= MOST_CHANNELS:
        raise RecordingError("odd", f"has {context.channels} channels", _ODD)
