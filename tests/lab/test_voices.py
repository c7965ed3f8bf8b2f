"""How lines get their voices, and what is known about the result."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab.call_file import load_call, parse_call
from lab.voices import (
    RenderedLine,
    VoiceError,
    VoiceIndex,
    WordEnd,
    line_file,
    read_index,
    render_call,
    voices_folder,
)

pytestmark = pytest.mark.unit

SALES = Path(__file__).parents[2] / "lab" / "calls" / "sales"
CALL = """\
title: T
purpose: P
playbook: sales
participants: [{identity: ana, name: Ana, role: host, voice: slt}]
lines: [{who: ana, say: Good morning.}]
"""


def rendered(words: tuple[WordEnd, ...]) -> RenderedLine:
    return RenderedLine(
        file="01-ana.flac",
        words="A security review",
        voice="slt",
        seconds=9,
        sha256="",
        timing="flite" if words else "energy",
        speech_start_seconds=0.1,
        speech_end_seconds=8.0,
        word_ends=words,
    )


def kept(folder: Path, file: str, words: str) -> RenderedLine:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(b"audio")
    return RenderedLine(
        file=file,
        words=words,
        voice="slt",
        seconds=1.0,
        sha256=hashlib.sha256(b"audio").hexdigest(),
        timing="energy",
        speech_start_seconds=0.0,
        speech_end_seconds=1.0,
        word_ends=(),
    )


def write_index(folder: Path, *lines: RenderedLine) -> None:
    (folder / "index.json").write_text(VoiceIndex(lines=lines).model_dump_json())


def test_file_names_follow_the_order_of_the_lines() -> None:
    assert line_file(7, "ana") == "07-ana.flac"
    assert voices_folder(Path("calls/sales.yaml")) == Path("calls/sales")


def test_a_phrase_ends_with_its_last_word() -> None:
    line = rendered(
        tuple(
            WordEnd(word=word, end_seconds=end)
            for word, end in [("A", 0.1), ("follow-up", 0.9), ("security", 1.5), ("review,", 2.0)]
        )
    )
    assert line.phrase_end_seconds("Security review") == 2.0
    assert line.phrase_end_seconds("a follow") == 0.9


def test_a_phrase_that_is_not_said_is_refused() -> None:
    with pytest.raises(VoiceError, match="is not said"):
        rendered(()).phrase_end_seconds("the price")


def test_without_times_of_the_words_a_phrase_ends_with_the_speech() -> None:
    assert rendered(()).phrase_end_seconds("a security") == 8.0


def test_nothing_rendered_is_an_empty_index(tmp_path: Path) -> None:
    assert read_index(tmp_path).lines == ()


def test_a_broken_index_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{}?")
    with pytest.raises(VoiceError, match="remove it and render again"):
        read_index(tmp_path)


def test_a_line_that_is_there_is_kept_and_a_stale_one_removed(tmp_path: Path) -> None:
    current = kept(tmp_path, "01-ana.flac", "Good morning.")
    stale = kept(tmp_path, "02-ana.flac", "Good night.")
    write_index(tmp_path, current, stale)
    told: list[str] = []
    index = render_call(parse_call(CALL, Path("c.yaml")), tmp_path, told.append)
    assert index.lines == read_index(tmp_path).lines == (current,)
    assert told == ["1/1 01-ana.flac 1.0 s kept"]
    assert not (tmp_path / "02-ana.flac").exists()


@pytest.mark.parametrize("change", ["words", "audio"])
def test_changed_words_or_audio_need_flite_and_say_how_to_get_it(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Good night." if change == "words" else "Good morning."
    write_index(tmp_path, kept(tmp_path, "01-ana.flac", words))
    if change == "audio":
        (tmp_path / "01-ana.flac").write_bytes(b"other audio")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VoiceError, match="sudo apt-get install flite"):
        render_call(parse_call(CALL, Path("c.yaml")), tmp_path)


def spoken_call(folder: Path, more: str = "wav: speech/hello.ogg") -> Path:
    """A call whose only line is real speech, in stereo at another rate."""
    audio, rate = soundfile.read(SALES / "02-ben.flac", dtype="int16")
    assert rate == 16000
    (folder / "speech").mkdir()
    stereo = np.stack((audio, audio), axis=1)
    soundfile.write(folder / "speech" / "hello.ogg", stereo, 16000)
    text = CALL.replace("voice: slt", "voice: null").replace(
        "say: Good morning.", f"say: Good morning. I am happy to be here., {more}"
    )
    path = folder / "call.yaml"
    path.write_text(text)
    return path


def test_real_speech_is_found_from_the_call_file_and_its_words_get_their_times(
    tmp_path: Path,
) -> None:
    path = spoken_call(tmp_path)
    told: list[str] = []
    (line,) = render_call(load_call(path), voices_folder(path), told.append).lines
    known = read_index(SALES).lines[1]
    assert told == ["1/1 01-ana.flac 2.6 s rendered"]
    assert (line.voice, line.timing) == (None, "alignment")
    assert line.wav_sha256 is not None
    assert line.phrase_end_seconds("good morning") == pytest.approx(
        known.phrase_end_seconds("good morning"), abs=0.1
    )
    audio = soundfile.info(voices_folder(path) / line.file)
    assert (audio.samplerate, audio.channels, audio.format) == (16000, 1, "FLAC")


def test_other_speech_under_the_same_name_is_rendered_again(tmp_path: Path) -> None:
    path = spoken_call(tmp_path)
    before = render_call(load_call(path), voices_folder(path))
    again = render_call(load_call(path), voices_folder(path))
    assert again == before
    audio, _ = soundfile.read(SALES / "02-ben.flac", dtype="int16")
    soundfile.write(tmp_path / "speech" / "hello.ogg", audio // 2, 16000)
    assert render_call(load_call(path), voices_folder(path)) != before


def test_speech_with_other_words_is_rendered_and_says_what_is_not_known(tmp_path: Path) -> None:
    path = spoken_call(tmp_path)
    path.write_text(path.read_text().replace("I am happy to be here", "One two three " * 6))
    told: list[str] = []
    (line,) = render_call(load_call(path), voices_folder(path), told.append).lines
    assert (line.timing, line.word_ends) == ("energy", ())
    assert "its words have no times" in told[0]


def test_gain_makes_the_audio_quieter_and_leaves_the_times(tmp_path: Path) -> None:
    path = spoken_call(tmp_path)
    (loud,) = render_call(load_call(path), voices_folder(path)).lines
    before, _ = soundfile.read(voices_folder(path) / loud.file, dtype="int16")
    path.write_text(path.read_text().replace("hello.ogg", "hello.ogg, gain_db: -20"))
    (quiet,) = render_call(load_call(path), voices_folder(path)).lines
    after, _ = soundfile.read(voices_folder(path) / quiet.file, dtype="int16")
    assert quiet.gain_db == -20
    assert quiet.word_ends == loud.word_ends
    assert np.std(after) == pytest.approx(np.std(before) / 10, rel=0.02)


@pytest.mark.parametrize("wav", ["none.wav", "call.yaml"])
def test_speech_that_cannot_be_read_is_told_with_its_line(wav: str, tmp_path: Path) -> None:
    path = spoken_call(tmp_path, f"wav: {wav}")
    with pytest.raises(VoiceError, match=rf"line 1 of 'T': .*{wav}"):
        render_call(load_call(path), voices_folder(path))
