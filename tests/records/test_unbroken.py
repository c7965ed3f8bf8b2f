"""Callers of the store are cancelled at any moment: nobody has to wait for what they left."""

import asyncio
import random

import pytest

from records import Store

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
CANCELLED = 150
AT_ONCE = 3


async def _write_on(store: Store, number: int) -> None:
    while True:
        await store.note_heard(ROOM_SID, until_ms=number)
        await store.take_lease(
            "acme", "job", now_ms=1, ttl_seconds=3, listens_to=ROOM_SID, heard_until_ms=number
        )


async def test_what_a_cancelled_caller_had_begun_holds_nobody_up(
    store: Store, database_url: str
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    pick = random.Random(1)
    async with Store(database_url) as other:
        for number in range(CANCELLED):
            async with asyncio.TaskGroup() as tasks:
                writing = [tasks.create_task(_write_on(store, number)) for _ in range(AT_ONCE)]
                await asyncio.sleep(pick.random() * 0.012)
                for task in writing:
                    task.cancel()
            # It would wait for the file for 5 s, and then fail.
            await other.note_heard(ROOM_SID, until_ms=number)
