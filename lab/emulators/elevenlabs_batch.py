"""The batch endpoint of the emulated ElevenLabs: its form and its answer."""

import io
import wave
from typing import Any, Final

import numpy as np
from aiohttp import web
from multidict import MultiDictProxy

from lab.emulators.elevenlabs_messages import (
    BATCH_LONGEST_KEYTERM,
    BATCH_MOST_KEYTERMS,
    words_evenly,
)
from lab.emulators.recognition import SAMPLE_RATE_HZ

_STEP: Final = SAMPLE_RATE_HZ // 50
_SILENCE_POWER: Final = 100.0**2
_PAUSE_STEPS: Final = 25
_AROUND_STEPS: Final = 10
_FIELD_NAMES: Final = """
    model_id file language_code tag_audio_events num_speakers timestamps_granularity diarize
    diarization_threshold detect_speaker_roles use_multi_channel file_format keyterms
    entity_detection entity_redaction additional_formats no_verbatim webhook webhook_metadata
    temperature seed transcript_edit
"""
_FIELDS: Final = frozenset(_FIELD_NAMES.split())


def batch_audio(fields: MultiDictProxy[str | bytes | bytearray | web.FileField]) -> bytes:
    """Return the audio of a batch request, mono 16-bit PCM at 16 kHz.

    Raises:
        ValueError: The request is not what the service, or this emulator of it, takes.
    """
    if unknown := set(fields) - _FIELDS:
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    if fields.get("model_id") not in {"scribe_v1", "scribe_v2"}:
        raise ValueError("model_id is not a batch model")
    terms = fields.getall("keyterms", [])
    if len(terms) > BATCH_MOST_KEYTERMS or any(
        len(str(term)) > BATCH_LONGEST_KEYTERM for term in terms
    ):
        raise ValueError("keyterms: too many, or one is too long")
    if not isinstance(file := fields.get("file"), web.FileField):
        raise ValueError("file is missing")  # noqa: TRY004 - a wrong request, not a wrong type
    content: bytes = file.file.read()
    if fields.get("file_format") == "pcm_s16le_16":
        return content
    try:
        with wave.open(io.BytesIO(content)) as audio:
            shape = audio.getnchannels(), audio.getsampwidth(), audio.getframerate()
            pcm: bytes = audio.readframes(audio.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError("file is no WAV, and the emulator knows nothing else") from error
    if shape != (1, 2, SAMPLE_RATE_HZ):
        raise ValueError("file is not mono 16-bit at 16 kHz, and the emulator knows nothing else")
    return pcm


def turns(pcm: bytes) -> list[tuple[float, bytes]]:
    """Cut a recording at its pauses, as diarization sees it: seconds before each turn, and it.

    The emulator knows no voices: whoever speaks after a pause is the other one of two.
    """
    samples = np.frombuffer(pcm, np.int16).astype(np.float64)
    steps = len(samples) // _STEP
    power = np.square(samples[: steps * _STEP]).reshape(-1, _STEP).mean(axis=1)
    loud = np.flatnonzero(power > _SILENCE_POWER)
    if not len(loud):
        return []
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > _PAUSE_STEPS) + 1)
    found = []
    for part in parts:
        first, last = max(0, int(part[0]) - _AROUND_STEPS), int(part[-1]) + 1 + _AROUND_STEPS
        found.append((first * _STEP / SAMPLE_RATE_HZ, pcm[2 * first * _STEP : 2 * last * _STEP]))
    return found


def diarized_answer(
    heard: list[tuple[float, float, str]], seconds: float, number: int
) -> dict[str, Any]:
    """Return the answer of a batch request that asked who speaks.

    Args:
        heard: of each turn when it begins, how long it is, and its text.
        seconds: length of the recording.
        number: of the request.
    """
    words: list[dict[str, Any]] = []
    for turn, (start, length, text) in enumerate(heard):
        for word in words_evenly(text, length):
            times = {"start": word["start"] + start, "end": word["end"] + start}
            words.append({**word, **times, "speaker_id": f"speaker_{turn % 2}"})
    text = " ".join(text for _, _, text in heard if text)
    return {**batch_answer(text, seconds, number), "words": words}


def batch_answer(text: str, seconds: float, number: int) -> dict[str, Any]:
    """Return the answer of a batch request."""
    return {
        "language_code": "eng",
        "language_probability": 1.0,
        "text": text,
        "words": words_evenly(text, seconds),
        "transcription_id": f"transcription-{number}",
        "audio_duration_secs": seconds,
    }
