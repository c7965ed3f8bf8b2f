"""An emulator of ElevenLabs text to speech: the HTTP stream and the multi-context websocket.

`python -m lab.emulators.elevenlabs_speech --help` runs it by hand; flite speaks. Besides the
service's own paths it has its control: `GET /emulator/record` (what it received) and
`PUT /emulator/faults` (the script of faults from now on, a JSON list).
"""

import argparse
import asyncio
import hmac
import logging
import math
import shutil
import sys
import uuid
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final, get_args

from aiohttp import web
from pydantic import ValidationError

from lab.call_parts import FliteVoice
from lab.emulators.elevenlabs_speech_messages import (
    SPEECH_FAULTS,
    SocketQuery,
    SpeechFault,
    SpeechRecord,
    SpeechRequest,
    StreamQuery,
    refusal,
    speak,
)
from lab.emulators.elevenlabs_speech_socket import SpeechSocket
from lab.sound import SAMPLE_RATE_HZ

API_KEY: Final = "xi-key-of-the-emulator"
VOICE_ID: Final = "21m00Tcm4TlvDq8ikWAM"


class ElevenLabsSpeech:
    """The service; use `running_emulator` to give it a port."""

    def __init__(
        self, *, api_key: str = API_KEY, voice_id: str = VOICE_ID, flite_voice: FliteVoice = "rms"
    ) -> None:
        self.faults: deque[SpeechFault] = deque()
        self.record = SpeechRecord()
        self.base_url = ""
        """Where it listens, once it does."""
        self._api_key = api_key
        self._voice_id = voice_id
        self._voice = flite_voice
        self._closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return the service as an aiohttp application."""
        application = web.Application()
        self.add_routes(application)
        application.router.add_get("/emulator/record", self._show_record)
        application.router.add_put("/emulator/faults", self._replace_faults)
        return application

    def add_routes(self, application: web.Application) -> None:
        """Serve the service's own paths in an application, beside those of another emulator."""
        router = application.router
        router.add_post("/v1/text-to-speech/{voice_id}/stream", self._stream)
        router.add_get("/v1/text-to-speech/{voice_id}/multi-stream-input", self._socket)

    def close(self) -> None:
        """Let go of the requests that wait."""
        self._closing.set()

    async def pause(self, seconds: float) -> None:
        """Be slow, but not at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    def take_fault(self) -> SpeechFault | None:
        """Return what goes wrong now."""
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.times == 1:
            self.faults.popleft()
        elif fault.times is not None:
            self.faults[0] = fault.model_copy(update={"times": fault.times - 1})
        return fault

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        fault = self.take_fault()
        if fault and fault.kind == "status":
            return refusal(fault.status)
        if refused := self._refused(request):
            return refused
        try:
            StreamQuery.model_validate(dict(request.query))
            asked = SpeechRequest.model_validate_json(await request.read())
        except ValidationError:
            return refusal(422)
        self.record.requests.append(asked.model_dump(exclude={"voice_settings"}, exclude_none=True))
        self.record.characters += len(asked.text)
        response = web.StreamResponse(
            headers={
                "Content-Type": "audio/pcm",
                "request-id": uuid.uuid4().hex,
                "character-cost": str(len(asked.text)),
            }
        )
        if fault and fault.kind == "slow":
            await self.pause(fault.seconds)
        await response.prepare(request)
        await self._send(request, response, asked.text, fault)
        return response

    async def _send(
        self,
        request: web.Request,
        response: web.StreamResponse,
        text: str,
        fault: SpeechFault | None,
    ) -> None:
        sent_bytes = 0
        cut = fault.seconds * SAMPLE_RATE_HZ * 2 if fault and fault.kind == "cut" else math.inf
        with suppress(ConnectionError):  # the client may go away
            for pcm in await speak(text, self._voice):
                await response.write(pcm)
                sent_bytes += len(pcm)
                if sent_bytes >= cut and request.transport:
                    request.transport.abort()
                    return
            await response.write_eof()

    def _refused(self, request: web.Request) -> web.Response | None:
        given = request.headers.get("xi-api-key", "")
        if not hmac.compare_digest(given.encode(), self._api_key.encode()):
            return refusal(401)
        return None if request.match_info["voice_id"] == self._voice_id else refusal(404)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        fault = self.take_fault()
        if fault and fault.kind == "status":
            return refusal(fault.status)
        if refused := self._refused(request):
            return refused
        try:
            query = SocketQuery.model_validate(dict(request.query))
        except ValidationError:
            return refusal(422)
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        self.record.sockets += 1
        await SpeechSocket(
            socket,
            request.transport,
            query,
            voice=self._voice,
            record=self.record,
            fault=fault,
            pause=self.pause,
        ).run()
        return socket

    async def _show_record(self, _request: web.Request) -> web.Response:
        return web.json_response(asdict(self.record))

    async def _replace_faults(self, request: web.Request) -> web.Response:
        try:
            faults = SPEECH_FAULTS.validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        self.faults = deque(faults)
        return web.json_response({"faults": len(faults)})


@asynccontextmanager
async def running_emulator(
    emulator: ElevenLabsSpeech, port: int = 0
) -> AsyncIterator[ElevenLabsSpeech]:
    """Serve on loopback, on a free port or a given one."""
    runner = web.AppRunner(emulator.application(), shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken = runner.addresses[0][:2]
        emulator.base_url = f"http://{host}:{taken}"
        yield emulator
    finally:
        emulator.close()
        await runner.cleanup()


async def _serve(options: argparse.Namespace) -> None:
    emulator = ElevenLabsSpeech(api_key=options.api_key, flite_voice=options.flite_voice)
    if options.faults is not None:
        emulator.faults.extend(SPEECH_FAULTS.validate_json(options.faults.read_bytes()))
    async with running_emulator(emulator, options.port):
        print(emulator.base_url, flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.emulators.elevenlabs_speech",
        description="Emulates ElevenLabs text to speech on loopback; prints its address.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 (default): any free one")
    add("--api-key", default=API_KEY, help=f"the key it takes (default: {API_KEY})")
    add("--faults", type=Path, metavar="FILE.json", help="script of faults: a list of SpeechFault")
    voices = get_args(FliteVoice)
    add("--flite-voice", default="rms", choices=voices, help="who speaks (default: rms)")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    if shutil.which("flite") is None:
        print("elevenlabs_speech: flite is missing: sudo apt-get install flite", file=sys.stderr)
        return 2
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 130
    except (OSError, ValidationError) as error:
        print(f"elevenlabs_speech: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
