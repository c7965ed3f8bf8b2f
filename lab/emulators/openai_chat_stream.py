"""The stream of a chat completion as OpenAI writes it, and the faults in the middle of it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web

from lab.emulators.openai_chat_faults import Fault, SeenRequest

PIECE_CHARACTERS: Final = 12
"""In one event of the stream."""
COMMENT: Final = ": OPENROUTER PROCESSING\n\n"
_CACHE_UNIT_TOKENS: Final = 128
"""OpenAI caches beginnings of prompts in such steps; here all whole ones, from the second time."""


def count_tokens(text: str) -> int:
    """Return how many tokens this emulator bills for a text."""
    return -(-len(text.encode()) // 4)


def usage_of(body: dict[str, Any], written: str, *, cached: bool, cost: bool) -> dict[str, Any]:
    """Return the figures of usage for a request and what was written."""
    prompt = sum(count_tokens(message["content"]) for message in body["messages"])
    output = count_tokens(written)
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {
            "cached_tokens": prompt // _CACHE_UNIT_TOKENS * _CACHE_UNIT_TOKENS if cached else 0
        },
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    return usage | {"cost": round((prompt + 4 * output) / 1e6, 9)} if cost else usage


class ChatStream:
    """Writes one completion as server-sent events."""

    def __init__(
        self,
        response: web.StreamResponse,
        seen: SeenRequest,
        fault: Fault,
        closing: asyncio.Event,
        piece_seconds: float,
    ) -> None:
        self._response = response
        self._seen = seen
        self._body = seen.body
        self._piece_seconds = piece_seconds
        self._fault = fault
        self._closing = closing

    async def write(self, text: str, usage: dict[str, Any]) -> bool:
        """Write a completion; return whether it came to its end.

        Raises:
            ConnectionResetError: the client has left.
        """
        fault = self._fault
        await self._send(COMMENT)
        await self._send(self._choice({"role": "assistant", "content": ""}))
        if fault.kind == "bad_event":
            await self._send("data: {not json\n\n")
        for number, delta in enumerate(self._deltas(text)):
            if number == fault.events and not await self._go_on():
                return False
            await asyncio.sleep(self._piece_seconds)
            self._seen.pieces_at.append(asyncio.get_running_loop().time())
            await self._send(self._choice(delta))
        finish = {"length": "length", "filter": "content_filter"}.get(fault.kind, "stop")
        await self._send(self._choice({}, finish))
        if (self._body.get("stream_options") or {}).get("include_usage"):
            await self._send(self._event([], usage))
        await self._send("data: [DONE]\n\n")
        return True

    def _deltas(self, text: str) -> Iterator[dict[str, str]]:
        if self._fault.kind == "refusal":
            yield {"refusal": "I cannot help with that."}
            return
        if self._fault.kind in {"length", "invalid_json"}:
            text = text[: len(text) // 2]
        for start in range(0, len(text), PIECE_CHARACTERS):
            yield {"content": text[start : start + PIECE_CHARACTERS]}

    async def _go_on(self) -> bool:
        """Play a fault in mid-stream; False: nothing follows."""
        fault = self._fault
        if fault.kind == "pause":
            try:
                async with asyncio.timeout(fault.seconds):
                    await self._closing.wait()
            except TimeoutError:
                return True
            return False
        if fault.kind == "error_event":
            error = {"message": "overloaded", "type": "server_error", "code": fault.code}
            await self._send(f"data: {json.dumps({'error': error})}\n\n")
        return fault.kind not in {"cut", "error_event"}

    def _choice(self, delta: dict[str, str], finish_reason: str | None = None) -> str:
        if self._fault.kind == "empty_choices":
            return self._event([], None)
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return self._event([choice], None)

    def _event(self, choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> str:
        content = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": self._body["model"],
            "choices": choices,
            "usage": usage,
        }
        return f"data: {json.dumps(content)}\n\n"

    async def _send(self, event: str) -> None:
        await self._response.write(event.encode())
