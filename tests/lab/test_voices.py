"""How lines get their voices, and what is known about the result."""

import hashlib
from pathlib import Path

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
    timed_phones,
    voices_folder,
    word_ends,
)

pytestmark = pytest.mark.unit

CALLS = Path(__file__).parents[2] / "lab" / "calls"
PRINTED = "pau:0.2 g:0.3 uh:0.4 d:0.5 pau:0.7 b:0.8 eh:0.9 n:1.1 pau:1.3 \n"
CALL = """\
title: T
purpose: P
playbook: sales
participants: [{identity: ana, name: Ana, role: host, voice: slt}]
lines: [{who: ana, say: Good morning.}]
"""


def rendered(words: tuple[WordEnd, ...]) -> RenderedLine:
    return RenderedLine(
        file="01-ana.flac", words="...", voice="slt", seconds=9, sha256="", word_ends=words
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
        word_ends=(),
    )


def write_index(folder: Path, *lines: RenderedLine) -> None:
    (folder / "index.json").write_text(VoiceIndex(lines=lines).model_dump_json())


def test_file_names_follow_the_order_of_the_lines() -> None:
    assert line_file(7, "ana") == "07-ana.flac"
    assert voices_folder(Path("calls/sales.yaml")) == Path("calls/sales")


def test_phones_are_read_with_their_ends() -> None:
    assert timed_phones(PRINTED)[:2] == [("pau", 0.2), ("g", 0.3)]


def test_a_word_ends_with_its_last_phone_and_not_with_the_pause_behind_it() -> None:
    ends = word_ends(["Good,", "Ben"], [3, 6], PRINTED)
    assert [each.end_seconds for each in ends] == [0.5, 1.1]


@pytest.mark.parametrize("counts", [[3, 5], [4, 3], []])
def test_words_that_do_not_fit_the_phones_are_refused(counts: list[int]) -> None:
    with pytest.raises(VoiceError, match="timing does not fit"):
        word_ends(["Good,", "Ben"], counts, PRINTED)


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
        rendered(()).phrase_end_seconds("security review")


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


@pytest.mark.parametrize("path", sorted(CALLS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_voices_in_the_tree_are_those_of_the_call(path: Path) -> None:
    call = load_call(path)
    folder = voices_folder(path)
    index = read_index(folder)
    assert [line.words for line in index.lines] == [line.say for line in call.lines]
    for number, (line, said) in enumerate(zip(index.lines, call.lines, strict=True), start=1):
        audio = soundfile.info(folder / line.file)
        assert line.file == line_file(number, said.who)
        assert (audio.samplerate, audio.channels, audio.format) == (16000, 1, "FLAC")
        assert audio.duration == pytest.approx(line.seconds, abs=0.01)
        assert line.sha256 == hashlib.sha256((folder / line.file).read_bytes()).hexdigest()
        ends = [each.end_seconds for each in line.word_ends]
        assert ends == sorted(ends)
        assert 0 < ends[0] <= ends[-1] < line.seconds
    for point in call.expectations.talking_points:
        if isinstance(point.line, str):
            (meant,) = call.lines_meant(point)
            assert index.lines[meant].phrase_end_seconds(point.line) > 0
