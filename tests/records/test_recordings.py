"""What recordings are, by their content; and what is refused, with its reason and remedy."""

import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest

from records.recordings import RecordingError, RecordingFault, check_recording
from tests.made_recordings import KINDS, RATE_HZ, break_middle, talk, write_recording

pytestmark = pytest.mark.unit

HOURS = 6 * 3600.0
SECONDS = len(talk()) / RATE_HZ


async def refused(path: Path, most_seconds: float = HOURS) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        await check_recording(path, most_seconds=most_seconds)
    assert caught.value.detail
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("ending", KINDS)
async def test_every_kind_is_told_by_its_content_whatever_its_name(
    tmp_path: Path, ending: str
) -> None:
    path = write_recording(tmp_path / f"talk.{ending}").rename(tmp_path / "talk.pdf")
    facts = await check_recording(path, most_seconds=HOURS)
    assert facts.kind == {"m4a": "mp4"}.get(ending, ending)
    assert facts.channels == 1
    assert facts.seconds == pytest.approx(SECONDS, abs=0.2)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


PLAYLISTS = {
    "hls.mp3": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n",
    "concat.wav": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "dash.mp4": b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:1/</BaseURL></MPD>',
}


@pytest.mark.parametrize("name", PLAYLISTS)
async def test_a_playlist_is_refused_and_what_it_names_is_not_opened(
    tmp_path: Path, name: str
) -> None:
    error = await refused(write(tmp_path / name, PLAYLISTS[name]))
    assert error.fault == "kind"
    assert "playlist" in error.detail


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("empty.wav", b"", "empty"),
        ("letter.mp3", b"Dear Ana,\nthe contract is ready.\n", "kind"),
        ("picture.wav", b"\x89PNG\r\n\x1a\n" + bytes(100), "kind"),
        ("noise.mp4", b"\0\0\0\x20ftypisom" + os.urandom(5000), "unreadable"),
        ("noise.webm", b"\x1a\x45\xdf\xa3" + os.urandom(5000), "unreadable"),
        ("noise.flac", b"fLaC" + os.urandom(5000), "unreadable"),
        ("noise.ogg", b"OggS" + os.urandom(5000), "unreadable"),
        ("head.mp3", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10), "unreadable"),
    ],
)
async def test_what_is_no_recording_is_refused(
    tmp_path: Path, name: str, content: bytes, fault: RecordingFault
) -> None:
    assert (await refused(write(tmp_path / name, content))).fault == fault


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "m4a", "mp4", "mp3"])
async def test_a_recording_without_its_end_is_refused(tmp_path: Path, ending: str) -> None:
    path = write_recording(tmp_path / f"talk.{ending}")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert (await refused(path)).fault in {"truncated", "unreadable"}


async def test_a_recording_with_a_broken_place_is_as_long_as_without(tmp_path: Path) -> None:
    path = break_middle(write_recording(tmp_path / "talk.ogg"))
    facts = await check_recording(path, most_seconds=HOURS)
    assert facts.seconds == pytest.approx(SECONDS, abs=0.2)


async def test_a_picture_without_sound_is_refused(tmp_path: Path) -> None:
    import av
    import numpy as np

    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=1)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
        container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
    assert (await refused(path)).fault == "silent"


async def test_a_longer_recording_than_is_taken_is_refused(tmp_path: Path) -> None:
    error = await refused(write_recording(tmp_path / "talk.flac"), most_seconds=SECONDS - 1)
    assert error.fault == "too_long"
    assert "UPLOAD_MAX_SECONDS" in error.remedy


async def test_hundreds_of_streams_are_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "streams.webm"
    with av.open(str(path), "w", format="matroska") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000) for _ in range(300)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate = 8000
        for stream in streams:
            container.mux(stream.encode(frame))
    assert (await refused(path)).fault in {"odd", "unreadable"}


def wav_head(rate_hz: int, channels: int, data_bytes: int) -> bytes:
    width = 2 * channels
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, min(rate_hz * width, 0xFFFFFFFF), width, 16)
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    return b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + head + b"data" + struct.pack("<I", data_bytes)


@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(1, 1), (2_000_000_000, 1), (16_000, 255), (0, 1)]
)
async def test_absurd_rates_and_channels_are_refused(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    content = wav_head(rate_hz, channels, 32_000) + bytes(32_000)
    assert (await refused(write(tmp_path / "odd.wav", content))).fault in {"odd", "unreadable"}


async def test_a_small_file_with_days_of_silence_is_refused(tmp_path: Path) -> None:
    """A bomb: a sparse file of 3 GB that says what it is."""
    path = write(tmp_path / "bomb.wav", wav_head(8_000, 1, 0xFFFFFFF0))
    with path.open("r+b") as file:
        file.truncate(3 << 30)
    error = await refused(path)
    assert error.fault == "too_long"


async def test_a_film_that_refers_to_another_file_is_not_followed(tmp_path: Path) -> None:
    """QuickTime's data references may name files: the sound of this one is said to be elsewhere."""
    elsewhere = write_recording(tmp_path / "elsewhere.wav")
    film = write_recording(tmp_path / "talk.mp4").read_bytes()
    own = struct.pack(">I4sI", 12, b"url ", 1)
    assert film.count(own) == 2
    # The same length, so that nothing else moves: an alias by name, and no sound of its own.
    path = write(tmp_path / "refers.mp4", film.replace(own, struct.pack(">I4sI", 12, b"alis", 0)))
    with path.open("r+b") as file:
        file.seek(film.index(b"mdat") + 4)
        file.write(bytes(1000))
    before = elsewhere.stat().st_atime_ns
    with suppress(RecordingError):
        await check_recording(path, most_seconds=HOURS)
    assert elsewhere.stat().st_atime_ns == before
