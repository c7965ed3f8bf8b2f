"""The messages, parameters and faults of the emulated ElevenLabs text to speech."""

import asyncio
import base64
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from lab.call_parts import FliteVoice
from lab.engines import flite_audio
from lab.sound import SAMPLE_RATE_HZ

LONGEST_TEXT: Final = 40_000
MOST_CONTEXTS: Final = 5
PIECE_BYTES: Final = SAMPLE_RATE_HZ // 10 * 2
"""A tenth of a second: what one write or one message carries."""


class SpeechFault(BaseModel):
    """One thing that goes wrong with the next request, or the next context of a websocket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["status", "slow", "cut"]
    """status: answered with the HTTP status `status` (a websocket: at its handshake). slow: the
    first audio comes `seconds` late. cut: the connection breaks after `seconds` of audio."""
    status: Annotated[int, Field(ge=300, le=599)] = 401
    seconds: Annotated[float, Field(ge=0)] = 1.0
    times: Annotated[int, Field(ge=1)] | None = 1
    """How often; None: every time."""


SPEECH_FAULTS: Final = TypeAdapter(list[SpeechFault])


@dataclass(slots=True)
class SpeechRecord:
    """What the emulator has received since it began."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the HTTP requests with known keys, without voice settings."""
    sockets: int = 0
    contexts: list[str] = field(default_factory=list)
    """Ids of the contexts that were opened."""
    characters: int = 0
    """Characters of text that were taken to be spoken: what is billed."""


class VoiceSettings(BaseModel):
    """How a voice sounds; the emulated ones cannot follow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stability: float | None = None
    similarity_boost: float | None = None
    style: float | None = None
    speed: float | None = None
    use_speaker_boost: bool | None = None


class SpeechRequest(BaseModel):
    """The body of the HTTP stream."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    model_id: Annotated[str, Field(pattern=r"^eleven_[a-z0-9_]+$")] = "eleven_multilingual_v2"
    language_code: str | None = None
    voice_settings: VoiceSettings | None = None
    previous_text: str | None = None
    next_text: str | None = None
    seed: int | None = None


class StreamQuery(BaseModel):
    """The query of the HTTP stream; flite speaks at one rate only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output_format: Literal["pcm_16000"]
    enable_logging: Literal["true", "false"] = "true"
    optimize_streaming_latency: Annotated[int, BeforeValidator(int), Field(ge=0, le=4)] = 0


class SocketQuery(BaseModel):
    """The query of the multi-context websocket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model_id: Annotated[str, Field(pattern=r"^eleven_[a-z0-9_]+$")] = "eleven_multilingual_v2"
    output_format: Literal["pcm_16000"]
    language_code: str | None = None
    enable_ssml_parsing: Literal["true", "false"] = "false"
    enable_logging: Literal["true", "false"] = "true"
    inactivity_timeout: Annotated[int, BeforeValidator(int), Field(ge=1, le=180)] = 20
    apply_text_normalization: Literal["auto", "on", "off"] = "auto"
    sync_alignment: Literal["true", "false"] = "false"
    auto_mode: Literal["true", "false"] = "false"


class ContextMessage(BaseModel):
    """What a client sends: text for a context, its end, or the end of all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    context_id: str = "default"
    voice_settings: VoiceSettings | None = None
    generation_config: dict[str, Any] | None = None
    flush: bool = False
    close_context: bool = False
    close_socket: bool = False


def audio_message(pcm: bytes, text: str, context_id: str) -> dict[str, Any]:
    """Return a message with audio; its text shares the time evenly: flite's times are unknown."""
    each_ms = len(pcm) / 2 / SAMPLE_RATE_HZ * 1000 / max(1, len(text))
    alignment = {
        "chars": list(text),
        "charStartTimesMs": [round(at * each_ms) for at in range(len(text))],
        "charDurationsMs": [round(each_ms)] * len(text),
    }
    return {
        "audio": base64.b64encode(pcm).decode(),
        "contextId": context_id,
        "alignment": alignment,
        "normalizedAlignment": alignment,
    }


def final_message(context_id: str) -> dict[str, Any]:
    """Return the last message of a context."""
    return {"isFinal": True, "contextId": context_id}


def error_message(text: str, context_id: str) -> dict[str, Any]:
    """Return an error of a context."""
    return {"error": text, "contextId": context_id}


def refusal(status: int) -> web.Response:
    """Return an error of the HTTP stream as the service words it."""
    names = {
        401: "invalid_api_key",
        402: "quota_exceeded",
        404: "voice_not_found",
        422: "invalid_parameters",
        429: "too_many_concurrent_requests",
    }
    detail = {"status": names.get(status, "error"), "message": "played by script, or wrong"}
    return web.json_response({"detail": detail}, status=status)


async def speak(text: str, voice: FliteVoice) -> list[bytes]:
    """Return a text as mono 16-bit PCM, in pieces of `PIECE_BYTES`.

    Raises:
        VoiceError: flite is missing or fails.
    """
    samples, _ = await asyncio.to_thread(flite_audio, text, voice)
    pcm = samples.tobytes()
    return [pcm[start : start + PIECE_BYTES] for start in range(0, len(pcm), PIECE_BYTES)]
