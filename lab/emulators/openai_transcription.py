"""An emulator of OpenAI's `audio.transcriptions`, and of the servers that speak it.

`python -m lab.emulators.openai_transcription --help` runs it by hand.
"""

import asyncio
import hmac
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

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
from lab.emulators.recognition import BYTES_PER_SECOND, Recognizer, transcribe
from lab.emulators.serving import Emulator, command_line, serve_by_hand

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


class OpenAITranscription(Emulator):
    """The service."""

    fault_list = FAULT_LIST
    longest_request_bytes = LONGEST_FILE_BYTES + (1 << 16)
    base_path = "/v1"
    record: Record

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
        self.asked = asyncio.Event()
        """Set with every request."""
        self._played: list[str] = []
        self._closing = asyncio.Event()

    @property
    def played(self) -> list[str]:
        return self._played

    @property
    def heard_seconds(self) -> float:
        return sum(self.record.audio_seconds)

    def add_routes(self, application: web.Application) -> None:
        application.router.add_post("/v1/audio/transcriptions", self._transcribe)
        application.router.add_get("/v1/models", self._list_models)
        application.on_startup.append(self._open)
        application.on_shutdown.append(self._close)

    def script(self, faults: Sequence[Fault]) -> None:
        self.faults = deque(faults)

    async def _open(self, _application: web.Application) -> None:
        self._closing.clear()

    async def _close(self, _application: web.Application) -> None:
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
        if fault.kind != "none":
            self._played.append(fault.kind)
        return fault

    async def _play(self, request: web.Request, fault: Fault) -> web.Response | None:
        if fault.kind == "hang":
            # aiohttp itself forgets a request whose client has left.
            await self._closing.wait()
        if fault.kind in {"hang", "refuse"}:
            if request.transport:
                request.transport.abort()
            return web.Response()
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


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = command_line(
        "lab.emulators.openai_transcription", "Emulates OpenAI's audio.transcriptions", API_KEY
    )
    parser.add_argument(
        "--model", action="append", help=f"a model it has, may be repeated (default: {MODELS})"
    )
    options = parser.parse_args(arguments)
    return serve_by_hand(
        options,
        lambda recognizer: OpenAITranscription(
            recognizer, api_key=options.api_key, models=options.model or MODELS
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
