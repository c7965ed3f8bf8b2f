"""The models of the emulator of chat completions: what each understands, and its rate limit."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from lab.emulators.openai_messages import error_body

MODEL: Final = "emulated-model"
_KNOWN: Final = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "response_format",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "reasoning_effort",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModel:
    """A model, and what it understands."""

    name: str = MODEL
    forms: frozenset[str] = frozenset({"strict_schema", "schema", "json_object", "text"})
    """Of response formats; another one is refused with 400."""
    limit_names: frozenset[str] = frozenset({"max_tokens", "max_completion_tokens"})
    knows_stream_options: bool = True
    piece_seconds: float = 0.0
    """Between two pieces of an answer."""
    tells_cost: bool = False
    """Whether its usage has a cost, as OpenRouter's has."""
    requests_per_window: int | None = None
    """Its rate limit: the next request in the same window is refused with 429."""
    window_seconds: float = 60.0


class RunningModel:
    """A model that takes requests."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self._sent: deque[float] = deque()

    def refuse(self, body: dict[str, Any], form: str) -> web.Response | None:
        """Refuse what the model does not understand, and what comes too often; None: taken."""
        if said := self._not_understood(body, form):
            return error_body(400, "unsupported_value", said)
        most = self.model.requests_per_window
        if most is None:
            return None
        now = asyncio.get_running_loop().time()
        while self._sent and self._sent[0] <= now - self.model.window_seconds:
            self._sent.popleft()
        if len(self._sent) < most:
            self._sent.append(now)
            return None
        refusal = error_body(429, "rate_limit_exceeded", "Rate limit reached")
        refusal.headers.update(self.limit_headers())
        refusal.headers["retry-after"] = f"{self._reset_seconds(now):.2f}"
        return refusal

    def limit_headers(self) -> dict[str, str]:
        """Return what an answer tells of the rate limit."""
        most = self.model.requests_per_window
        if most is None:
            return {}
        now = asyncio.get_running_loop().time()
        return {
            "x-ratelimit-limit-requests": str(most),
            "x-ratelimit-remaining-requests": str(most - len(self._sent)),
            "x-ratelimit-reset-requests": f"{self._reset_seconds(now):.3f}s",
        }

    def _reset_seconds(self, now: float) -> float:
        return max(self._sent[0] + self.model.window_seconds - now, 0.0) if self._sent else 0.0

    def _not_understood(self, body: dict[str, Any], form: str) -> str:
        """Return what is refused of a request, in the words of the services."""
        if unknown := set(body) - _KNOWN:
            return f"Unrecognized request arguments: {sorted(unknown)}"
        if not body.get("stream"):
            return "this emulator streams only"
        if form not in self.model.forms:
            return f"This model does not support response format `{form}` (response_format)"
        for name in {"max_tokens", "max_completion_tokens"} - self.model.limit_names:
            if name in body:
                return f"Unsupported parameter: '{name}' is not supported with this model."
        if "stream_options" in body and not self.model.knows_stream_options:
            return "Unrecognized request argument: stream_options"
        return ""
