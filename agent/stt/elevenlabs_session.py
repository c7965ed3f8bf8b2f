"""One realtime session of ElevenLabs over a websocket: open, send, receive.

Not the SDK's realtime connection: it has no reconnect and no keep-alive, drops messages that it
does not know, calls back outside of any task, and its `send` cannot commit.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from agent.stt.elevenlabs_errors import SessionLostError, error_of_message, error_of_status

SAMPLE_RATE_HZ: Final = 16000
_CLOSE_SECONDS: Final = 0.5
_HEARTBEAT_SECONDS: Final = 10.0
"""Pings, so that a network that swallows everything is noticed in silence too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How a session is opened."""

    base_url: str
    api_key: str
    model_id: str
    language: str | None
    """Bare ISO 639 code; None: the service finds out."""
    keyterms: Sequence[str]

    @property
    def url(self) -> URL:
        """Address with its parameters."""
        parameters = {
            "model_id": self.model_id,
            "audio_format": f"pcm_{SAMPLE_RATE_HZ}",
            "commit_strategy": "manual",
            "keyterms": list(self.keyterms),
        }
        if self.language:
            parameters["language_code"] = self.language
        query = urlencode(parameters, doseq=True, quote_via=quote)
        base = self.base_url.rstrip("/").replace("http", "ws", 1)
        return URL(f"{base}/v1/speech-to-text/realtime?{query}", encoded=True)


class Session:
    """An open session; made by `open_session`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.id = ""

    async def start(self) -> None:
        """Wait until the service says that it listens."""
        while True:
            message = await self.receive()
            if message.get("message_type") == "session_started":
                self.id = str(message.get("session_id", ""))
                return

    async def send(self, pcm: bytes = b"", *, commit: bool = False) -> None:
        """Send audio, a commit, or with neither a sign of life.

        Raises:
            ConnectionError: The session is closed.
        """
        message = {
            "message_type": "input_audio_chunk",
            "audio_base_64": base64.b64encode(pcm).decode(),
            "commit": commit,
            "sample_rate": SAMPLE_RATE_HZ,
        }
        await self._socket.send_str(json.dumps(message))

    async def receive(self) -> Mapping[str, Any]:
        """Return the next message that is no error.

        Raises:
            APIStatusError: The service refuses, and would again.
            SessionLostError: The session is over; another may do.
        """
        received = await self._socket.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise SessionLostError(f"closed with code {self._socket.close_code}")
        try:
            message = json.loads(received.data)
        except ValueError:
            raise SessionLostError("a message that is not JSON") from None
        if not isinstance(message, dict):
            raise SessionLostError("a message that is not an object")
        if "error" in message:
            raise error_of_message(str(message.get("message_type", "error")))
        return message


@asynccontextmanager
async def open_session(
    http: aiohttp.ClientSession, options: SessionOptions, timeout_seconds: float
) -> AsyncIterator[Session]:
    """Open a session and close it in the end.

    Raises:
        APIStatusError: The service refuses, and would again.
        SessionLostError: It could not be opened this time.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            socket = await http.ws_connect(
                options.url,
                headers={"xi-api-key": options.api_key},
                heartbeat=_HEARTBEAT_SECONDS,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
    except aiohttp.WSServerHandshakeError as error:
        # Without the cause: it holds the request with its headers.
        raise error_of_status(error.status) from None
    except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        raise SessionLostError(type(error).__name__) from None
    try:
        session = Session(socket)
        try:
            async with asyncio.timeout(timeout_seconds):
                await session.start()
        except TimeoutError:
            raise SessionLostError("the session was not started in time") from None
        yield session
    finally:
        await socket.close()
