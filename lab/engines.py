"""Speaks a line with flite or espeak-ng, and tells when each word is over."""

import io
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import soundfile

from lab.alignment import AlignmentError, align
from lab.call_parts import EspeakVoice, FliteVoice, Voice
from lab.sound import Samples, resampled, sound_bounds_seconds, without_pause
from lab.words import spoken_words

_PAUSE: Final = "pau"
_PHONE: Final = re.compile(r"(\S+):(\d+\.\d+)")
_LONGEST_RENDER_SECONDS: Final = 60


class VoiceError(Exception):
    """A line cannot be given its voice; the text says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenAudio:
    """A line's speech with its times in seconds from the start of the audio."""

    samples: Samples
    speech_start_seconds: float
    speech_end_seconds: float
    word_ends: tuple[tuple[str, float], ...]
    """Each word as it is written, and its end; empty when only the speech's bounds are known."""
    untimed: str | None = None
    """Why the words have no times; None when they have."""


def speak(words: str, voice: Voice) -> SpokenAudio:
    """Let a voice say something.

    Raises:
        VoiceError: the engine is missing or fails, or is silent.
    """
    if isinstance(voice, EspeakVoice):
        return timed_speech(_espeak(words, voice), words)
    return _flite_speech(words, voice)


def timed_speech(samples: Samples, words: str) -> SpokenAudio:
    """Return speech of any origin with the times of its words, as far as they can be found.

    Raises:
        VoiceError: nothing is to be heard.
    """
    bounds = sound_bounds_seconds(samples)
    if bounds is None:
        raise VoiceError("the audio is silent: give the line speech that can be heard")
    start, end = bounds
    try:
        ends = align(samples, words)
    except AlignmentError as error:
        return SpokenAudio(
            samples=samples,
            speech_start_seconds=round(start, 3),
            speech_end_seconds=round(end, 3),
            word_ends=(),
            untimed=str(error),
        )
    # The recognizer lets a word reach into the pause behind it; loudness knows better.
    starts = [0.0, *ends]
    heard = [without_pause(samples, *bounds) for bounds in zip(starts, ends, strict=False)]
    timed = tuple((word, round(min(each, end), 3)) for word, each in _by_written_word(words, heard))
    return SpokenAudio(
        samples=samples,
        speech_start_seconds=round(start, 3),
        speech_end_seconds=round(end, 3),
        word_ends=timed,
    )


def timed_phones(printed: str) -> list[tuple[str, float]]:
    """Return the phones and their ends in seconds from what `flite -psdur` prints."""
    return [(phone, float(end)) for phone, end in _PHONE.findall(printed)]


def word_ends(
    words: list[str], phone_counts: list[int], printed: str
) -> tuple[tuple[str, float], ...]:
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
        (word, ends[max(count, 1) - 1]) for word, count in zip(words, phone_counts, strict=True)
    )


def _by_written_word(words: str, ends: list[float]) -> list[tuple[str, float]]:
    """Give each written word the end of its last spoken one: a follow-up is two."""
    timed: list[tuple[str, float]] = []
    position = 0
    for word in words.split():
        position += len(spoken_words(word))
        timed.append((word, ends[max(position, 1) - 1]))
    return timed


def _flite_speech(words: str, voice: FliteVoice) -> SpokenAudio:
    samples, printed = flite_audio(words, voice)
    spoken = words.split()
    # flite prints phones without their words. How many phones the first n words have tells
    # which phone ends word n; a word's neighbours change its sounds, hardly ever their number.
    counts = [
        sum(phone != _PAUSE for phone in _flite("-ps", voice, " ".join(spoken[:n]), "none").split())
        for n in range(1, len(spoken) + 1)
    ]
    ends = word_ends(spoken, counts, printed)
    phones = timed_phones(printed)
    first = next(index for index, (phone, _) in enumerate(phones) if phone != _PAUSE)
    return SpokenAudio(
        samples=samples,
        speech_start_seconds=phones[first - 1][1] if first else 0.0,
        speech_end_seconds=ends[-1][1],
        word_ends=ends,
    )


def flite_audio(words: str, voice: FliteVoice) -> tuple[Samples, str]:
    """Return what a voice of flite says, and the phones with their ends as flite prints them.

    Raises:
        VoiceError: flite is missing or fails.
    """
    with tempfile.TemporaryDirectory(prefix="sidenote-lab-") as folder:
        wave = Path(folder) / "line.wav"
        printed = _flite("-psdur", voice, words, str(wave))
        return _read(wave), printed


def _flite(print_option: str, voice: FliteVoice, words: str, wave: str) -> str:
    flite = _found("flite")
    return _printed([flite, "-voice", voice, print_option, "-t", words, "-o", wave], words)


def _espeak(words: str, voice: EspeakVoice) -> Samples:
    espeak = _found("espeak-ng")
    options = ["-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch)]
    with tempfile.TemporaryDirectory(prefix="sidenote-lab-") as folder:
        wave = Path(folder) / "line.wav"
        # "--" so that a line that begins with a minus sign is no option.
        _printed([espeak, *options, "-w", str(wave), "--", words], words)
        return _read(wave)


def _found(engine: str) -> str:
    path = shutil.which(engine)
    if path is None:
        raise VoiceError(f"{engine} is not on the PATH: sudo apt-get install {engine}")
    return path


def _printed(command: list[str], words: str) -> str:
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=_LONGEST_RENDER_SECONDS, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        engine = Path(command[0]).name
        raise VoiceError(
            f"{engine} could not speak a line of {len(words)} letters with "
            f"`{engine} {' '.join(command[1:3])}`: shorten it, or try another voice"
        ) from error
    return ran.stdout


def _read(wave: Path) -> Samples:
    try:
        samples, rate = soundfile.read(io.BytesIO(wave.read_bytes()), dtype="int16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise VoiceError("the engine wrote no audio: try another voice") from error
    return resampled(samples, rate)
