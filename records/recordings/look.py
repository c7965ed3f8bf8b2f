"""Reads a recording once, without decoding most of it: how long it is, and whether all is there."""

import os
import struct
from pathlib import Path
from typing import BinaryIO, Final

import av.error
from av.audio.stream import AudioStream
from av.packet import Packet

from records.recordings.check import RecordingFacts
from records.recordings.kinds import RecordingError
from records.recordings.opening import OpenRecording, open_recording, unreadable

TRIED_PACKETS: Final = 50
"""So many are decoded to see whether that works."""
_STREAMED: Final = frozenset({0, 0xFFFFFFFF})
"""Lengths in the head of a WAV whose writer did not know it yet."""
_OGG_PAGE_BYTES: Final = 65_307
"""Of the largest page."""
_MISSING_SECONDS: Final = 2.0
_MISSING_SHARE: Final = 0.02
"""A recording may be so much shorter than it says: some say it roughly."""


def look_at(path: Path, most_seconds: float) -> RecordingFacts:
    """Return what a recording holds.

    Raises:
        RecordingError: it cannot be taken.
    """
    with path.open("rb") as file:
        with open_recording(file) as recording:
            stated = _stated_seconds(recording, file)
            if stated is not None and stated > most_seconds:
                raise _too_long(stated, most_seconds)
            seconds = _read_through(recording, most_seconds)
            missing = (stated or 0.0) - seconds
            if missing > _MISSING_SECONDS + _MISSING_SHARE * seconds:
                raise _truncated(f"says that it has {stated:.0f} s and holds {seconds:.0f} s")
            context = recording.stream.codec_context
            facts = RecordingFacts(
                kind=recording.kind.name,
                codec=context.codec.name,
                seconds=round(seconds, 3),
                channels=context.channels,
                rate_hz=context.sample_rate,
            )
        if facts.kind == "wav":
            _check_wav(file)
        if facts.kind == "ogg":
            _check_ogg(file)
        return facts


def _read_through(recording: OpenRecording, most_seconds: float) -> float:
    """Return the seconds from the first packet of sound to the end of the last one."""
    first: float | None = None
    end = 0.0
    packets = decoded = 0
    for packet in recording.packets():
        if packet is None:
            continue
        if packet.pts is not None and packet.time_base is not None:
            at = float(packet.pts * packet.time_base)
            first = at if first is None else min(first, at)
            end = max(end, at + float((packet.duration or 0) * packet.time_base))
            if end - first > most_seconds:
                raise _too_long(end - first, most_seconds)
        if packets < TRIED_PACKETS:
            packets += 1
            decoded += _try(recording, packet)
    if not decoded or first is None or end <= first:
        raise unreadable(recording.kind)
    return end - first


def _try(recording: OpenRecording, packet: "Packet[AudioStream]") -> int:
    try:
        return sum(frame.samples for frame in recording.stream.decode(packet))
    except av.error.FFmpegError:
        return 0  # a player goes on too; that none can be decoded is told by who counts


def _stated_seconds(recording: OpenRecording, file: BinaryIO) -> float | None:
    """Return the length in the head of the file; None: none, or one guessed from its size."""
    kind = recording.kind.name
    if kind in {"aac", "ogg", "wav"} or (kind == "mp3" and not _counts_frames(file)):
        return None
    return recording.stated_seconds


def _counts_frames(mp3: BinaryIO) -> bool:
    position = mp3.tell()
    mp3.seek(0)
    head = mp3.read(1 << 20)
    mp3.seek(position)
    return b"Xing" in head or b"Info" in head


def _check_wav(file: BinaryIO) -> None:
    """Compare the length of the sound in the head with the file's own."""
    size = file.seek(0, os.SEEK_END)
    position = 12
    while position + 8 <= size:
        file.seek(position)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            if length not in _STREAMED and position + 8 + length > size:
                raise _truncated(f"lacks {position + 8 + length - size} of its bytes")
            return
        position += 8 + length + length % 2


def _check_ogg(file: BinaryIO) -> None:
    """Make sure that the last page is whole (RFC 3533, section 6)."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 2 * _OGG_PAGE_BYTES)
    file.seek(start)
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0:
        raise _truncated("ends with what is no part of it")
    segments = tail[page + 26] if page + 26 < len(tail) else 0
    lengths = tail[page + 27 : page + 27 + segments]
    if page + 27 + segments + sum(lengths) > len(tail) or len(lengths) < segments or not segments:
        raise _truncated("ends in the middle of a page")


def _truncated(detail: str) -> RecordingError:
    return RecordingError(
        "truncated",
        detail,
        "upload the whole file; if that is all there is, `ffmpeg -i FILE sound.flac` makes a "
        "shorter one that is whole",
    )


def _too_long(seconds: float, most_seconds: float) -> RecordingError:
    return RecordingError(
        "too_long",
        f"is at least {seconds / 60:.0f} min long, and at most {most_seconds / 60:.0f} are taken",
        "upload it in parts, or raise UPLOAD_MAX_SECONDS",
    )
