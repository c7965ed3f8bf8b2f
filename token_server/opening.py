"""Opens what a running token server works with, and runs what it does beside its answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from records import Files, Store, migrate
from records.scratch import delete_left_folders
from token_server.desk import Clock, Desk
from token_server.doorkeeper import Doorkeeper
from token_server.media_events import MediaEvents
from token_server.media_server import MediaServer
from token_server.meetings.live import LiveMeetings
from token_server.meetings.retention import Retention
from token_server.settings import TokenServerSettings
from token_server.upkeep import keep_up
from token_server.uploads.left import LeftRecordings
from token_server.uploads.watch import UploadWatch
from token_server.watch import Watch
from token_server.webhooks.sender import WebhookSender

_LAST_LOOK_SECONDS: Final = 3.0
"""How long the end waits for a look at the rooms that is under way."""


@asynccontextmanager
async def open_desk(settings: TokenServerSettings, clock: Clock) -> AsyncIterator[Desk]:
    """Yield the parts of a token server; its tasks run until this is closed."""
    await asyncio.to_thread(migrate, settings.database_url)
    await asyncio.to_thread(delete_left_folders)
    private = settings.webhooks_may_be_private
    async with (
        Store(settings.database_url) as store,
        MediaServer.open(settings) as media,
        WebhookSender.open(store, may_be_private=private, clock=clock) as sender,
    ):
        watch = Watch(
            store,
            media,
            watch_rooms=settings.watch_rooms,
            invitation_ttl_hours=settings.invitation_ttl_hours,
            clock=clock,
        )
        upload_watch = UploadWatch(store, media, clock)
        desk = Desk(
            settings=settings,
            store=store,
            files=Files(settings.files_url, settings.file_arguments()),
            media_server=media,
            clock=clock,
            media_events=MediaEvents(settings, watch.wake),
            live_meetings=LiveMeetings(store),
            on_upload=upload_watch.wake,
        )
        async with _running(desk, sender), asyncio.TaskGroup() as tasks:
            watching = {
                tasks.create_task(keep_up("watch", watch.run), name="watch"),
                tasks.create_task(keep_up("upload watch", upload_watch.run), name="upload watch"),
            }
            yield desk
            watch.stop()
            upload_watch.stop()
            await asyncio.wait(watching, timeout=_LAST_LOOK_SECONDS)
            for task in watching:
                task.cancel()


@asynccontextmanager
async def _running(desk: Desk, sender: WebhookSender) -> AsyncIterator[None]:
    """Run what may be broken off at any moment: it begins again where it was."""
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "live meetings": desk.live_meetings.run,
        "webhooks": sender.run,
        "retention": Retention(desk).run,
        "left recordings": LeftRecordings(desk.store, desk.files).run,
        "doorkeeper": Doorkeeper(desk.store, desk.media_server, desk.settings.api_secret).run,
    }
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(keep_up(name, run), name=name) for name, run in loops.items()]
        yield
        for task in running:
            task.cancel()
