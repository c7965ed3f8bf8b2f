"""ElevenLabs as a LiveKit STT: Scribe realtime for streams, the batch endpoint for recordings."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import aiohttp
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    APITimeoutError,
    NotGivenOr,
    stt,
    utils,
)

from agent.stt.elevenlabs_errors import SessionLostError, error_of_status
from agent.stt.elevenlabs_patience import Lateness, Patience
from agent.stt.elevenlabs_session import SAMPLE_RATE_HZ, SessionOptions, open_session
from agent.stt.elevenlabs_stream import ElevenLabsStream, speech_event
from agent.stt.elevenlabs_text import (
    BATCH_LONGEST_KEYTERM,
    BATCH_MOST_KEYTERMS,
    fit_keyterms,
    language_code,
)

BASE_URL: Final = "https://api.elevenlabs.io"


class ElevenLabsSTT(stt.STT[Any]):
    """Scribe v2; its streams commit where they are flushed, and survive their sessions."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = BASE_URL,
        model_id: str = "scribe_v2_realtime",
        batch_model_id: str = "scribe_v2",
        language: str | None = "en",
        keyterms: Sequence[str] = (),
        patience: Patience | None = None,
    ) -> None:
        """Make it; nothing is connected before there is a stream.

        Args:
            api_key: Sent as `xi-api-key`.
            base_url: Scheme, host and port, without `/v1`.
            model_id: Model of the streams.
            batch_model_id: Model of whole recordings.
            language: ISO 639 code, a region is cut off; None: the service finds out.
            keyterms: Words to expect, the most important first; trimmed to the service's limits.
            patience: When to give up.
        """
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.options = SessionOptions(
            base_url=base_url,
            api_key=api_key,
            model_id=model_id,
            language=language_code(language),
            keyterms=fit_keyterms(keyterms),
        )
        self._keyterms = tuple(keyterms)
        self.patience = patience or Patience()
        self.lateness = Lateness(self.patience)
        self._batch_model_id = batch_model_id
        self._batch_keyterms = _fit_batch_keyterms(keyterms)

    @property
    def model(self) -> str:
        return self.options.model_id

    @property
    def provider(self) -> str:
        return "ElevenLabs"

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> ElevenLabsStream:
        def options() -> SessionOptions:
            if utils.is_given(language):
                return replace(self.options, language=language_code(language))
            return self.options

        return ElevenLabsStream(self, options, self.patience, self.lateness)

    async def expect_names(self, words: Sequence[str]) -> None:
        """Put these first among the key terms; see `ExpectsNames`.

        A session has its terms from its beginning on: the streams open others when nobody speaks.
        """
        terms = (*words, *self._keyterms)
        self._batch_keyterms = _fit_batch_keyterms(terms)
        self.options = replace(self.options, keyterms=fit_keyterms(terms))

    async def probe(self) -> None:
        """Open a session with the key, and close it when the service listens; costs no audio.

        Raises:
            APIStatusError: the service refuses, and would again.
            APITimeoutError: no session within `patience.connect_seconds`.
            APIConnectionError: the service is not to be reached, or has too much to do.
        """
        seconds = self.patience.connect_seconds
        try:
            async with (
                asyncio.timeout(seconds),
                aiohttp.ClientSession() as http,
                open_session(http, self.options, seconds),
            ):
                return
        except TimeoutError:
            raise APITimeoutError(f"ElevenLabs opened no session within {seconds:g} s") from None
        except SessionLostError as error:
            raise APIConnectionError(f"ElevenLabs opened no session ({error.reason})") from None

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        if frame.sample_rate != SAMPLE_RATE_HZ:
            raise ValueError(f"audio at {frame.sample_rate} Hz; resample it to {SAMPLE_RATE_HZ}")
        form = self._form(bytes(frame.data))
        # A recording takes its time; a tenth of real time is what the slowest model needs.
        timeout = aiohttp.ClientTimeout(total=conn_options.timeout + frame.duration / 10)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(
                    f"{self.options.base_url.rstrip('/')}/v1/speech-to-text",
                    data=form,
                    headers={"xi-api-key": self.options.api_key},
                ) as response,
            ):
                if response.status != 200:
                    raise error_of_status(response.status)
                answer = await response.json()
                text = str(answer["text"])
        except SessionLostError as error:
            raise APIConnectionError(f"ElevenLabs answered {error.reason}") from None
        except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError) as error:
            name = type(error).__name__
            raise APIConnectionError(f"ElevenLabs gave no transcript ({name})") from None
        return speech_event(stt.SpeechEventType.FINAL_TRANSCRIPT, text, self.options.language)

    def _form(self, pcm: bytes) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("model_id", self._batch_model_id)
        form.add_field("file_format", "pcm_s16le_16")
        form.add_field("timestamps_granularity", "none")
        form.add_field("tag_audio_events", "false")
        if self.options.language:
            form.add_field("language_code", self.options.language)
        for term in self._batch_keyterms:
            form.add_field("keyterms", term)
        form.add_field("file", pcm, filename="speech.pcm", content_type="application/octet-stream")
        return form


def _fit_batch_keyterms(terms: Sequence[str]) -> list[str]:
    return fit_keyterms(terms, BATCH_MOST_KEYTERMS, BATCH_LONGEST_KEYTERM)
