"""Takes up the records of a meeting that goes on, or begins them."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from agent.ears import Clock
from agent.replay import replay
from agent.waiting_file import FileInUseError
from records import Meeting, Store

logger = logging.getLogger("sidenote.taking_up")

_LOOKS: Final = 50
_LOOK_SECONDS: Final = 0.1
"""Somebody else may be writing what a dead agent has left: that is waited for, for 5 s at most."""


async def take_up(
    store: Store, waiting_folder: Path, *, room_sid: str, room_name: str, now: Clock
) -> Meeting:
    """Open a meeting, behind all that an agent before had no time to write.

    Args:
        store: where its records are.
        waiting_folder: where finals wait while the store is away.
        room_sid: of the room's life as the media server knows it now.
        room_name: of the room.
        now: the clock.

    Raises:
        StoreUnavailableError: the store is away.
    """

    async def open_meeting() -> Meeting:
        return await store.open_meeting(room_sid, room_name=room_name, now_ms=round(now() * 1000))

    meeting = await open_meeting()
    # What an agent that was killed had no time to write has numbers before ours.
    await _replay(store, waiting_folder, meeting.room_sid)
    # Anew also when nothing was there: the worker may have written it after we opened.
    return await open_meeting()


async def _replay(store: Store, folder: Path, room_sid: str) -> None:
    for _ in range(_LOOKS):
        try:
            await replay(store, folder, room_sid)
        except FileInUseError:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            return
    logger.error("finals of an earlier agent wait still: somebody else holds their file")
