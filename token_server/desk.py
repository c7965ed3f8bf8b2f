"""What every route works with."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request

from records import Files, Store
from token_server.media_events import MediaEvents
from token_server.media_server import MediaServer
from token_server.meetings.live import LiveMeetings
from token_server.settings import TokenServerSettings

MOST_PDF_READERS: Final = 2
MOST_EXPORTS: Final = 2
MOST_UPLOADS_AT_ONCE: Final = 4

Clock = Callable[[], int]
"""Returns milliseconds since the Unix epoch."""


def wall_clock_ms() -> int:
    """Return the time of day of this machine."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that one running token server has one of."""

    settings: TokenServerSettings
    store: Store
    files: Files
    media_server: MediaServer
    clock: Clock
    media_events: MediaEvents
    live_meetings: LiveMeetings
    on_upload: Callable[[], None]
    """Is called when a recording was taken, which waits for its job."""
    half_forgotten: set[str] = field(default_factory=set)
    """Meetings that are being forgotten, or were when something broke off: files may be left."""
    pdf_readers: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(MOST_PDF_READERS)
    )
    """Held while a process reads an uploaded PDF."""
    exports: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_EXPORTS))
    """Held while a file is made of a meeting."""
    upload_slots: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(MOST_UPLOADS_AT_ONCE)
    )
    """Held while a recording is received and looked at; the others wait before their bodies."""
    mixing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Held while the sound of a meeting is mixed, which takes a core for itself."""


def _get_desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # noqa: S101 - put there at start, before any request
    return desk


DeskNeeded = Annotated[Desk, Depends(_get_desk)]
