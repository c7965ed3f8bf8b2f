"""A whole recording through ElevenLabs' batch endpoint, which also says who spoke.

`POST /v1/speech-to-text` with `diarize`, as the SDK's `speech_to_text.convert` sends it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import aiohttp
from livekit.agents import APIConnectionError
from pydantic import BaseModel, ValidationError

from agent.stt.elevenlabs_errors import SessionLostError, error_of_status
from agent.stt.elevenlabs_text import language_code

MODEL: Final = "scribe_v2"
BYTES_PER_SECOND: Final = 16000 * 2
_LEAST_SECONDS: Final = 120.0
"""How long an answer may take, beside a quarter of the recording's length."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of a recording."""

    text: str
    start_seconds: float
    end_seconds: float
    speaker: str
    """The same for the same voice; empty: the service does not know."""


class _Word(BaseModel):
    text: str
    start: float | None = None
    end: float | None = None
    type: Literal["word", "spacing", "audio_event"] = "word"
    speaker_id: str | None = None


class _Answer(BaseModel):
    words: list[_Word]


class ElevenLabsRecordings:
    """Transcribes recordings, one request for each."""

    def __init__(self, *, api_key: str, base_url: str, language: str | None) -> None:
        self._api_key = api_key
        self._url = f"{base_url.rstrip('/')}/v1/speech-to-text"
        self._language = language_code(language)

    async def transcribe(self, pcm: Path, seconds: float) -> list[SpokenWord]:
        """Return the words of a recording, in order.

        Args:
            pcm: file with mono 16-bit samples at 16 kHz; it is sent block by block.
            seconds: its length.

        Raises:
            APIError: there is no transcript.
        """
        timeout = aiohttp.ClientTimeout(total=_LEAST_SECONDS + seconds / 4)
        try:
            with pcm.open("rb") as file:
                async with (
                    aiohttp.ClientSession(timeout=timeout) as http,
                    http.post(
                        self._url,
                        data=self._form(file),
                        headers={"xi-api-key": self._api_key},
                    ) as response,
                ):
                    if response.status != 200:
                        raise error_of_status(response.status)
                    answer = _Answer.model_validate_json(await response.read())
        except SessionLostError as error:
            raise APIConnectionError(f"ElevenLabs answered {error.reason}") from None
        except ValidationError:
            raise APIConnectionError("ElevenLabs' answer is not what its protocol says") from None
        except (aiohttp.ClientError, OSError) as error:
            name = type(error).__name__
            raise APIConnectionError(f"ElevenLabs gave no transcript ({name})") from None
        return [
            SpokenWord(word.text, word.start, word.end, word.speaker_id or "")
            for word in answer.words
            if word.type == "word" and word.start is not None and word.end is not None
        ]

    def _form(self, file: object) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("model_id", MODEL)
        form.add_field("file_format", "pcm_s16le_16")
        form.add_field("diarize", "true")
        form.add_field("timestamps_granularity", "word")
        form.add_field("tag_audio_events", "false")
        if self._language:
            form.add_field("language_code", self._language)
        form.add_field(
            "file", file, filename="recording.pcm", content_type="application/octet-stream"
        )
        return form
