"""A small server on loopback that speaks OpenAI's chat completions, and answers what was said.

It reads the transcript in the request and quotes the last line of a guest. Faults are scripted:
each request takes the next one of `script`, and an honest answer when the script is over.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

API_KEY = "sk-for-tests"
MODEL = "test-model"
SAY = "Ask what it costs them today"
WRITE_SIZE = 12
"""Characters in one event of the stream."""


@dataclass
class Fault:
    """What goes wrong with one request; nothing, as it stands."""

    status: int = 200
    wait_for: asyncio.Event | None = None
    """The first byte comes after this."""
    body: Callable[[str], str] = str
    """Makes the model's text from the honest one."""
    cut_after_events: int | None = None
    """The connection breaks after so many events."""
    error_event: bool = False
    """The stream ends with an error event."""
    bad_event: bool = False
    """The stream holds an event that is not JSON."""
    empty_choices: bool = False
    """Every event has no choices."""
    pause_after_events: int | None = None
    pause: asyncio.Event | None = None
    """The stream stops after so many events until this is set."""


@dataclass
class OpenAIServer:
    """What the server saw, and what it is to do."""

    script: deque[Fault] = field(default_factory=deque)
    knows_json_schema: bool = True
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    base_url: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with every request."""

    def last_lines(self) -> list[dict[str, Any]]:
        """The transcript in the newest request."""
        return transcript_of(self.requests[-1])

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        self.asked.set()
        fault = self.script.popleft() if self.script else Fault()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if refusal := self._refuse(request, body, fault):
                return refusal
            if fault.wait_for:
                await fault.wait_for.wait()
            return await self._stream(request, body, fault)
        finally:
            self.in_flight -= 1

    def _refuse(
        self, request: web.Request, body: dict[str, Any], fault: Fault
    ) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            return error(401, "Incorrect API key provided")
        if body["model"] != MODEL:
            return error(404, f"The model {body['model']} does not exist")
        if body["response_format"]["type"] == "json_schema" and not self.knows_json_schema:
            return error(400, "This model does not support response format `json_schema`")
        if fault.status != 200:
            # Some servers repeat what they were sent.
            return error(fault.status, f"refused: {body['messages'][-1]['content']}")
        return None

    async def _stream(
        self, request: web.Request, body: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "x-request-id": "req_1"}
        )
        await response.prepare(request)
        try:
            for number, event in enumerate(events(fault.body(answer(body)), body, fault)):
                if number == fault.cut_after_events and request.transport:
                    request.transport.abort()
                    return response
                if number == fault.pause_after_events and fault.pause:
                    await fault.pause.wait()
                await response.write(event.encode())
        except ConnectionResetError:
            pass  # the client has given up
        return response


def transcript_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(body["messages"][-1]["content"])["transcript"]
    return lines


def answer(body: dict[str, Any]) -> str:
    """The honest answer: the last line of a guest, quoted."""
    said = [line for line in transcript_of(body) if line["role"] == "guest"]
    if not said:
        return json.dumps({"line": 0, "quote": "", "say": ""})
    last = said[-1]
    quote = " ".join(last["said"].split()[-4:])
    return json.dumps({"line": last["line"], "quote": quote, "say": SAY})


def error(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"message": message, "type": "x"}}, status=status)


def events(text: str, body: dict[str, Any], fault: Fault) -> Iterator[str]:
    """The stream as OpenAI writes it, with a comment line as OpenRouter does."""
    yield ": OPENROUTER PROCESSING\n\n"
    pieces = [text[start : start + WRITE_SIZE] for start in range(0, len(text), WRITE_SIZE)]
    yield chunk(body, {"role": "assistant", "content": ""}, fault)
    for piece in pieces:
        yield chunk(body, {"content": piece}, fault)
        if fault.bad_event:
            yield "data: {not json\n\n"
    if fault.error_event:
        yield 'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'
        return
    yield chunk(body, {}, fault, finish_reason="stop")
    usage = {"prompt_tokens": len(str(body)) // 4, "completion_tokens": len(text) // 4}
    yield event(body, [], usage | {"total_tokens": sum(usage.values())})
    yield "data: [DONE]\n\n"


def chunk(
    body: dict[str, Any], delta: dict[str, str], fault: Fault, finish_reason: str | None = None
) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return event(body, [] if fault.empty_choices else [choice], None)


def event(body: dict[str, Any], choices: list[dict[str, Any]], usage: dict[str, int] | None) -> str:
    content = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": body["model"],
        "choices": choices,
        "usage": usage,
    }
    return f"data: {json.dumps(content)}\n\n"


@asynccontextmanager
async def openai_server() -> AsyncIterator[OpenAIServer]:
    """Run the server on a free loopback port."""
    server = OpenAIServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.complete)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.base_url = f"http://{host}:{port}/v1"
        yield server
    finally:
        await runner.cleanup()
