"""An emulator of ElevenLabs speech to text: Scribe v2 realtime, and the batch endpoint.

`python -m lab.emulators.elevenlabs --help` runs it by hand. Its control has one path more than
that of the others: `POST /emulator/drop` breaks every open session.
"""

import hmac
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError

from lab.emulators.elevenlabs_batch import batch_answer, batch_audio, diarized_answer, turns
from lab.emulators.elevenlabs_faults import (
    FAULT_LIST,
    Fault,
    FaultKind,
    FaultScript,
    Moment,
    Record,
)
from lab.emulators.elevenlabs_messages import error_message, parse_query
from lab.emulators.elevenlabs_realtime import RealtimeSession, Service
from lab.emulators.recognition import BYTES_PER_SECOND, Recognizer, transcribe
from lab.emulators.serving import Emulator, command_line, serve_by_hand

API_KEY: Final = "xi-key-of-the-emulator"
IDLE_SECONDS: Final = 15.0


class ElevenLabsEmulator(Emulator):
    """The service."""

    fault_list = FAULT_LIST
    longest_request_bytes = 1 << 28
    record: Record

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        api_key: str = API_KEY,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.faults = FaultScript()
        self.record = Record()
        self._api_key = api_key
        self._recognizer = recognizer
        self._service = Service(
            recognizer=recognizer, faults=self.faults, record=self.record, idle_seconds=idle_seconds
        )
        self._sessions: set[RealtimeSession] = set()

    @property
    def played(self) -> list[str]:
        return self.faults.played

    @property
    def heard_seconds(self) -> float:
        return self.record.audio_seconds

    def add_routes(self, application: web.Application) -> None:
        application.router.add_get("/v1/speech-to-text/realtime", self._realtime)
        application.router.add_post("/v1/speech-to-text", self._batch)
        application.router.add_post("/emulator/drop", self._drop)
        application.on_shutdown.append(self._drop_at_end)

    def script(self, faults: Sequence[Fault]) -> None:
        self.faults.clear()
        self.faults.add(*faults)

    def drop_sessions(self) -> None:
        """Break every open session."""
        for session in self._sessions:
            session.drop()

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        self.record.connections += 1
        number = self.record.connections
        query = {name: request.query.getall(name) for name in request.query if name != "token"}
        self.record.queries.append(query)
        self.record.headers.append(sorted(request.headers.keys()))
        faults = self.faults.take(Moment.HANDSHAKE, connection=number)
        for fault in faults:
            if fault.kind is FaultKind.REFUSE and request.transport:
                request.transport.abort()
                return web.Response()
            if fault.kind is FaultKind.STATUS:
                return _refusal(fault.status)
        if not self._is_known(request):
            return _refusal(401)
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        try:
            parsed = parse_query(query)
        except ValueError as error:
            wrong = error.errors()[0]["loc"] if isinstance(error, ValidationError) else error
            await socket.send_str(json.dumps(error_message("invalid_request", f"check {wrong}")))
            await socket.close(code=1008)
            return socket
        session = RealtimeSession(self._service, number, parsed, socket, request.transport)
        self._sessions.add(session)
        self.record.sessions += 1
        self.record.open_sessions += 1
        try:
            await session.run(faults)
        finally:
            self.record.open_sessions -= 1
            self._sessions.discard(session)
        return socket

    def _is_known(self, request: web.Request) -> bool:
        given = request.headers.get("xi-api-key", "")
        return hmac.compare_digest(given.encode(), self._api_key.encode())

    async def _batch(self, request: web.Request) -> web.Response:
        number = len(self.record.batch_requests) + 1
        fields = await request.post()
        self.record.batch_requests.append(
            {name: [str(one) for one in fields.getall(name)] for name in fields if name != "file"}
        )
        for fault in self.faults.take(Moment.HANDSHAKE, connection=number):
            if fault.kind is FaultKind.STATUS:
                return _refusal(fault.status)
        if not self._is_known(request):
            return _refusal(401)
        try:
            pcm = batch_audio(fields)
        except ValueError as error:
            return _detail(400, "invalid_parameters", str(error))
        self.record.audio_seconds += len(pcm) / BYTES_PER_SECOND
        if fields.get("diarize") == "true":
            return web.json_response(await self._diarize(pcm, number))
        text = await transcribe(self._recognizer, pcm)
        return web.json_response(batch_answer(text, len(pcm) / BYTES_PER_SECOND, number))

    async def _diarize(self, pcm: bytes, number: int) -> dict[str, Any]:
        heard = [
            (start, len(turn) / BYTES_PER_SECOND, await transcribe(self._recognizer, turn))
            for start, turn in turns(pcm)
        ]
        return diarized_answer(heard, len(pcm) / BYTES_PER_SECOND, number)

    async def _drop(self, request: web.Request) -> web.Response:
        dropped = len(self._sessions)
        self.drop_sessions()
        return web.json_response({"sessions": dropped})

    async def _drop_at_end(self, _application: web.Application) -> None:
        self.drop_sessions()


def _refusal(status: int) -> web.Response:
    names = {401: "invalid_api_key", 402: "quota_exceeded", 429: "too_many_concurrent_requests"}
    return _detail(status, names.get(status, "error"), "played by script, or a wrong key")


def _detail(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"detail": {"status": name, "message": message}}, status=status)


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = command_line("lab.emulators.elevenlabs", "Emulates ElevenLabs speech to text", API_KEY)
    parser.add_argument(
        "--idle-seconds", type=float, default=IDLE_SECONDS, help="idle time before it closes"
    )
    options = parser.parse_args(arguments)
    return serve_by_hand(
        options,
        lambda recognizer: ElevenLabsEmulator(
            recognizer, api_key=options.api_key, idle_seconds=options.idle_seconds
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
