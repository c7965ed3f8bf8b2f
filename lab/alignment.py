"""Finds out when each word of real speech is over, from the audio and its words."""

import re
import shutil
import subprocess
from typing import Any, Final

import numpy as np
import pocketsphinx

from lab.sound import SAMPLE_RATE_HZ, Samples
from lab.words import spoken_words

_VARIANT: Final = re.compile(r"\(\d+\)$")
_FRAMES_PER_SECOND: Final = 100
_LETTERS_TO_SOUNDS_SECONDS: Final = 20
_QUIET: Final = np.zeros(SAMPLE_RATE_HZ // 4, np.int16)
"""Around the audio: the recognizer expects silence before the first word and after the last."""


class AlignmentError(Exception):
    """Words and audio could not be brought together; the text says why."""


def align(samples: Samples, words: str) -> list[float]:
    """Return when each spoken word of a text is over, in seconds from the start of the audio.

    Forced alignment of pocketsphinx: it is told the words and finds their places, within some
    30 ms of a renderer's own timing.

    Raises:
        AlignmentError: a word cannot be pronounced, or the audio does not hold these words.
    """
    wanted = spoken_words(words)
    if not wanted:
        raise AlignmentError("there are no words to find")
    decoder = pocketsphinx.Decoder(
        samprate=float(SAMPLE_RATE_HZ), loglevel="FATAL", lm=None, topn=16
    )
    for word in sorted(set(wanted)):
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, pronounced(word), True)
    try:
        decoder.set_align_text(" ".join(wanted))
        decoder.start_utt()
        decoder.process_raw(np.concatenate((_QUIET, samples, _QUIET)).tobytes(), full_utt=True)
        decoder.end_utt()
    except RuntimeError as error:
        raise AlignmentError("the recognizer refused the audio") from error
    found = [(_VARIANT.sub("", each.word), each) for each in _segments(decoder)]
    spoken = [(word, each) for word, each in found if not word.startswith("<")]
    if [word for word, _ in spoken] != wanted:
        raise AlignmentError("the audio does not seem to hold these words")
    lead = len(_QUIET) / SAMPLE_RATE_HZ
    return [(each.end_frame + 1) / _FRAMES_PER_SECOND - lead for _, each in spoken]


def pronounced(word: str) -> str:
    """Return the sounds of a word that the recognizer's dictionary lacks, as flite reads it.

    Raises:
        AlignmentError: flite is missing, or cannot read the word.
    """
    flite = shutil.which("flite")
    if flite is None:
        raise AlignmentError(
            "a word is not in the recognizer's dictionary, and flite, which knows how to "
            "pronounce it, is not on the PATH: sudo apt-get install flite"
        )
    command = [flite, "-ps", "-t", word, "none"]
    try:
        printed = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_LETTERS_TO_SOUNDS_SECONDS,
            check=True,
        ).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise AlignmentError("flite cannot pronounce a word") from error
    # flite writes the same sounds in small letters, and has one more for an unstressed "a".
    sounds = [phone.upper() for phone in printed.split() if phone != "pau"]
    return " ".join("AH" if sound == "AX" else sound for sound in sounds)


def _segments(decoder: Any) -> list[Any]:
    try:
        return list(decoder.seg() or ())
    except RuntimeError:
        return []
