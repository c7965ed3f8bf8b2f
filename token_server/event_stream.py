"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 15.0
"""How long a stream is silent at most: proxies end what is silent for a minute."""
SEND_SECONDS: Final = 20.0
"""How long a client may take for what fills its connection; then it is dropped."""
_HEARTBEAT: Final = b":\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """One event."""

    event: str
    """Its name."""
    data: str
    """One line."""
    id: str
    """What a client sends as Last-Event-ID to hear of what came behind it."""

    def encode(self) -> bytes:
        """Return the event as it stands in a stream."""
        return f"id: {self.id}\nevent: {self.event}\ndata: {self.data}\n\n".encode()


class EventStream(Response):
    """An answer that goes on: every event as it comes, until they end or the client leaves.

    The generator yields None where it has waited for `HEARTBEAT_SECONDS` in vain; it is closed
    whatever ends the stream. A client that does not read is dropped after `SEND_SECONDS`: it
    comes back by the id of the last event that it has read, and nothing waits for it here.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[ServerEvent | None]) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        # Proxies (nginx) would collect what is to go out at once.
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events, as ASGI has it."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        try:
            async with aclosing(self._events), asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send(send))
                leaving = tasks.create_task(_wait_for_leaving(receive))
                await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
                sending.cancel()
                leaving.cancel()
        except* Exception as group:  # noqa: BLE001 - whatever it is, the client comes back by id
            kinds = ", ".join(sorted({type(error).__name__ for error in group.exceptions}))
            _log.warning("a stream of events was broken off: %s", kinds)

    async def _send(self, send: Send) -> None:
        async for event in self._events:
            body = _HEARTBEAT if event is None else event.encode()
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
