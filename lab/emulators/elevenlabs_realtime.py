"""One realtime session of the emulated ElevenLabs, from session_started to its close."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from aiohttp import WSMessage, WSMsgType, web
from pydantic import ValidationError

from lab.emulators.elevenlabs_faults import (
    Commit,
    ErrorType,
    Fault,
    FaultKind,
    FaultScript,
    Moment,
    Record,
)
from lab.emulators.elevenlabs_messages import (
    AudioMessage,
    Query,
    committed_transcript,
    committed_transcript_with_timestamps,
    error_message,
    partial_transcript,
    session_started,
)
from lab.emulators.recognition import BYTES_PER_SECOND, Hearing, Recognizer, Voice

SHORTEST_COMMIT_SECONDS: Final = 0.3
"""A commit of less closes the session."""
AUTO_COMMIT_SECONDS: Final = 90.0
"""Audio that is committed unasked."""
_LONGEST_MESSAGE_BYTES: Final = 10 * BYTES_PER_SECOND


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a commit is answered with, and the faults that come with it."""

    text: str
    seconds: float
    last_partial: str
    faults: dict[FaultKind, Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What all sessions of an emulator share."""

    recognizer: Recognizer
    faults: FaultScript
    record: Record
    idle_seconds: float
    """A session without any message for so long is closed."""


class _OverError(Exception):
    """The session has ended."""


class RealtimeSession:
    """Hears one websocket."""

    def __init__(
        self,
        service: Service,
        number: int,
        query: Query,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
    ) -> None:
        self._service = service
        self._number = number
        self._query = query
        self._socket = socket
        self._transport = transport
        self._voice = Voice()
        self._hearing: Hearing | None = None
        self._uncommitted_bytes = 0
        self._audio_seconds = 0.0
        self._commits = 0
        self._partial = ""
        self._stale = ""
        """What is sent again and again by the fault `stale`."""
        self._mute = False
        self._answers: asyncio.Queue[_Answer] = asyncio.Queue()

    async def run(self, faults: list[Fault]) -> None:
        """Serve the session until either side ends it; the faults come first."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._answer())
                for fault in faults:
                    await self._play(fault)
                await self._send(session_started(self._query))
                await self._read()
        except* (_OverError, ConnectionError):
            pass
        finally:
            if self._hearing:
                await self._hearing.cancel()

    async def _read(self) -> None:
        while True:
            try:
                received = await self._socket.receive(timeout=self._service.idle_seconds)
            except TimeoutError:
                # The service says nothing before it closes an idle session.
                await self._socket.close(code=1000)
                raise _OverError from None
            if received.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED}:
                raise _OverError
            try:
                message = _parse(received)
                pcm = message.pcm()
            except ValueError:
                await self._fail("input_error", "the message is not an input_audio_chunk")
            else:
                await self._take(message, pcm)

    async def _take(self, message: AudioMessage, pcm: bytes) -> None:
        if message.previous_text is not None and self._audio_seconds:
            await self._fail("input_error", "previous_text is for the first message only")
        if len(pcm) > _LONGEST_MESSAGE_BYTES:
            await self._fail("chunk_size_exceeded", "the audio of a message is too long")
        if not pcm and self._stale:
            await self._send(partial_transcript(self._stale))
        if pcm:
            await self._hear(pcm)
        elif not message.commits:
            self._service.record.keep_alives += 1
        if message.commits:
            await self._commit()

    async def _hear(self, pcm: bytes) -> None:
        seconds = len(pcm) / BYTES_PER_SECOND
        self._audio_seconds += seconds
        self._service.record.audio_seconds += seconds
        for fault in self._service.faults.take(
            Moment.AUDIO, connection=self._number, seconds=self._audio_seconds
        ):
            await self._play(fault)
        if self._stale and not self._hearing:
            await self._send(partial_transcript(self._stale))
        self._hearing = self._hearing or self._service.recognizer.open_segment(self._voice)
        self._uncommitted_bytes += len(pcm)
        partial = await self._hearing.push(pcm)
        if partial and partial != self._partial:
            self._partial = partial
            await self._send(partial_transcript(partial))
        if self._uncommitted_bytes >= AUTO_COMMIT_SECONDS * BYTES_PER_SECOND:
            await self._end_segment(automatic=True)

    async def _commit(self) -> None:
        if self._uncommitted_bytes < SHORTEST_COMMIT_SECONDS * BYTES_PER_SECOND:
            await self._fail("commit_throttled", "a commit needs at least 0.3 s of audio")
        await self._end_segment(automatic=False)

    async def _end_segment(self, *, automatic: bool) -> None:
        if self._hearing is None:
            raise _OverError
        hearing, self._hearing = self._hearing, None
        self._commits += 1
        seconds = self._uncommitted_bytes / BYTES_PER_SECOND
        self._uncommitted_bytes = 0
        last_partial, self._partial = self._partial, ""
        text = await hearing.end()
        self._service.record.commits.append(
            Commit(connection=self._number, seconds=seconds, text=text, automatic=automatic)
        )
        taken = self._service.faults.take(
            Moment.COMMIT, connection=self._number, commit=self._commits
        )
        faults = {fault.kind: fault for fault in taken}
        for fault in taken:
            await self._play(fault)
        self._answers.put_nowait(_Answer(text, seconds, last_partial, faults))

    async def _play(self, fault: Fault) -> None:
        """Play what concerns the session; what concerns an answer is played with it."""
        if fault.kind is FaultKind.DROP:
            self.drop()
            raise _OverError
        if fault.kind is FaultKind.CLOSE:
            await self._socket.close(code=fault.code)
            raise _OverError
        if fault.kind is FaultKind.ERROR:
            await self._send(error_message(fault.message_type, "played by script"))
            self._mute = True
            if fault.closes:
                await self._socket.close(code=fault.code)
                raise _OverError
        elif fault.kind is FaultKind.SILENT:
            self._mute = True

    async def _answer(self) -> None:
        while True:
            answer = await self._answers.get()
            if slow := answer.faults.get(FaultKind.SLOW):
                await asyncio.sleep(slow.seconds)
            text = answer.text
            if FaultKind.TRIPLED in answer.faults:
                text = " ".join([text] * 3)
            for _ in range(2 if FaultKind.DOUBLE in answer.faults else 1):
                await self._send(committed_transcript(text))
            await self._send(
                committed_transcript_with_timestamps(
                    text, answer.seconds, self._query.language_code or "en"
                )
            )
            if FaultKind.STALE in answer.faults:
                self._stale = answer.last_partial or text
                await self._send(partial_transcript(self._stale))

    async def _fail(self, message_type: ErrorType, text: str) -> NoReturn:
        await self._send(error_message(message_type, text))
        await self._socket.close(code=1008)
        raise _OverError

    async def _send(self, message: dict[str, Any]) -> None:
        if not self._mute:
            await self._socket.send_str(json.dumps(message))

    def drop(self) -> None:
        """Break the connection, without a word."""
        if self._transport:
            self._transport.abort()


def _parse(received: WSMessage) -> AudioMessage:
    if received.type is not WSMsgType.TEXT:
        raise ValueError("not a text message")
    try:
        return AudioMessage.model_validate_json(received.data)
    except ValidationError as error:
        raise ValueError("not a message of the protocol") from error
