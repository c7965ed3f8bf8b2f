"""ElevenLabs text to speech over its HTTP stream: one request for each sentence.

https://elevenlabs.io/docs/api-reference/text-to-speech/stream
"""

from collections.abc import AsyncGenerator
from typing import Final

import aiohttp

from agent.usage import Usage
from agent.voices.synthesizer import SAMPLE_RATE_HZ, SynthesisError

BASE_URL: Final = "https://api.elevenlabs.io"
CONNECT_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 3.0
"""Longest wait for the next bytes."""
_PIECE_BYTES: Final = SAMPLE_RATE_HZ // 10 * 2
_REFUSED_SECONDS: Final = 600.0
_RETRY_SECONDS: Final = 30.0
_REASONS: Final = {
    401: "ElevenLabs refuses our key",
    402: "ElevenLabs has no quota left",
    403: "ElevenLabs refuses our key",
    404: "ElevenLabs does not know the voice",
    429: "ElevenLabs is asked too often",
}


class ElevenLabsVoice:
    """A voice of ElevenLabs."""

    def __init__(self, *, api_key: str, base_url: str, voice_id: str, model: str) -> None:
        self.name = f"ElevenLabs ({model})"
        self._model = model
        self._url = f"{base_url.rstrip('/')}/v1/text-to-speech/{voice_id}/stream"
        self._headers = {"xi-api-key": api_key}
        self._http: aiohttp.ClientSession | None = None

    def estimate(self, sentence: str) -> Usage:
        # The price lists count the text; the header `character-cost` counts credits, of which a
        # character of some models is half a one.
        return Usage(
            provider="elevenlabs", model=self._model, amounts={"characters": len(sentence)}
        )

    async def speak(self, sentence: str) -> AsyncGenerator[bytes, None]:
        body = {"text": sentence, "model_id": self._model}
        try:
            async with self._session().post(
                self._url,
                params={"output_format": f"pcm_{SAMPLE_RATE_HZ}"},
                json=body,
                headers=self._headers,
            ) as response:
                _check(response)
                rest = b""
                async for piece in response.content.iter_chunked(_PIECE_BYTES):
                    pcm = rest + piece
                    whole = len(pcm) - len(pcm) % 2
                    rest = pcm[whole:]
                    if whole:
                        yield pcm[:whole]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SynthesisError(
                f"ElevenLabs does not answer ({type(error).__name__})",
                pause_seconds=_RETRY_SECONDS,
            ) from None

    async def aclose(self) -> None:
        if self._http:
            await self._http.close()

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS
                )
            )
        return self._http


def _check(response: aiohttp.ClientResponse) -> None:
    if response.status != 200:
        reason = _REASONS.get(response.status, f"ElevenLabs answered {response.status}")
        lasting = response.status in {401, 402, 403, 404}
        raise SynthesisError(reason, pause_seconds=_REFUSED_SECONDS if lasting else _RETRY_SECONDS)
    if not response.content_type.startswith("audio/"):
        raise SynthesisError("ElevenLabs answered with no audio", pause_seconds=_REFUSED_SECONDS)
