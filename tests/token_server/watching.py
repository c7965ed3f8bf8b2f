"""A watch beside that of a token server, and what comes of its looks."""

import asyncio
from typing import Any

from livekit import api

from tests.token_server.front import Front
from token_server.media_server import MediaServer
from token_server.watch import Watch


def make_watch(front: Front, **changes: Any) -> Watch:
    """A watch of the same parts beside the running one, which sleeps."""
    desk = front.app.state.desk
    options = {
        "watch_rooms": "own",
        "invitation_ttl_hours": 24,
        "clock": desk.clock,
        **changes,
    }
    return Watch(desk.store, desk.media_server, **options)


async def dispatches(front: Front, room_name: str) -> list[api.AgentDispatch]:
    media: MediaServer = front.app.state.desk.media_server
    return await media.list_own_dispatches(room_name)


async def look_during(watch: Watch, *times: float) -> None:
    for now in times:
        await watch.look_once(now)


async def wait_until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a log line sets no event
            await asyncio.sleep(0.05)
