"""An emulator of OpenAI's chat completions, and of the servers that speak them.

`python -m lab.emulators.openai_chat --help` runs it by hand. Besides the service's own paths it
has its control: `GET /emulator/record` (what it received) and `PUT /emulator/faults` (the script
of faults from now on, a JSON list). It streams only, as Sidenote asks it to.
"""

import argparse
import asyncio
import hmac
import json
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError

from lab.emulators.openai_chat_faults import FAULT_LIST, MOST_KEPT, Fault, Record, SeenRequest
from lab.emulators.openai_chat_gullible import obey
from lab.emulators.openai_chat_models import MODEL, ChatModel, RunningModel
from lab.emulators.openai_chat_rules import answer, read_prompt
from lab.emulators.openai_chat_scribes import spoil
from lab.emulators.openai_chat_stream import ChatStream, usage_of
from lab.emulators.openai_messages import error_body

API_KEY: Final = "sk-key-of-the-emulator"


class OpenAIChat:
    """The service; use `running_chat` to give it a port."""

    def __init__(
        self, models: Iterable[ChatModel] = (ChatModel(),), *, api_key: str = API_KEY
    ) -> None:
        self._models = {model.name: RunningModel(model) for model in models}
        self._api_key = api_key
        self._faults: list[Fault] = []
        self._cached: deque[str] = deque(maxlen=100)
        self._closing = asyncio.Event()
        self.record = Record()
        self.base_url = ""
        self.asked = asyncio.Event()
        """Set with every request."""

    def script(self, faults: Sequence[Fault]) -> None:
        """Play these faults from now on, and no others."""
        self._faults = list(faults)

    def application(self) -> web.Application:
        """Return the web application."""
        application = web.Application(client_max_size=4 << 20)
        application.router.add_post("/v1/chat/completions", self._complete)
        application.router.add_get("/v1/models", self._list_models)
        application.router.add_get("/emulator/record", self._show_record)
        application.router.add_put("/emulator/faults", self._replace_faults)
        return application

    def close(self) -> None:
        """Let go of the requests that hang."""
        self._closing.set()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        try:
            body = json.loads(raw)
            seen = _seen(request, body, len(raw))
        except (ValueError, KeyError, TypeError):
            return error_body(400, "invalid_request", "the body is no chat completion request")
        self._note(seen)
        self.record.in_flight += 1
        self.record.most_in_flight = max(self.record.most_in_flight, self.record.in_flight)
        try:
            response = await self._answer(request, body, seen)
            seen.status = response.status
            return response
        finally:
            self.record.in_flight -= 1

    def _note(self, seen: SeenRequest) -> None:
        self.record.requests.append(seen)
        del self.record.requests[:-MOST_KEPT]
        self.asked.set()

    async def _answer(
        self, request: web.Request, body: dict[str, Any], seen: SeenRequest
    ) -> web.StreamResponse:
        if not self._is_known(request):
            return error_body(401, "invalid_api_key", "Incorrect API key provided")
        model = self._models.get(seen.model)
        if model is None:
            return error_body(404, "model_not_found", f"The model {seen.model} does not exist")
        if refused := model.refuse(body, seen.form):
            return refused
        fault = self._next_fault(seen)
        seen.fault = fault.kind
        if broken := await self._play(request, fault):
            return broken
        try:
            text = _text(fault, body)
        except (ValueError, KeyError, TypeError) as error:
            return error_body(400, "not_sidenote", f"the emulator cannot read this: {error}")
        return await self._stream(request, body, seen, fault, text, model)

    async def _stream(
        self,
        request: web.Request,
        body: dict[str, Any],
        seen: SeenRequest,
        fault: Fault,
        text: str,
        model: RunningModel,
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "x-request-id": "req_1",
                **model.limit_headers(),
            }
        )
        await response.prepare(request)
        system = body["messages"][0]["content"]
        usage = usage_of(body, text, cached=system in self._cached, cost=model.model.tells_cost)
        self._cached.append(system)
        seen.cut = True
        try:
            stream = ChatStream(response, seen, fault, self._closing, model.model.piece_seconds)
            whole = await stream.write(text, usage)
        except ConnectionResetError:
            return response  # the client has given up
        if whole:
            seen.cut = False
        elif fault.kind == "cut" and request.transport:
            request.transport.abort()
        return response

    def _next_fault(self, seen: SeenRequest) -> Fault:
        for place, fault in enumerate(self._faults):
            if fault.model in {None, seen.model} and fault.purpose in {None, seen.purpose}:
                if fault.times == 1:
                    del self._faults[place]
                elif fault.times is not None:
                    left = fault.model_copy(update={"times": fault.times - 1})
                    self._faults[place] = left
                return fault
        return Fault(kind="none")

    async def _play(self, request: web.Request, fault: Fault) -> web.Response | None:
        """Play what comes before the first byte; None: go on."""
        if fault.kind == "refuse" and request.transport:
            request.transport.abort()
            return web.Response()
        if fault.kind == "hang":
            await self._closing.wait()
            return web.Response(status=503)
        if fault.kind == "slow":
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.seconds):
                    await self._closing.wait()
        if fault.kind == "web_page":
            return web.Response(text="<html>It works!</html>", content_type="text/html")
        if fault.kind == "status":
            # Some servers repeat what they were sent.
            sent = (await request.json())["messages"][-1]["content"]
            refusal = error_body(fault.status, fault.code or "played", f"by script: {sent}")
            refusal.headers.update(fault.headers)
            return refusal
        return None

    def _is_known(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._api_key}".encode())

    async def _list_models(self, request: web.Request) -> web.Response:
        self.record.probes += 1
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
        self.script(faults)
        return web.json_response({"faults": len(faults)})


def _seen(request: web.Request, body: dict[str, Any], size: int) -> SeenRequest:
    given = body.get("response_format") or {"type": "text"}
    schema = given.get("json_schema") or {}
    form = given["type"]
    if form == "json_schema":
        form = "strict_schema" if schema.get("strict") else "schema"
    headers = {k.lower(): v for k, v in request.headers.items() if k.lower() != "authorization"}
    return SeenRequest(
        at_seconds=asyncio.get_running_loop().time(),
        model=body["model"],
        purpose=schema.get("name", ""),
        form=form,
        size_bytes=size,
        body=body,
        headers=headers,
    )


def _text(fault: Fault, body: dict[str, Any]) -> str:
    """Return what the model writes."""
    if fault.kind == "silent":
        return ""
    if fault.kind == "text":
        return fault.text
    schema, material = read_prompt(body)
    fields = answer(schema, material) | fault.fields
    if fault.kind == "gullible":
        fields = obey(fields, material, body["messages"][0]["content"])
    if fault.kind in {"invents", "misses", "careless"}:
        fields = spoil(fault.kind, fields, material)
    if fault.kind == "leak":
        fields[list(fields)[-1]] = body["messages"][0]["content"]
    return json.dumps(fields, ensure_ascii=False)


@asynccontextmanager
async def running_chat(emulator: OpenAIChat, port: int = 0) -> AsyncIterator[OpenAIChat]:
    """Serve on loopback, on a free port or a given one; `base_url` has its /v1."""
    runner = web.AppRunner(
        emulator.application(),
        shutdown_timeout=0.1,
        access_log=None,
        handler_cancellation=True,  # a client that leaves is noticed at once
    )
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
    models = [
        ChatModel(name=name, requests_per_window=options.requests_per_minute)
        for name in options.model or [MODEL]
    ]
    emulator = OpenAIChat(models, api_key=options.api_key)
    if options.faults is not None:
        emulator.script(FAULT_LIST.validate_json(options.faults.read_bytes()))
    async with running_chat(emulator, options.port):
        print(emulator.base_url, flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.emulators.openai_chat",
        description="Emulates OpenAI's chat completions on loopback; prints its address.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 (default): any free one")
    add("--api-key", default=API_KEY, help=f"the key it takes (default: {API_KEY})")
    add("--model", action="append", help=f"a model it has, may be repeated (default: {MODEL})")
    add("--requests-per-minute", type=int, help="rate limit of each model (default: none)")
    add("--faults", type=Path, metavar="FILE.json", help="script of faults: a list of Fault")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        return 130
    except (OSError, ValidationError) as error:
        print(f"chat emulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
