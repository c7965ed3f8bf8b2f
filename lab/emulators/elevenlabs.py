"""An emulator of ElevenLabs speech to text: Scribe v2 realtime, and the batch endpoint.

`python -m lab.emulators.elevenlabs --help` runs it by hand. Besides the service's own paths it
has its control: `GET /emulator/record` (what it received), `PUT /emulator/faults` (the script of
faults from now on, a JSON list), `POST /emulator/drop` (break every open session).
"""

import argparse
import asyncio
import hmac
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from lab.emulators.elevenlabs_batch import batch_answer, batch_audio
from lab.emulators.elevenlabs_faults import (
    FAULT_LIST,
    FaultKind,
    FaultScript,
    Moment,
    Record,
)
from lab.emulators.elevenlabs_messages import error_message, parse_query
from lab.emulators.elevenlabs_realtime import RealtimeSession, Service
from lab.emulators.recognition import (
    BYTES_PER_SECOND,
    Answers,
    PocketSphinx,
    Recognizer,
    transcribe,
)

API_KEY: Final = "xi-key-of-the-emulator"
IDLE_SECONDS: Final = 15.0
_LONGEST_FILE_BYTES: Final = 1 << 28


class ElevenLabsEmulator:
    """The service; use `running_emulator` to give it a port."""

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        api_key: str = API_KEY,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.faults = FaultScript()
        self.record = Record()
        self.base_url = ""
        """Where it listens, once it does."""
        self._api_key = api_key
        self._recognizer = recognizer
        self._service = Service(
            recognizer=recognizer, faults=self.faults, record=self.record, idle_seconds=idle_seconds
        )
        self._sessions: set[RealtimeSession] = set()

    def application(self) -> web.Application:
        """Return the service as an aiohttp application."""
        application = web.Application(client_max_size=_LONGEST_FILE_BYTES)
        application.router.add_get("/v1/speech-to-text/realtime", self._realtime)
        application.router.add_post("/v1/speech-to-text", self._batch)
        application.router.add_get("/emulator/record", self._show_record)
        application.router.add_put("/emulator/faults", self._replace_faults)
        application.router.add_post("/emulator/drop", self._drop)
        return application

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
        text = await transcribe(self._recognizer, pcm)
        return web.json_response(batch_answer(text, len(pcm) / BYTES_PER_SECOND, number))

    async def _show_record(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self.record))

    async def _replace_faults(self, request: web.Request) -> web.Response:
        try:
            faults = FAULT_LIST.validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        self.faults.clear()
        self.faults.add(*faults)
        return web.json_response({"faults": len(faults)})

    async def _drop(self, request: web.Request) -> web.Response:
        dropped = len(self._sessions)
        self.drop_sessions()
        return web.json_response({"sessions": dropped})


def _refusal(status: int) -> web.Response:
    names = {401: "invalid_api_key", 402: "quota_exceeded", 429: "too_many_concurrent_requests"}
    return _detail(status, names.get(status, "error"), "played by script, or a wrong key")


def _detail(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"detail": {"status": name, "message": message}}, status=status)


@asynccontextmanager
async def running_emulator(
    emulator: ElevenLabsEmulator, port: int = 0
) -> AsyncIterator[ElevenLabsEmulator]:
    """Serve on loopback, on a free port or a given one."""
    runner = web.AppRunner(emulator.application(), shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken = runner.addresses[0][:2]
        emulator.base_url = f"http://{host}:{taken}"
        yield emulator
    finally:
        emulator.drop_sessions()
        await runner.cleanup()


async def _serve(options: argparse.Namespace) -> None:
    async with AsyncExitStack() as opened:
        recognizer: Recognizer
        if options.answers is not None:
            lines = options.answers.read_text().splitlines()
            recognizer = Answers(line for line in lines if line.strip())
        else:
            recognizer = await opened.enter_async_context(PocketSphinx(options.processes))
        emulator = ElevenLabsEmulator(
            recognizer, api_key=options.api_key, idle_seconds=options.idle_seconds
        )
        if options.faults is not None:
            emulator.faults.add(*FAULT_LIST.validate_json(options.faults.read_bytes()))
        await opened.enter_async_context(running_emulator(emulator, options.port))
        print(emulator.base_url, flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.emulators.elevenlabs",
        description="Emulates ElevenLabs speech to text on loopback; prints its address.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 (default): any free one")
    add("--api-key", default=API_KEY, help=f"the key it takes (default: {API_KEY})")
    add("--faults", type=Path, metavar="FILE.json", help="script of faults: a list of Fault")
    add(
        "--answers",
        type=Path,
        metavar="FILE.txt",
        help="answer at once with these lines, one for each segment, then with made words; "
        "/dev/null: made words only; default: recognize with pocketsphinx",
    )
    add("--processes", type=int, default=1, help="pocketsphinx processes (default: 1)")
    add("--idle-seconds", type=float, default=IDLE_SECONDS, help="idle time before it closes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 130
    except (OSError, ValidationError) as error:
        print(f"elevenlabs emulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
