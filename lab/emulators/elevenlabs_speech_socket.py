"""One multi-context websocket of the emulated ElevenLabs text to speech."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from lab.call_parts import FliteVoice
from lab.emulators.elevenlabs_speech_messages import (
    MOST_CONTEXTS,
    ContextMessage,
    SocketQuery,
    SpeechFault,
    SpeechRecord,
    audio_message,
    error_message,
    final_message,
    speak,
)
from lab.sound import SAMPLE_RATE_HZ


class SpeechSocket:
    """Speaks for one websocket.

    What a context has is spoken when it is flushed or closed, in auto mode at once.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        query: SocketQuery,
        *,
        voice: FliteVoice,
        record: SpeechRecord,
        fault: SpeechFault | None,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._query = query
        self._voice = voice
        self._record = record
        self._fault = fault
        self._pause = pause
        self._texts: dict[str, str] = {}
        """What each open context has not spoken yet."""
        self._sent_bytes = 0

    async def run(self) -> None:
        """Serve until either side ends it."""
        with suppress(ConnectionError):  # the client may go away
            while message := await self._receive():
                if message.close_socket:
                    for context_id in list(self._texts):
                        await self._close(context_id)
                    break
                await self._take(message)
        await self._socket.close()

    async def _receive(self) -> ContextMessage | None:
        try:
            received = await self._socket.receive(timeout=self._query.inactivity_timeout)
        except TimeoutError:
            return None
        if received.type is not WSMsgType.TEXT:
            return None
        try:
            return ContextMessage.model_validate_json(received.data)
        except ValidationError:
            await self._send(error_message("the message is not of this protocol", ""))
            return None

    async def _take(self, message: ContextMessage) -> None:
        context_id = message.context_id
        if context_id not in self._texts and not message.close_context:
            if len(self._texts) >= MOST_CONTEXTS:
                await self._send(error_message("too many contexts are open", context_id))
                return
            self._record.contexts.append(context_id)
            self._texts[context_id] = ""
        if context_id in self._texts:
            self._texts[context_id] += message.text
        if message.close_context:
            await self._close(context_id)
        elif message.flush or self._query.auto_mode == "true":
            await self._speak(context_id)

    async def _close(self, context_id: str) -> None:
        if context_id in self._texts:
            await self._speak(context_id)
            del self._texts[context_id]
            await self._send(final_message(context_id))

    async def _speak(self, context_id: str) -> None:
        text, self._texts[context_id] = self._texts[context_id].strip(), ""
        if not text:
            return  # the space that opens a context
        self._record.characters += len(text)
        if self._fault and self._fault.kind == "slow":
            await self._pause(self._fault.seconds)
            self._fault = None
        pieces = await speak(text, self._voice)
        for number, pcm in enumerate(pieces):
            begin, end = (len(text) * at // len(pieces) for at in (number, number + 1))
            await self._send(audio_message(pcm, text[begin:end], context_id))
            self._sent_bytes += len(pcm)
            self._cut_when_due()

    def _cut_when_due(self) -> None:
        if not self._fault or self._fault.kind != "cut" or not self._transport:
            return
        if self._sent_bytes >= self._fault.seconds * SAMPLE_RATE_HZ * 2:
            self._transport.abort()

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_str(json.dumps(message))
