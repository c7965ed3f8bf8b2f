"""Who may create, list and delete rooms: holders of the API key, or programs on this machine."""

import hmac
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from settings import is_loopback
from token_server import problems
from token_server.desk import DeskNeeded
from token_server.problems import ProblemError
from token_server.settings import TokenServerSettings

_KEY_HEADER = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="SIDENOTE_API_KEY of the token server"
)
_KEY_BEARER = HTTPBearer(
    auto_error=False, scheme_name="ApiKeyBearer", description="the same key, as Bearer"
)
# Any of these means that somebody else asks through a proxy that does run on this machine.
_PROXY_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def _may_use_rooms(
    request: Request,
    desk: DeskNeeded,
    header_key: Annotated[str | None, Depends(_KEY_HEADER)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_KEY_BEARER)],
) -> None:
    key = header_key or (bearer.credentials if bearer else None)
    check_rooms_access(request, desk.settings, key)


def check_rooms_access(request: Request, settings: TokenServerSettings, key: str | None) -> None:
    """Let in who may use rooms.

    Raises:
        ProblemError: the key is missing or wrong; or none is set, and another machine or a page
            of another origin asks.
    """
    if settings.api_key is None:
        _check_direct(request, settings)
    else:
        _check_key(settings.api_key, key)


RoomsAllowed = Depends(_may_use_rooms)


def _check_key(api_key: str, given: str | None) -> None:
    remedy = "send `X-API-Key: <key>` with the token server's SIDENOTE_API_KEY"
    if not given:
        raise ProblemError(problems.KEY_MISSING, "rooms need an API key here", remedy)
    if not is_same_key(api_key, given):
        raise ProblemError(problems.KEY_WRONG, "the API key is not the one set here", remedy)


def is_same_key(api_key: str, given: str) -> bool:
    """Tell whether a key is the one that is set, without telling by the time how much of it is."""
    return hmac.compare_digest(api_key.encode(), given.encode())


def _check_direct(request: Request, settings: TokenServerSettings) -> None:
    """Let in only who asks from this machine, and no web page that came from elsewhere.

    The Host header is checked because a page of a stranger's name that resolves to 127.0.0.1
    counts as same-origin for the browser (DNS rebinding).
    """
    host = request.headers.get("host", "")
    remedy = "set SIDENOTE_API_KEY on the token server and send it as X-API-Key"
    client = request.client.host if request.client else ""
    proxied = any(name in request.headers for name in _PROXY_HEADERS)
    if proxied or not is_loopback(client) or not is_loopback(_host_name(host)):
        detail = "no API key is set, and the request came through a proxy or another name"
        raise ProblemError(problems.NOT_DIRECT, detail, remedy)
    origin = request.headers.get("origin")
    own = {f"http://{host}".lower(), _origin_of(settings.link_base), *settings.cors_origins}
    if origin is not None and origin.lower() not in own:
        detail = "no API key is set, and a web page of another origin asks"
        raise ProblemError(
            problems.OTHER_ORIGIN, detail, "name its origin in CORS_ORIGINS, or use an API key"
        )


def _host_name(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
