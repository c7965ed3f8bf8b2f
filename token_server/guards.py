"""What holds for every request: size, time and kind of body, headers of the answer, log lines."""

import asyncio
import logging
import re
import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings.faults import describe_fault
from token_server import problems
from token_server.problems import ProblemError

_log = logging.getLogger("token_server.access")
BODY_SECONDS: Final = 20.0
"""How long a body may take that is read before anybody is asked who sends it; a large one has the
time of a slow line besides."""
_SLOW_LINE: Final = 16 * 1024
"""Bytes a second."""
_BODY_BYTES: Final = 16 * 1024
"""Most bytes of a request body; the largest sensible one has about 1 kB."""
ROOM_BYTES: Final = 256 * 1024
"""Most bytes of what is asked of a new room: it may bring its brief."""
DOCUMENT_BYTES: Final = 2 * 1024 * 1024
"""Most bytes of a document for a brief."""
EVENT_BYTES: Final = 512 * 1024
"""Most bytes of an event of the media server: it holds what participants say of themselves."""
EVENT_KIND: Final = "application/webhook+json"
UPLOAD_PATH: Final = "/uploads"
EVENT_PATH: Final = "/webhooks/livekit"
DOCUMENT_KINDS: Final = frozenset({"text/plain", "text/markdown", "application/pdf"})
PLAYBOOK_BYTES: Final = 512 * 1024
"""Most bytes of a playbook; ten thousand phrases have about half of it."""
PLAYBOOK_KINDS: Final = frozenset({"application/yaml", "text/yaml", "text/plain"})
_PLAYBOOK_PATH: Final = re.compile(r"/playbooks/[^/]+")
_DOCUMENT_PATH: Final = re.compile(r"/rooms/[^/]+/briefs/[^/]+")
_NAMED: Final = re.compile(r"/(briefs|participants|profiles)/.+", re.DOTALL)
"""What hosts call their documents is nothing for a log, nor is whom a path names."""
_PATH_SHOWN: Final = 200


class Guards:
    """Refuses what no route should see, and marks every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._run_lifespan(scope, receive, send)
            return
        started = time.monotonic()
        answered = False

        async def send_marked(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers.setdefault("Content-Security-Policy", "default-src 'none'")
                headers.setdefault("Cache-Control", "no-store")
                _log_answer(scope, message["status"], time.monotonic() - started)
            await send(message)

        try:
            receive_body = receive if _is_recording(scope) else await _read_in_time(scope, receive)
            await self._app(scope, receive_body, send_marked)
        except ProblemError as error:
            await error.to_response()(scope, receive, send_marked)
        except Exception as error:  # noqa: BLE001
            # Whoever serves us would write down the text of the error, which may hold words.
            _log.error("a request failed: %s", describe_fault(error))
            # What has begun is broken off by whoever serves us: it knows that the rest is missing.
            if not answered:
                await problems.answer_unforeseen()(scope, receive, send_marked)

    async def _run_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_text(message: Message) -> None:
            # What goes wrong comes with its whole traceback, for a log.
            message.pop("message", None)
            await send(message)

        try:
            await self._app(scope, receive, send_without_text)
        except Exception as error:
            _log.error("the token server cannot go on: %s", describe_fault(error))
            raise


def _is_recording(scope: Scope) -> bool:
    """Tell whether the body is too large to be read first; its route counts what it reads."""
    return bool(scope["method"] == "POST" and scope["path"] == UPLOAD_PATH)


async def _read_in_time(scope: Scope, receive: Receive) -> Receive:
    """Read the whole body, as `_read_body` does.

    Raises:
        ProblemError: it is not right, or it does not come.
    """
    seconds = BODY_SECONDS + _wanted_body(scope).most_bytes / _SLOW_LINE
    try:
        async with asyncio.timeout(seconds):
            return await _read_body(scope, receive)
    except TimeoutError:
        raise ProblemError(
            problems.TOO_SLOW,
            f"the body was not here within {seconds:.0f} s",
            "send it again, all at once",
            headers={"Connection": "close"},
        ) from None


async def _read_body(scope: Scope, receive: Receive) -> Receive:
    """Read the whole body, so that its size is known before anybody works on it.

    Raises:
        ProblemError: it is too large, or not declared as what the path takes.
    """
    wanted = _wanted_body(scope)
    # A web page may send forms and plain text anywhere without asking; what we take it may not.
    if scope["method"] in {"POST", "PUT", "PATCH"}:
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if kind not in wanted.kinds:
            raise ProblemError(wanted.problem, wanted.wrong_kind, wanted.remedy)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return _replay(message, receive)
        body += message.get("body", b"")
        if len(body) > wanted.most_bytes:
            raise ProblemError(
                problems.TOO_LARGE,
                f"the body has more than {wanted.most_bytes} bytes",
                wanted.shorter,
                headers={"Connection": "close"},
            )
        if not message.get("more_body", False):
            return _replay({"type": "http.request", "body": bytes(body)}, receive)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What a path takes as a body, and what is told when something else comes."""

    kinds: frozenset[str]
    most_bytes: int
    problem: problems.Kind
    wrong_kind: str
    remedy: str
    shorter: str


_JSON: Final = _Body(
    kinds=frozenset({"application/json"}),
    most_bytes=_BODY_BYTES,
    problem=problems.NOT_JSON,
    wrong_kind="the request does not say that its body is JSON",
    remedy="send `Content-Type: application/json` and a JSON object; {} will do",
    shorter="send only the fields that /docs lists",
)
_ROOM: Final = replace(
    _JSON,
    most_bytes=ROOM_BYTES,
    shorter="PUT long documents to /rooms/{room_name}/briefs/{document_name} one by one",
)
_DOCUMENT: Final = _Body(
    kinds=DOCUMENT_KINDS,
    most_bytes=DOCUMENT_BYTES,
    problem=problems.NOT_DOCUMENT,
    wrong_kind="the request does not say that its body is text, Markdown or a PDF",
    remedy=f"send `Content-Type:` one of {', '.join(sorted(DOCUMENT_KINDS))}",
    shorter="send a shorter document",
)
_PLAYBOOK: Final = _Body(
    kinds=PLAYBOOK_KINDS,
    most_bytes=PLAYBOOK_BYTES,
    problem=problems.NOT_PLAYBOOK,
    wrong_kind="the request does not say that its body is YAML",
    remedy="send `Content-Type: application/yaml`",
    shorter="send a shorter playbook",
)
_EVENT: Final = _Body(
    kinds=frozenset({EVENT_KIND}),
    most_bytes=EVENT_BYTES,
    problem=problems.NOT_JSON,
    wrong_kind="the request does not say that its body is an event of a LiveKit server",
    remedy=f"let the media server send it, as `Content-Type: {EVENT_KIND}`",
    shorter="send one event of the media server",
)


def _wanted_body(scope: Scope) -> _Body:
    if scope["path"] == EVENT_PATH:
        return _EVENT
    if scope["method"] == "POST" and scope["path"] == "/rooms":
        return _ROOM
    if scope["method"] == "PUT" and _PLAYBOOK_PATH.fullmatch(scope["path"]):
        return _PLAYBOOK
    is_document = scope["method"] == "PUT" and _DOCUMENT_PATH.fullmatch(scope["path"])
    return _DOCUMENT if is_document else _JSON


def _replay(message: Message, receive: Receive) -> Receive:
    pending = [message]

    async def receive_replayed() -> Message:
        return pending.pop() if pending else await receive()

    return receive_replayed


def _log_answer(scope: Scope, status: int, seconds: float) -> None:
    # Quoted, so that a path cannot write lines of its own; the query may hold anything.
    path = quote(_NAMED.sub(r"/\1/...", scope["path"]), safe="/-_.~")[:_PATH_SHOWN]
    level = logging.DEBUG if path in {"/health", "/ready"} else logging.INFO
    _log.log(level, "%s %s %d %.0f ms", scope["method"], path, status, seconds * 1000)
