"""Gives the lines of a call their audio, and keeps it beside the call file."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from lab.call_file import CallFile, Line, Voice, find_words, spoken_words
from lab.engines import SpokenAudio, VoiceError, speak, timed_speech
from lab.sound import SAMPLE_RATE_HZ, SoundError, louder, read_sound, write_flac

__all__ = [
    "SAMPLE_RATE_HZ",
    "RenderedLine",
    "VoiceError",
    "VoiceIndex",
    "WordEnd",
    "line_file",
    "read_index",
    "render_call",
    "voices_folder",
]

INDEX_NAME: Final = "index.json"

Timing = Literal["flite", "alignment", "energy"]
"""Where the times come from. flite: its own; alignment: the recognizer, told the words, found
them; energy: only when the speech begins and ends is known, by its loudness."""


class WordEnd(BaseModel):
    """When a word of a line is over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str
    """As the call file spells it."""
    end_seconds: float
    """From the start of the line's audio."""


class RenderedLine(BaseModel):
    """The audio of one line: mono, 16 kHz, 16 bit FLAC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    """Name in the call's folder."""
    words: str
    """What is said."""
    voice: Voice | None
    """None: real speech."""
    gain_db: float = 0.0
    """How much louder than the voice or the recording."""
    wav_sha256: str | None = None
    """Of the recording it was made from, in hex; None: a voice spoke."""
    seconds: float
    """Length of the audio, with the voice's own silence around it."""
    sha256: str
    """Of the file, in hex."""
    timing: Timing
    speech_start_seconds: float
    """When the first sound is heard, from the start of the line's audio."""
    speech_end_seconds: float
    """When the last sound is over, from the start of the line's audio."""
    word_ends: tuple[WordEnd, ...]
    """Empty when `timing` is energy."""

    def phrase_end_seconds(self, phrase: str) -> float:
        """Return when a phrase is over, from the start of the line's audio.

        Without times of the words (`timing` is energy) this is the end of the speech.

        Raises:
            VoiceError: these words do not stand in a row in the line.
        """
        spoken: list[str] = []
        ends: list[float] = []
        for each in self._timed_words():
            parts = spoken_words(each.word)
            spoken += parts
            ends += [each.end_seconds] * len(parts)
        wanted = spoken_words(phrase)
        start = find_words(spoken, wanted)
        if start is None:
            raise VoiceError(f"{phrase!r} is not said in {self.file}: use words of that line")
        return ends[start + len(wanted) - 1]

    def timed_words(self) -> list[tuple[str, float, float]]:
        """Return the words as they are written, with their starts and ends in seconds.

        Without times of the words (`timing` is energy) they all last as long as the speech.
        """
        timed: list[tuple[str, float, float]] = []
        start = self.speech_start_seconds
        for each in self._timed_words():
            timed.append((each.word, start, each.end_seconds))
            start = each.end_seconds if self.word_ends else start
        return timed

    def _timed_words(self) -> tuple[WordEnd, ...]:
        if self.word_ends:
            return self.word_ends
        end = self.speech_end_seconds
        return tuple(WordEnd(word=word, end_seconds=end) for word in self.words.split())


class VoiceIndex(BaseModel):
    """What a folder of rendered lines holds, in the order of the lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: tuple[RenderedLine, ...] = ()


def voices_folder(call_path: Path) -> Path:
    """Return where the voices of a call file are kept: beside it, in a folder of its name."""
    return call_path.with_suffix("")


def line_file(number: int, who: str) -> str:
    """Return the file name of a line, counted from 1: `07-ana.flac`."""
    return f"{number:02d}-{who}.flac"


def read_index(folder: Path) -> VoiceIndex:
    """Return what was rendered; empty when nothing was.

    Raises:
        VoiceError: the index cannot be read.
    """
    path = folder / INDEX_NAME
    if not path.exists():
        return VoiceIndex()
    try:
        return VoiceIndex.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise VoiceError(f"{path} is no index of voices: remove it and render again") from error


def render_call(
    call: CallFile, folder: Path, progress: Callable[[str], None] = lambda _: None
) -> VoiceIndex:
    """Render the lines that are not there yet, and remove those that the call no longer has.

    Args:
        call: the call; a line's `wav` is found from the folder of `folder`, where the call is.
        folder: where the audio and its index are kept, as `voices_folder` names it.
        progress: told one short text for each line.

    Raises:
        VoiceError: an engine is missing or fails, a recording or the index cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = {line.file: line for line in read_index(folder).lines}
    kept: list[RenderedLine] = []
    for number, line in enumerate(call.lines, start=1):
        file = line_file(number, line.who)
        voice = None if line.wav else call.participant(line.who).voice
        rendered = known.pop(file, None)
        done = "kept"
        try:
            if rendered is None or not _is_current(rendered, line, voice, folder):
                rendered, done = _render(line, voice, folder / file)
        except VoiceError as error:
            raise VoiceError(f"line {number} of {call.title!r}: {error}") from error
        kept.append(rendered)
        progress(f"{number}/{len(call.lines)} {file} {rendered.seconds:.1f} s {done}")
    for stale in known:
        (folder / stale).unlink(missing_ok=True)
    index = VoiceIndex(lines=tuple(kept))
    (folder / INDEX_NAME).write_text(_index_text(index), encoding="utf-8")
    return index


def _index_text(index: VoiceIndex) -> str:
    # One row for each line of the call: a changed line is one changed row in a diff.
    rows = ",\n".join(line.model_dump_json() for line in index.lines)
    return f'{{"lines": [\n{rows}\n]}}\n'


def _is_current(rendered: RenderedLine, line: Line, voice: Voice | None, folder: Path) -> bool:
    path = folder / rendered.file
    wav_sha256 = None if line.wav is None else _sha256(folder.parent / line.wav)
    wanted = (line.say, voice, line.gain_db, wav_sha256)
    same = (rendered.words, rendered.voice, rendered.gain_db, rendered.wav_sha256) == wanted
    return same and path.exists() and _sha256(path) == rendered.sha256


def _render(line: Line, voice: Voice | None, path: Path) -> tuple[RenderedLine, str]:
    """Make a line's audio; also say in a word what was done."""
    wav = None if line.wav is None else path.parent.parent / line.wav
    spoken = _spoken(line, voice, wav)
    write_flac(path, louder(spoken.samples, line.gain_db))
    timing: Timing = "flite" if isinstance(voice, str) else "alignment"
    done = "rendered"
    if spoken.untimed is not None:
        timing = "energy"
        done = f"rendered; its words have no times: {spoken.untimed}"
    rendered = RenderedLine(
        file=path.name,
        words=line.say,
        voice=voice,
        gain_db=line.gain_db,
        wav_sha256=None if wav is None else _sha256(wav),
        seconds=round(len(spoken.samples) / SAMPLE_RATE_HZ, 3),
        sha256=_sha256(path),
        timing=timing,
        speech_start_seconds=spoken.speech_start_seconds,
        speech_end_seconds=spoken.speech_end_seconds,
        word_ends=tuple(WordEnd(word=word, end_seconds=end) for word, end in spoken.word_ends),
    )
    return rendered, done


def _spoken(line: Line, voice: Voice | None, wav: Path | None) -> SpokenAudio:
    if wav is not None:
        try:
            return timed_speech(read_sound(wav), line.say)
        except SoundError as error:
            raise VoiceError(f"{error}: check wav:, its path begins at the call file") from error
    if voice is None:
        raise VoiceError(f"{line.who!r} has no voice: give him one, or the line a wav")
    return speak(line.say, voice)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise VoiceError(f"{path} cannot be read: check the path, it begins at the call") from error
