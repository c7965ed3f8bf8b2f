"""Serves the built page, and says what to do when it has not been built."""

from asyncio import to_thread
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from token_server import problems
from token_server.names import RoomName
from token_server.problems import ProblemError

PAGE_DIR: Final = Path(__file__).parent.parent / "web" / "dist"
_ICONS: Final = ("favicon.svg", "favicon.ico")


class Assets(StaticFiles):
    """Files whose names change with what is in them, so that browsers may keep them."""

    async def check_config(self) -> None:
        # The page may be built while the token server runs.
        if self.directory is None or not await to_thread(Path(self.directory).is_dir):
            raise HTTPException(404)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def make_page_router(page_dir: Path, media_url: str) -> APIRouter:
    """Return the routes of the page; `page_dir` may be built later."""
    router = APIRouter(include_in_schema=False)
    headers = security_headers(media_url)

    @router.get("/")
    def get_start(request: Request) -> Response:
        return _answer_page(request, page_dir, headers)

    @router.get("/call/{room_name}")
    def get_call(request: Request, room_name: RoomName) -> Response:
        return _answer_page(request, page_dir, headers)

    # Beside /meetings, which answers programs.
    @router.get("/meeting")
    def get_meeting_list(request: Request) -> Response:
        return _answer_page(request, page_dir, headers)

    @router.get("/meeting/{room_sid}")
    def get_meeting(request: Request, room_sid: str) -> Response:
        return _answer_page(request, page_dir, headers)

    for icon in _ICONS:
        router.add_api_route(f"/{icon}", _icon_route(page_dir / icon), methods=["GET"])
    return router


def security_headers(media_url: str) -> dict[str, str]:
    """Return the headers that keep the page to itself and to the media server."""
    parts = urlsplit(media_url)
    http = "https" if parts.scheme == "wss" else "http"
    media = [f"{parts.scheme}://{parts.netloc}", f"{http}://{parts.netloc}"]
    if (parts.hostname or "").endswith(".livekit.cloud"):
        # LiveKit Cloud sends browsers on to the region that is nearest.
        media += ["wss://*.livekit.cloud", "https://*.livekit.cloud"]
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        # LiveKit's components set styles on elements.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob: data: mediastream:",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "connect-src": " ".join(["'self'", *media]),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{key} {value}" for key, value in policy.items()),
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), "
        "geolocation=(), payment=(), usb=()",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


def _answer_page(request: Request, page_dir: Path, headers: dict[str, str]) -> Response:
    index = page_dir / "index.html"
    if index.is_file():
        return FileResponse(index, media_type="text/html", headers=headers)
    detail = "the page has not been built; the token server itself runs"
    remedy = "type `make web`, then load this page again"
    if "text/html" not in request.headers.get("accept", ""):
        raise ProblemError(problems.PAGE_MISSING, detail, remedy)
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sidenote</title>'
        f"<h1>Sidenote</h1><p>{escape(detail)}: {escape(remedy)}.</p>"
        '<p>What it serves is described at <a href="/docs">/docs</a>.</p></html>'
    )
    return HTMLResponse(text, status_code=problems.PAGE_MISSING.status, headers=headers)


def _icon_route(path: Path) -> Callable[[], Response]:
    # A plain function: it runs in a thread, where asking the disk holds up nobody.
    def get_icon() -> Response:
        if not path.is_file():
            raise ProblemError(problems.NOT_FOUND, "there is no such icon", "leave it out")
        return FileResponse(path)

    return get_icon
