"""An emulator of OpenAI's `audio.transcriptions`, and of the servers that speak it.

`python -m lab.emulators.openai_transcription --help` runs it by hand. Besides the service's own
paths it has its control: `GET /emulator/record` (what it received) and `PUT /emulator/faults`
(the script of faults from now on, a JSON list).
"""

import argparse
import asyncio
import hmac
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from lab.emulators.openai_messages import (
    FAULT_LIST,
    LONGEST_FILE_BYTES,
    Fault,
    cut_off,
    error_body,
    read_form,
    read_wav,
    transcription_body,
)
from lab.emulators.recognition import (
    BYTES_PER_SECOND,
    Answers,
    PocketSphinx,
    Recognizer,
    transcribe,
)

API_KEY: Final = "sk-key-of-the-emulator"
MODELS: Final = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
_FORMATS: Final = frozenset({"json", "text", "verbose_json"})
_FIELDS: Final = frozenset({"model", "language", "prompt", "response_format", "temperature"})


@dataclass
class Record:
    """What the emulator received."""

    requests: list[dict[str, str]] = field(default_factory=list)
    """The fields of each request but its file."""
    audio_seconds: list[float] = field(default_factory=list)
    """Of each request whose file was sound."""
    in_flight: int = 0
    most_in_flight: int = 0


class OpenAITranscription:
    """The service; use `running_emulator` to give it a port."""

    def __init__(
        self, recognizer: Recognizer, *, api_key: str = API_KEY, models: Iterable[str] = MODELS
    ) -> None:
        self._recognizer = recognizer
        self._api_key = api_key
        self._models = frozenset(models)
        self.knows_verbose_json = True
        """Whether models other than gpt-* may be asked for `verbose_json`."""
        self.faults: deque[Fault] = deque()
        self.record = Record()
        self.base_url = ""
        self.asked = asyncio.Event()
        """Set with every request."""
        self._closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return the web application."""
        application = web.Application(client_max_size=LONGEST_FILE_BYTES + (1 << 16))
        application.router.add_post("/v1/audio/transcriptions", self._transcribe)
        application.router.add_get("/v1/models", self._list_models)
        application.router.add_get("/emulator/record", self._show_record)
        application.router.add_put("/emulator/faults", self._replace_faults)
        return application

    def close(self) -> None:
        """Let go of the requests that hang."""
        self._closing.set()

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        self.asked.set()
        record = self.record
        record.in_flight += 1
        record.most_in_flight = max(record.most_in_flight, record.in_flight)
        try:
            return await self._answer(request)
        finally:
            record.in_flight -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            fields, file = await read_form(request)
        except ValueError as error:
            return error_body(400, "invalid_form", str(error))
        self.record.requests.append(fields)
        fault = self._next_fault()
        if broken := await self._play(request, fault):
            return broken
        if not self._is_known(request):
            return error_body(401, "invalid_api_key", "Incorrect API key provided")
        try:
            pcm = self._check(fields, file)
        except LookupError:
            return error_body(404, "model_not_found", "The model does not exist")
        except ValueError as error:
            return error_body(400, "invalid_value", str(error))
        self.record.audio_seconds.append(len(pcm) / BYTES_PER_SECOND)
        if fault.kind == "text":
            text = fault.text
        else:
            text = await transcribe(self._recognizer, pcm)
        form = fields.get("response_format", "json")
        answer = transcription_body(
            text, form, len(pcm) / BYTES_PER_SECOND, no_speech=fault.no_speech
        )
        if fault.kind == "cut":
            return await cut_off(request, answer)
        return answer

    def _next_fault(self) -> Fault:
        if not self.faults:
            return Fault(kind="none")
        fault = self.faults[0]
        if fault.times == 1:
            self.faults.popleft()
        elif fault.times is not None:
            self.faults[0] = fault.model_copy(update={"times": fault.times - 1})
        return fault

    async def _play(self, request: web.Request, fault: Fault) -> web.Response | None:
        if fault.kind == "refuse" and request.transport:
            request.transport.abort()
            return web.Response()
        if fault.kind == "hang":
            await self._closing.wait()
            return web.Response(status=503)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "not_json":
            return web.Response(text="<html>It works!</html>", content_type="text/html")
        if fault.kind == "status":
            code = "insufficient_quota" if fault.quota else "played_by_script"
            return error_body(fault.status, code, "played by script")
        return None

    def _is_known(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._api_key}".encode())

    def _check(self, fields: dict[str, str], file: bytes | None) -> bytes:
        """Return the audio of a request.

        Raises:
            LookupError: its model is unknown.
            ValueError: anything else is wrong.
        """
        if unknown := set(fields) - _FIELDS:
            raise ValueError(f"unknown parameters: {sorted(unknown)}")
        model = fields.get("model", "")
        if model not in self._models:
            raise LookupError(model)
        form = fields.get("response_format", "json")
        verbose = self.knows_verbose_json and not model.startswith("gpt-")
        if form not in _FORMATS or (form == "verbose_json" and not verbose):
            raise ValueError(f"response_format {form!r} is not supported by this model")
        language = fields.get("language", "en")
        if not (len(language) in {2, 3} and language.isalpha() and language.islower()):
            raise ValueError("language is not an ISO 639 code")
        float(fields.get("temperature", "0"))
        return read_wav(file)

    async def _list_models(self, request: web.Request) -> web.Response:
        if not self._is_known(request):
            return error_body(401, "invalid_api_key", "Incorrect API key provided")
        models = [{"id": name, "object": "model"} for name in sorted(self._models)]
        return web.json_response({"object": "list", "data": models})

    async def _show_record(self, _request: web.Request) -> web.Response:
        return web.json_response(asdict(self.record))

    async def _replace_faults(self, request: web.Request) -> web.Response:
        try:
            faults = FAULT_LIST.validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        self.faults = deque(faults)
        return web.json_response({"faults": len(faults)})


@asynccontextmanager
async def running_emulator(
    emulator: OpenAITranscription, port: int = 0
) -> AsyncIterator[OpenAITranscription]:
    """Serve on loopback, on a free port or a given one; `base_url` has its /v1."""
    runner = web.AppRunner(emulator.application(), shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken = runner.addresses[0][:2]
        emulator.base_url = f"http://{host}:{taken}/v1"
        yield emulator
    finally:
        emulator.close()
        await runner.cleanup()


async def _serve(options: argparse.Namespace) -> None:
    async with AsyncExitStack() as opened:
        recognizer: Recognizer
        if options.answers is not None:
            lines = options.answers.read_text().splitlines()
            recognizer = Answers(line for line in lines if line.strip())
        else:
            recognizer = await opened.enter_async_context(PocketSphinx(options.processes))
        emulator = OpenAITranscription(
            recognizer, api_key=options.api_key, models=options.model or MODELS
        )
        if options.faults is not None:
            emulator.faults.extend(FAULT_LIST.validate_json(options.faults.read_bytes()))
        await opened.enter_async_context(running_emulator(emulator, options.port))
        print(emulator.base_url, flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.emulators.openai_transcription",
        description="Emulates OpenAI's audio.transcriptions on loopback; prints its address.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 (default): any free one")
    add("--api-key", default=API_KEY, help=f"the key it takes (default: {API_KEY})")
    add("--model", action="append", help=f"a model it has, may be repeated (default: {MODELS})")
    add("--faults", type=Path, metavar="FILE.json", help="script of faults: a list of Fault")
    add(
        "--answers",
        type=Path,
        metavar="FILE.txt",
        help="answer at once with these lines, one for each request, then with made words; "
        "/dev/null: made words only; default: recognize with pocketsphinx",
    )
    add("--processes", type=int, default=1, help="pocketsphinx processes (default: 1)")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 130
    except (OSError, ValidationError) as error:
        print(f"transcription emulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
