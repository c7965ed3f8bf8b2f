"""Takes a room over from an agent that leaves: both hear it until that one stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.consent import Consent
from agent.early_ears import EarlyEars
from agent.given import Given
from agent.lease import RoomLease


@asynccontextmanager
async def succession(
    given: Given, room_sid: str, room_name: str, lease: RoomLease, stopping: asyncio.Event
) -> AsyncIterator[EarlyEars | None]:
    """Hear a room, ask for its lease, and wait until it is ours.

    Args:
        given: of the call; its room is connected.
        room_sid: of the room's life as the media server knows it now.
        room_name: of the room.
        lease: of the room; held by another.
        stopping: set when the call is to end.

    Yields:
        What has heard the room meanwhile; None: another agent serves it, or the call is to end.

    Raises:
        StoreUnavailableError: the store is away.
    """
    meeting = await given.store.find_meeting(room_sid)
    consent = Consent(
        store=given.store,
        room_name=room_name,
        room_sid=meeting.room_sid if meeting else room_sid,
        policy=given.consent_policy,
        on_change=lambda: None,
        now=given.now,
    )
    await consent.load()
    async with EarlyEars(given.room, consent.allows, given.now) as early:
        await early.ready()
        yield early if await _inherit(lease, stopping) else None


async def _inherit(lease: RoomLease, stopping: asyncio.Event) -> bool:
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(lease.inherit(), name="inherit")
        stopped = tasks.create_task(stopping.wait(), name="stopped")
        await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        asking.cancel()
    return not asking.cancelled() and asking.result()
