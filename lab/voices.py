"""Gives the lines of a call their voices, with flite, and keeps them beside the call file."""

import hashlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import soundfile
from pydantic import BaseModel, ConfigDict, ValidationError

from lab.call_file import CallFile, Voice, find_words, spoken_words

SAMPLE_RATE_HZ: Final = 16000
INDEX_NAME: Final = "index.json"
_PAUSE: Final = "pau"
_PHONE: Final = re.compile(r"(\S+):(\d+\.\d+)")
_LONGEST_RENDER_SECONDS: Final = 60


class VoiceError(Exception):
    """A line cannot be given its voice; the text says what to do about it."""


class WordEnd(BaseModel):
    """When a word of a line is over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str
    """As the call file spells it."""
    end_seconds: float
    """From the start of the line's audio, by the renderer's own timing."""


class RenderedLine(BaseModel):
    """The audio of one line: mono, 16 kHz, 16 bit FLAC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    """Name in the call's folder."""
    words: str
    """What is said."""
    voice: Voice
    seconds: float
    """Length of the audio, with the voice's own silence around it."""
    sha256: str
    """Of the file, in hex."""
    word_ends: tuple[WordEnd, ...]

    def phrase_end_seconds(self, phrase: str) -> float:
        """Return when a phrase is over, from the start of the line's audio.

        Raises:
            VoiceError: these words do not stand in a row in the line.
        """
        spoken: list[str] = []
        ends: list[float] = []
        for each in self.word_ends:
            parts = spoken_words(each.word)
            spoken += parts
            ends += [each.end_seconds] * len(parts)
        wanted = spoken_words(phrase)
        start = find_words(spoken, wanted)
        if start is None:
            raise VoiceError(f"{phrase!r} is not said in {self.file}: use words of that line")
        return ends[start + len(wanted) - 1]


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
        call: the call.
        folder: where the audio and its index are kept.
        progress: told one short text for each line.

    Raises:
        VoiceError: flite is missing or fails, or the index cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = {line.file: line for line in read_index(folder).lines}
    kept: list[RenderedLine] = []
    for number, line in enumerate(call.lines, start=1):
        file, voice = line_file(number, line.who), call.participant(line.who).voice
        rendered = known.pop(file, None)
        fresh = rendered is not None and _is_current(rendered, line.say, voice, folder)
        if rendered is None or not fresh:
            rendered = _render(line.say, voice, folder / file)
        kept.append(rendered)
        done = "kept" if fresh else "rendered"
        progress(f"{number}/{len(call.lines)} {file} {rendered.seconds:.1f} s {done}")
    for stale in known:
        (folder / stale).unlink(missing_ok=True)
    index = VoiceIndex(lines=tuple(kept))
    (folder / INDEX_NAME).write_text(_index_text(index), encoding="utf-8")
    return index


def timed_phones(printed: str) -> list[tuple[str, float]]:
    """Return the phones and their ends in seconds from what `flite -psdur` prints."""
    return [(phone, float(end)) for phone, end in _PHONE.findall(printed)]


def word_ends(words: list[str], phone_counts: list[int], printed: str) -> tuple[WordEnd, ...]:
    """Map the words of a line to the ends of their last phones.

    Args:
        words: the line's words.
        phone_counts: for each word, the phones of the line up to and including it.
        printed: what `flite -psdur` prints for the whole line.

    Raises:
        VoiceError: words and phones do not fit together.
    """
    ends = [end for phone, end in timed_phones(printed) if phone != _PAUSE]
    if not ends or phone_counts != sorted(phone_counts) or phone_counts[-1:] != [len(ends)]:
        raise VoiceError("flite's timing does not fit the words: write signs and numbers in words")
    return tuple(
        WordEnd(word=word, end_seconds=ends[max(count, 1) - 1])
        for word, count in zip(words, phone_counts, strict=True)
    )


def _index_text(index: VoiceIndex) -> str:
    # One row for each line of the call: a changed line is one changed row in a diff.
    rows = ",\n".join(line.model_dump_json() for line in index.lines)
    return f'{{"lines": [\n{rows}\n]}}\n'


def _is_current(rendered: RenderedLine, words: str, voice: Voice, folder: Path) -> bool:
    path = folder / rendered.file
    same = (rendered.words, rendered.voice) == (words, voice)
    return same and path.exists() and _sha256(path) == rendered.sha256


def _render(words: str, voice: Voice, path: Path) -> RenderedLine:
    wave = path.with_suffix(".wav")
    try:
        printed = _flite("-psdur", voice, words, str(wave))
        samples, rate = soundfile.read(io.BytesIO(wave.read_bytes()), dtype="int16")
    finally:
        wave.unlink(missing_ok=True)
    if rate != SAMPLE_RATE_HZ or samples.ndim != 1:
        raise VoiceError(
            f"flite's voice {voice} is not mono at {SAMPLE_RATE_HZ} Hz: use slt or rms"
        )
    soundfile.write(path, samples, rate, format="FLAC", subtype="PCM_16", compression_level=1.0)
    spoken = words.split()
    # flite prints phones without their words. How many phones the first n words have tells
    # which phone ends word n; a word's neighbours change its sounds, hardly ever their number.
    counts = [
        sum(phone != _PAUSE for phone in _flite("-ps", voice, " ".join(spoken[:n]), "none").split())
        for n in range(1, len(spoken) + 1)
    ]
    return RenderedLine(
        file=path.name,
        words=words,
        voice=voice,
        seconds=round(len(samples) / rate, 3),
        sha256=_sha256(path),
        word_ends=word_ends(spoken, counts, printed),
    )


def _flite(print_option: str, voice: Voice, words: str, wave: str) -> str:
    flite = shutil.which("flite")
    if flite is None:
        raise VoiceError("flite is not on the PATH: sudo apt-get install flite")
    command = [flite, "-voice", voice, print_option, "-t", words, "-o", wave]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=_LONGEST_RENDER_SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise VoiceError(
            f"flite could not speak a line of {len(words)} letters: shorten it, or try "
            f"`flite -voice {voice} -t hello -o hello.wav` by hand"
        ) from error
    return ran.stdout


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
