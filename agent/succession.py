"""Takes a room over from an agent that leaves: both hear it until that one stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from agent.admission import Admission
from agent.consent import Consent
from agent.early_ears import EarlyEars
from agent.given import Given
from agent.lease import RoomLease
from agent.retry import follow
from wire.roles import find_role

CONSENT_SECONDS: Final = 0.25
"""Between two looks at who may be listened to."""


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
    consent = await _load_consent(given, room_sid, room_name)
    admission = Admission(
        is_allowed=consent.allows,
        role_of=lambda identity: (
            find_role(given.settings.api_secret, given.life, identity) or "guest"
        ),
        most_people=given.settings.stt_most_people,
    )
    async with EarlyEars(given.room, admission, given.now) as early:

        async def hear_answers() -> None:
            """Of those who answer the agent that leaves."""
            asked_at = given.now()
            await consent.load()
            early.review(asked_at)

        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(
                follow("consent", hear_answers, seconds=CONSENT_SECONDS), name="consent"
            )
            await early.ready()
            inherited = await _inherit(lease, stopping)
            following.cancel()
        yield early if inherited else None


async def _load_consent(given: Given, room_sid: str, room_name: str) -> Consent:
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
    return consent


async def _inherit(lease: RoomLease, stopping: asyncio.Event) -> bool:
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(lease.inherit(), name="inherit")
        stopped = tasks.create_task(stopping.wait(), name="stopped")
        await asyncio.wait((asking, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        asking.cancel()
    return not asking.cancelled() and asking.result()
