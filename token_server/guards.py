"""What holds for every request: size, kind of body, headers of the answer, one log line."""

import logging
import re
import time
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from token_server import problems
from token_server.problems import ProblemError

_log = logging.getLogger("token_server.access")
_BODY_BYTES: Final = 16 * 1024
"""Most bytes of a request body; the largest sensible one has about 1 kB."""
DOCUMENT_BYTES: Final = 2 * 1024 * 1024
"""Most bytes of a document for a brief."""
DOCUMENT_KINDS: Final = frozenset({"text/plain", "text/markdown", "application/pdf"})
_DOCUMENT_PATH: Final = re.compile(r"/rooms/[^/]+/briefs/[^/]+")
_DOCUMENT_NAME: Final = re.compile(r"(?<=/briefs/).+", re.DOTALL)
"""What hosts call their documents is nothing for a log."""
_PATH_SHOWN: Final = 200


class Guards:
    """Refuses what no route should see, and marks every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Content-Security-Policy", "default-src 'none'")
                headers.setdefault("Cache-Control", "no-store")
                _log_answer(scope, message["status"], time.monotonic() - started)
            await send(message)

        try:
            receive_body = await _read_body(scope, receive)
        except ProblemError as error:
            await error.to_response()(scope, receive, send_marked)
            return
        await self._app(scope, receive_body, send_marked)


async def _read_body(scope: Scope, receive: Receive) -> Receive:
    """Read the whole body, so that its size is known before anybody works on it.

    Raises:
        ProblemError: it is too large, or not declared as JSON, or, for a brief, as a document.
    """
    is_document = scope["method"] == "PUT" and _DOCUMENT_PATH.fullmatch(scope["path"])
    most_bytes = DOCUMENT_BYTES if is_document else _BODY_BYTES
    _check_kind(scope, is_document=bool(is_document))
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return _replay(message, receive)
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise ProblemError(
                problems.TOO_LARGE,
                f"the body has more than {most_bytes} bytes",
                "send a shorter document"
                if is_document
                else "send only the fields that /docs lists",
                headers={"Connection": "close"},
            )
        if not message.get("more_body", False):
            return _replay({"type": "http.request", "body": bytes(body)}, receive)


def _check_kind(scope: Scope, *, is_document: bool) -> None:
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    # A web page may not PUT anywhere without asking, whatever it sends.
    if is_document and kind not in DOCUMENT_KINDS:
        raise ProblemError(
            problems.NOT_DOCUMENT,
            "the request does not say that its body is text, Markdown or a PDF",
            f"send `Content-Type:` one of {', '.join(sorted(DOCUMENT_KINDS))}",
        )
    # A web page may send forms and plain text anywhere without asking; JSON it may not.
    writes = scope["method"] in {"POST", "PUT", "PATCH"}
    if writes and not is_document and kind != "application/json":
        raise ProblemError(
            problems.NOT_JSON,
            "the request does not say that its body is JSON",
            "send `Content-Type: application/json` and a JSON object; {} will do",
        )


def _replay(message: Message, receive: Receive) -> Receive:
    pending = [message]

    async def receive_replayed() -> Message:
        return pending.pop() if pending else await receive()

    return receive_replayed


def _log_answer(scope: Scope, status: int, seconds: float) -> None:
    # Quoted, so that a path cannot write lines of its own; the query may hold anything.
    path = quote(_DOCUMENT_NAME.sub("...", scope["path"]), safe="/-_.~")[:_PATH_SHOWN]
    level = logging.DEBUG if path in {"/health", "/ready"} else logging.INFO
    _log.log(level, "%s %s %d %.0f ms", scope["method"], path, status, seconds * 1000)
