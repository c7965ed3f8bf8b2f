"""Any server with OpenAI's `audio.transcriptions` as a LiveKit STT: one request per segment.

OpenAI and Groq, or whisper.cpp and speaches on a machine of one's own. There are no interims: the
server hears a segment when it is over. The request carries the last words of the stream, so that
names and topics are spelled alike.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal

import openai
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    APIError,
    APIStatusError,
    APITimeoutError,
    NotGivenOr,
    stt,
    utils,
)
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.stt.invented import HeardPart, is_invented
from agent.stt.segments import KeptSegment, SegmentwiseStream, final_event, kept, text_of

SHORTEST_SECONDS: Final = 0.3
"""Servers refuse audio under 0.1 s; a lone syllable gets silence behind it."""
TERMS_CHARACTERS: Final = 200
"""How much of the prompt may be key terms."""
_QUOTA_CODES: Final = frozenset(
    {"insufficient_quota", "quota_exceeded", "billing_hard_limit_reached"}
)
_REMEDIES: Final = {
    401: "; check STT_OPENAI_API_KEY or OPENAI_API_KEY",
    403: "; check what the key may use",
    404: "; check STT_OPENAI_MODEL and STT_OPENAI_BASE_URL",
    429: "; the account's limit is reached",
}


class _Transcription(BaseModel):
    """The part of an answer that is used; `json` has the text only."""

    model_config = ConfigDict(extra="ignore")

    text: str
    segments: list[HeardPart] | None = None


class OpenAIBatchSTT(stt.STT[Any]):
    """Speech to text by a server that speaks OpenAI's `audio.transcriptions`."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        model: str,
        language: str = "en",
        timeout_seconds: float = 10.0,
        context_characters: int = 200,
        key_terms: Sequence[str] = (),
    ) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self._client = openai.AsyncOpenAI(
            api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=0
        )
        self._model = model
        self._language = language
        self._timeout_seconds = timeout_seconds
        self.context_characters = context_characters
        """How much of what a stream heard last goes into its next prompt; 0: nothing."""
        self._key_terms = tuple(key_terms)
        self._terms = _join_terms(key_terms)
        # OpenAI's newer models know `json` only; with Whisper the longer form says how sure it is.
        self._verbose = not model.startswith("gpt-")
        self.invented_segments = 0
        """Segments whose text was left out because it was hardly spoken."""

    @property
    def model(self) -> str:
        return self._model

    @property
    def provider(self) -> str:
        return self._client.base_url.host

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return final_event(await self.transcribe(kept(buffer)), self._language)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> "OpenAIBatchStream":
        return OpenAIBatchStream(self, self._language)

    async def expect_names(self, words: Sequence[str]) -> None:
        """Put these first among the terms of the next prompts; see `ExpectsNames`."""
        self._terms = _join_terms((*words, *self._key_terms))

    async def aclose(self) -> None:
        await self._client.close()

    async def transcribe(self, segment: KeptSegment, context: str = "") -> str:
        """Return what was said in a segment; empty when nothing was.

        Args:
            segment: the audio.
            context: what was said before it.

        Raises:
            APIError: the server gave no usable answer.
        """
        prompt = " ".join(part for part in (self._terms, context) if part)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._request_twice(segment, prompt)
        except (TimeoutError, openai.APITimeoutError):
            raise APITimeoutError(
                f"no answer from {self.provider} within {self._timeout_seconds:g} s"
            ) from None
        except openai.APIStatusError as error:
            raise self._explain(error) from None
        except openai.APIConnectionError:
            raise APIConnectionError(f"{self.provider} cannot be reached") from None
        except (openai.APIError, ValidationError) as error:
            raise APIError(
                f"the answer of {self.provider} is not what the protocol says "
                f"({type(error).__name__}); check STT_OPENAI_BASE_URL"
            ) from None
        text = " ".join(answer.text.split())
        if text and is_invented(text, segment, parts=answer.segments or (), prompt=prompt):
            self.invented_segments += 1
            return ""
        return text

    async def _request_twice(self, segment: KeptSegment, prompt: str) -> _Transcription:
        """Ask again at once after a dropped connection, and in short form after a 400."""
        try:
            return await self._request(segment, prompt)
        except openai.APITimeoutError:
            raise
        except openai.APIConnectionError:
            return await self._request(segment, prompt)
        except openai.BadRequestError:
            if not self._verbose:
                raise
            answer = await self._request(segment, prompt, verbose=False)
            self._verbose = False
            return answer

    async def _request(
        self, segment: KeptSegment, prompt: str, *, verbose: bool | None = None
    ) -> _Transcription:
        verbose = self._verbose if verbose is None else verbose
        form: Literal["verbose_json", "json"] = "verbose_json" if verbose else "json"
        # Read by our own model: the SDK's builds its objects without looking at what came.
        response = await self._client.audio.transcriptions.with_raw_response.create(
            file=("segment.wav", segment.wav(SHORTEST_SECONDS), "audio/wav"),
            model=self._model,
            language=self._language,
            prompt=prompt or openai.omit,
            response_format=form,
        )
        return _Transcription.model_validate_json(response.content)

    def _explain(self, error: openai.APIStatusError) -> APIStatusError:
        # The body may repeat what was sent; only its code is taken over, and only a known one.
        quota = error.code in _QUOTA_CODES or error.type in _QUOTA_CODES
        remedy = "; the quota is used up" if quota else _REMEDIES.get(error.status_code, "")
        return APIStatusError(
            f"{self.provider} answered {error.status_code}{remedy}",
            status_code=error.status_code,
            request_id=error.request_id,
            body={"code": "insufficient_quota"} if quota else None,
        )


class OpenAIBatchStream(SegmentwiseStream):
    """One participant's speech; every `flush` is answered by one final."""

    def __init__(self, owner: OpenAIBatchSTT, language: str) -> None:
        super().__init__(owner)
        self._owner = owner
        self._language = language
        self._said = ""

    async def _recognize(self, segment: KeptSegment) -> stt.SpeechEvent:
        event = final_event(await self._owner.transcribe(segment, self._said), self._language)
        self._event_ch.send_nowait(
            stt.SpeechEvent(
                type=stt.SpeechEventType.RECOGNITION_USAGE,
                recognition_usage=stt.RecognitionUsage(audio_duration=segment.seconds),
            )
        )
        self._said = last_words(f"{self._said} {text_of(event)}", self._owner.context_characters)
        return event


def last_words(text: str, characters: int) -> str:
    """Return the end of a text from the beginning of a word on."""
    text = text.strip()
    if len(text) <= characters:
        return text
    return text[len(text) - characters :].partition(" ")[2] if characters else ""


def _join_terms(terms: Sequence[str]) -> str:
    joined = ""
    for term in terms:
        longer = f"{joined}, {term}" if joined else term
        if len(longer) >= TERMS_CHARACTERS:
            break
        joined = longer
    return f"{joined}." if joined else ""
