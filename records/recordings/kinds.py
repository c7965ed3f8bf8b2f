"""The kinds of recordings, told by their first bytes."""

from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

RecordingFault = Literal["empty", "kind", "unreadable", "truncated", "silent", "too_long", "odd"]
"""empty: no byte. kind: none that is taken. unreadable: broken or encrypted. truncated: its end is
missing. silent: it holds no sound. too_long: longer than the limit. odd: no recording has this."""

KINDS_TAKEN: Final = "wav, mp3, m4a, flac, ogg, aac, mp4 or webm"
_HEAD_BYTES: Final = 64
_ID3_HEADER_BYTES: Final = 10
_EBML: Final = b"\x1a\x45\xdf\xa3"
_PLAYLISTS: Final = (b"#EXTM3U", b"ffconcat", b"[playlist]", b"<?xml", b"<MPD", b"<smil")


class RecordingError(Exception):
    """A recording cannot be taken; says why and what to do, and nothing of what is in it."""

    def __init__(self, fault: RecordingFault, detail: str, remedy: str) -> None:
        super().__init__(f"{detail}; {remedy}")
        self.fault = fault
        self.detail = detail
        """What is wrong with it, as an end of "the recording ..."."""
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to pack sound into a file."""

    name: str
    """For people and programs."""
    demuxer: str
    """What FFmpeg calls that which reads it; no other is tried."""


_WAV: Final = Kind("wav", "wav")
_MP3: Final = Kind("mp3", "mp3")
_FLAC: Final = Kind("flac", "flac")
_OGG: Final = Kind("ogg", "ogg")
_AAC: Final = Kind("aac", "aac")
_MP4: Final = Kind("mp4", "mov")
_WEBM: Final = Kind("webm", "matroska")


def find_kind(file: BinaryIO) -> Kind:
    """Return the kind of a file, and go back to its beginning.

    Raises:
        RecordingError: it is empty, or of no kind that is taken.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head:
        raise RecordingError("empty", "is empty", "upload a file that holds sound")
    found: Kind | None
    if head.startswith(b"ID3") and len(head) > _ID3_HEADER_BYTES:
        # A tag with title and cover stands before the sound.
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
        )
        file.seek(_ID3_HEADER_BYTES + size)
        behind = file.read(_HEAD_BYTES)
        found = _kind_of(behind) or _MP3
    else:
        found = _kind_of(head)
    file.seek(0)
    if found is None:
        raise _refuse(head)
    return found


def _kind_of(head: bytes) -> Kind | None:
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return _WAV
    if head.startswith(b"fLaC"):
        return _FLAC
    if head.startswith(b"OggS"):
        return _OGG
    if head.startswith(_EBML):
        return _WEBM
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide"}:
        return _MP4
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # ADTS, the frames of AAC, has MPEG's sync word with the layer that MPEG left out.
        return _AAC if head[1] & 0xF6 == 0xF0 else _MP3
    return None


def _refuse(head: bytes) -> RecordingError:
    if head.lstrip().startswith(_PLAYLISTS):
        return RecordingError(
            "kind",
            "is a playlist, which names other files instead of holding sound",
            f"upload the sound itself, as {KINDS_TAKEN}",
        )
    return RecordingError(
        "kind",
        "is no sound of a kind that is taken, whatever its name says",
        f"convert it to {KINDS_TAKEN} (`ffmpeg -i FILE sound.flac` does)",
    )
