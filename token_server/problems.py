"""Every way in which a request can fail, as a problem+json body (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from records import FilesUnavailableError, StoreUnavailableError
from token_server.models import Check, FieldProblem, Problem

MEDIA_TYPE: Final = "application/problem+json"

_log = logging.getLogger(__name__)
_NAME_SHOWN: Final = 64
"""Most characters of a field name that are given back; it may be anything."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: what programs compare, and what people read first."""

    code: str
    status: int
    title: str


BAD_REQUEST = Kind("bad-request", 400, "The request is not right")
KEY_MISSING = Kind("key-missing", 401, "An API key is needed")
KEY_WRONG = Kind("key-wrong", 401, "The API key is wrong")
INVITATION_MISSING = Kind("invitation-missing", 401, "An invitation is needed")
INVITATION_FORGED = Kind("invitation-forged", 401, "The invitation is not from here")
INVITATION_EXPIRED = Kind("invitation-expired", 401, "The invitation has expired")
EVENT_FORGED = Kind("event-forged", 401, "The event is not from our media server")
INVITATION_OTHER_TOKEN = Kind("invitation-other-token", 401, "This is not an invitation")
NOT_DIRECT = Kind("not-direct", 403, "Without an API key only this machine may ask")
OTHER_ORIGIN = Kind("other-origin", 403, "Another web page may not ask")
NOT_HOST = Kind("not-host", 403, "Only a host may do this")
OTHER_ROOM = Kind("other-room", 403, "The invitation is for another room")
SOUND_LINK = Kind("sound-link", 403, "The link to the sound is not good")
NOT_FOUND = Kind("not-found", 404, "There is nothing here")
ROOM_NOT_FOUND = Kind("room-not-found", 404, "There is no such room")
MEETING_NOT_FOUND = Kind("meeting-not-found", 404, "There is no such meeting")
MINUTES_NOT_FOUND = Kind("minutes-not-found", 404, "There are no such minutes")
PARTICIPANT_NOT_FOUND = Kind("participant-not-found", 404, "Nobody of this identity spoke")
PLAYBOOK_NOT_FOUND = Kind("playbook-not-found", 404, "There is no such playbook")
PROFILE_NOT_FOUND = Kind("profile-not-found", 404, "There is no such profile")
UPLOAD_NOT_FOUND = Kind("upload-not-found", 404, "There is no such upload")
WEBHOOK_NOT_FOUND = Kind("webhook-not-found", 404, "There is no such webhook")
SOUND_NOT_FOUND = Kind("sound-not-found", 404, "There is no such recording")
TASK_NOT_FOUND = Kind("task-not-found", 404, "There is no such task")
DOCUMENT_NOT_FOUND = Kind("document-not-found", 404, "There is no such document")
WRONG_METHOD = Kind("wrong-method", 405, "This cannot be done here")
TOO_SLOW = Kind("too-slow", 408, "The request took too long to come")
ROOM_EXISTS = Kind("room-exists", 409, "The room is open already")
SOUND_CONFLICT = Kind("sound-conflict", 409, "This meeting cannot be recorded")
TASK_CONFLICT = Kind("task-conflict", 409, "The task cannot be changed like this")
MEETING_GOES_ON = Kind("meeting-goes-on", 409, "The meeting goes on")
WEBHOOKS_FULL = Kind("webhooks-full", 409, "There are too many webhooks")
PLAYBOOKS_FULL = Kind("playbooks-full", 409, "There are too many playbooks")
BRIEF_FULL = Kind("brief-full", 409, "The room has too many documents")
ROOM_CLOSED = Kind("room-closed", 410, "The room is closed")
TOO_LARGE = Kind("too-large", 413, "The request is too large")
RECORDING_KIND = Kind("recording-kind", 415, "This is no recording of a kind that is taken")
NOT_JSON = Kind("not-json", 415, "The body must be JSON")
NOT_PLAYBOOK = Kind("not-playbook", 415, "The body must be YAML")
NOT_DOCUMENT = Kind("not-document", 415, "The body must be text or a PDF")
DOCUMENT_ENCRYPTED = Kind("document-encrypted", 422, "The document has a password")
DOCUMENT_UNREADABLE = Kind("document-unreadable", 422, "The document cannot be read")
DOCUMENT_EMPTY = Kind("document-empty", 422, "The document holds no text")
PLAYBOOK_UNUSABLE = Kind("playbook-unusable", 422, "The playbook cannot be used")
ADDRESS_REFUSED = Kind("address-refused", 422, "Nothing is sent to this address")
RECORDING_EMPTY = Kind("recording-empty", 422, "The recording is empty")
RECORDING_UNREADABLE = Kind("recording-unreadable", 422, "The recording cannot be read")
RECORDING_TRUNCATED = Kind("recording-truncated", 422, "The end of the recording is missing")
RECORDING_SILENT = Kind("recording-silent", 422, "The recording holds no sound")
RECORDING_TOO_LONG = Kind("recording-too-long", 422, "The recording is too long")
RECORDING_ODD = Kind("recording-odd", 422, "The recording is like no recording of a talk")
NO_SUCH_BYTES = Kind("no-such-bytes", 416, "The file has no such bytes")
INVALID = Kind("invalid", 422, "Something in the request must be changed")
UNEXPECTED = Kind("unexpected", 500, "Something broke in the token server")
MEDIA_SERVER_REFUSED = Kind("media-server-refused", 502, "The media server refused us")
MEDIA_SERVER_DOWN = Kind("media-server-down", 503, "The media server does not answer")
STORE_DOWN = Kind("store-down", 503, "The store does not answer")
DISK_FULL = Kind("disk-full", 507, "There is no room for the recording")
FILES_DOWN = Kind("files-down", 503, "The file store does not answer")
PAGE_MISSING = Kind("page-missing", 503, "The page has not been built")
TOO_MANY_LISTENERS = Kind("too-many-listeners", 503, "Too many listen already")
NOT_READY = Kind("not-ready", 503, "Not every part is ready")


class ProblemError(Exception):
    """A request cannot be served; says why and what to change."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        remedy: str,
        *,
        errors: Sequence[FieldProblem] | None = None,
        checks: Sequence[Check] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.remedy = remedy
        self.errors = errors
        self.checks = checks
        self.headers = dict(headers or {})

    def to_response(self) -> JSONResponse:
        """Return the HTTP answer."""
        body = Problem(
            type=f"urn:sidenote:problem:{self.kind.code}",
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            remedy=self.remedy,
            errors=list(self.errors) if self.errors is not None else None,
            checks=list(self.checks) if self.checks is not None else None,
        )
        headers = dict(self.headers)
        if self.kind.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        return JSONResponse(
            body.model_dump(exclude_none=True),
            status_code=self.kind.status,
            headers=headers,
            media_type=MEDIA_TYPE,
        )


def document(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI description says about the problems of a route."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        known = answers.get(kind.status)
        text = f"{known['description']}; {kind.title}" if known else kind.title
        answers[kind.status] = {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return answers


KEY_PROBLEMS: Final = document(
    KEY_MISSING, KEY_WRONG, NOT_DIRECT, OTHER_ORIGIN, INVALID, STORE_DOWN
)
"""What every route may answer that only holders of the API key may use."""


def add_problem_answers(app: FastAPI) -> None:
    """Make every failure of an application a problem+json body."""
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_routing)
    app.add_exception_handler(StoreUnavailableError, _answer_store)
    app.add_exception_handler(FilesUnavailableError, _answer_files)


async def _answer_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class only
    return error.to_response()


async def _answer_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    problems = [_field_problem(entry) for entry in error.errors()]
    detail = "; ".join(f"{problem.field} {problem.problem}" for problem in problems[:3])
    return ProblemError(
        INVALID, detail, "change what `errors` names; /docs shows examples", errors=problems
    ).to_response()


async def _answer_routing(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        return ProblemError(
            WRONG_METHOD,
            f"{request.method} is not served at this path",
            f"use {allowed}; /docs lists every route",
            headers=error.headers,
        ).to_response()
    if error.status_code == 404:
        detail, remedy = "no route has this path", "check the path; /docs lists every route"
        return ProblemError(NOT_FOUND, detail, remedy).to_response()
    kind = Kind(BAD_REQUEST.code, error.status_code, BAD_REQUEST.title)
    remedy = "send a JSON object of the fields that /docs lists"
    return ProblemError(kind, str(error.detail), remedy).to_response()


async def _answer_store(_: Request, error: Exception) -> JSONResponse:
    _log.error("a request failed: %s", error)
    return ProblemError(
        STORE_DOWN,
        str(error),
        "check DATABASE_URL, the disk's free space and that the file can be written; try again",
    ).to_response()


async def _answer_files(_: Request, error: Exception) -> JSONResponse:
    _log.error("a request failed: %s", error)
    return ProblemError(
        FILES_DOWN, str(error), "check FILES_URL and that the folder can be written; try again"
    ).to_response()


def answer_unforeseen() -> JSONResponse:
    """Return the answer to a request that broke something; it tells nothing of what."""
    return ProblemError(
        UNEXPECTED, "an error was not foreseen", "try again; the token server's log has the cause"
    ).to_response()


def _field_problem(entry: Mapping[str, Any]) -> FieldProblem:
    kind, context = entry["type"], entry.get("ctx") or {}
    path = [str(part)[:_NAME_SHOWN] for part in entry["loc"] if part != "body"]
    # The position in broken JSON stands in the path; it is no field.
    if kind == "json_invalid":
        position = path[0] if path else "0"
        text = f"is not JSON at character {position}: {context.get('error', '')}"
        return FieldProblem(field="body", problem=text)
    field = ".".join(path) or "body"
    if kind == "extra_forbidden":
        return FieldProblem(field=field, problem="is not a field of this request; leave it out")
    if kind == "missing":
        return FieldProblem(field=field, problem="is missing")
    if kind in {"model_attributes_type", "dict_type", "model_type"}:
        return FieldProblem(field=field, problem="must be a JSON object like {}")
    text = str(entry["msg"]).removeprefix("Value error, ")
    return FieldProblem(field=field, problem=text[:1].lower() + text[1:])
