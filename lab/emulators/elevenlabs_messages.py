"""The messages and parameters of ElevenLabs Scribe v2 realtime, as its SDK types name them."""

import base64
import binascii
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lab.emulators.elevenlabs_faults import ErrorType

MOST_KEYTERMS: Final = 50
LONGEST_KEYTERM: Final = 20
BATCH_MOST_KEYTERMS: Final = 1000
BATCH_LONGEST_KEYTERM: Final = 50

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A bare ISO 639 code; a region is refused."""
Keyterm = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEYTERM)]
_LISTS: Final = frozenset(
    {"keyterms", "secondary_languages", "entity_detection", "entity_redaction"}
)


def _query_boolean(value: object) -> object:
    if value not in {"true", "false"}:
        raise ValueError("write true or false")
    return value == "true"


Flag = Annotated[bool, BeforeValidator(_query_boolean)]


class Query(BaseModel):
    """The query parameters of a session."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model_id: Literal["scribe_v2_realtime"]
    # The emulator recognizes at one rate only.
    audio_format: Literal["pcm_16000"] = "pcm_16000"
    commit_strategy: Literal["manual"] = "manual"
    language_code: Language | None = None
    secondary_languages: tuple[Language, ...] = ()
    include_timestamps: Flag = False
    include_language_detection: Flag = False
    keyterms: Annotated[tuple[Keyterm, ...], Field(max_length=MOST_KEYTERMS)] = ()
    no_verbatim: Flag = False
    entity_detection: tuple[str, ...] = ()
    entity_redaction: tuple[str, ...] = ()
    entity_redaction_mode: str | None = None
    transcript_edit: Flag = False
    filter_background_audio: Flag = False
    enable_logging: Flag = True
    vad_silence_threshold_secs: Annotated[float, Field(ge=0.3, le=3.0)] = 1.5
    vad_threshold: Annotated[float, Field(ge=0.1, le=0.9)] = 0.4
    min_speech_duration_ms: Annotated[int, Field(ge=50, le=2000)] = 250
    min_silence_duration_ms: Annotated[int, Field(ge=50, le=2000)] = 2000


def parse_query(query: Mapping[str, Sequence[str]]) -> Query:
    """Return the parameters.

    Raises:
        ValueError: One of them is not what the service takes.
    """
    fields: dict[str, Any] = {}
    for name, values in query.items():
        if name in _LISTS:
            fields[name] = tuple(values)
        elif len(values) == 1:
            fields[name] = values[0]
        else:
            raise ValueError(f"{name} stands there {len(values)} times")
    return Query.model_validate(fields)


class AudioMessage(BaseModel):
    """What a client sends: audio, a commit, or nothing (to keep the session)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message_type: Literal["input_audio_chunk", "commit"]
    audio_base_64: str = ""
    commit: bool = False
    sample_rate: Literal[16000] = 16000
    previous_text: str | None = None

    @property
    def commits(self) -> bool:
        """Whether the audio so far is to be committed."""
        return self.commit or self.message_type == "commit"

    def pcm(self) -> bytes:
        """Return the audio.

        Raises:
            ValueError: It is not base64 of whole 16-bit samples.
        """
        try:
            pcm = base64.b64decode(self.audio_base_64, validate=True)
        except binascii.Error as error:
            raise ValueError("audio_base_64 is not base64") from error
        if len(pcm) % 2:
            raise ValueError("audio_base_64 ends within a sample")
        return pcm


def session_started(query: Query) -> dict[str, Any]:
    """Return the first message of a session."""
    return {
        "message_type": "session_started",
        "session_id": uuid.uuid4().hex,
        "config": {
            "sample_rate": 16000,
            "audio_format": query.audio_format,
            "language_code": query.language_code,
            "commit_strategy": query.commit_strategy,
            "vad_silence_threshold_secs": query.vad_silence_threshold_secs,
            "vad_threshold": query.vad_threshold,
            "min_speech_duration_ms": query.min_speech_duration_ms,
            "min_silence_duration_ms": query.min_silence_duration_ms,
            "model_id": query.model_id,
            "enable_logging": query.enable_logging,
            "include_timestamps": query.include_timestamps,
            "include_language_detection": query.include_language_detection,
            "keyterms": list(query.keyterms),
            "no_verbatim": query.no_verbatim,
        },
    }


def partial_transcript(text: str) -> dict[str, Any]:
    """Return a message with the text so far."""
    return {"message_type": "partial_transcript", "text": text}


def committed_transcript(text: str) -> dict[str, Any]:
    """Return the answer of a commit."""
    return {"message_type": "committed_transcript", "text": text}


def committed_transcript_with_timestamps(
    text: str, seconds: float, language: str | None
) -> dict[str, Any]:
    """Return the second answer of a commit; its words share the time evenly."""
    return {
        "message_type": "committed_transcript_with_timestamps",
        "text": text,
        "language_code": language,
        "words": words_evenly(text, seconds),
    }


def words_evenly(text: str, seconds: float) -> list[dict[str, Any]]:
    """Return the words of a text with times: the recognizers here know none."""
    words = text.split()
    each = seconds / max(1, len(words))
    entries: list[dict[str, Any]] = []
    for number, word in enumerate(words):
        start = number * each
        if number:
            entries.append({"text": " ", "start": start, "end": start, "type": "spacing"})
        entries.append({"text": word, "start": start, "end": start + each, "type": "word"})
    return entries


def error_message(message_type: ErrorType, text: str) -> dict[str, Any]:
    """Return an error as the service words it."""
    return {"message_type": message_type, "error": text}
