"""A real media server that has no egress service."""

import asyncio
from pathlib import Path

import pytest

from agent.settings import AgentSettings
from agent.sound.egress import EgressParts
from records import Files, Store
from tests.agent.sound.test_egress import ROOM_SID, part
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET, MediaServer

pytestmark = pytest.mark.room


async def test_a_media_server_without_the_service_is_told_in_words(
    media_server: MediaServer, store: Store, tmp_path: Path
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_sound_part(part(1))
    settings = AgentSettings(
        livekit_url=media_server.url,
        livekit_api_key=API_KEY,
        livekit_api_secret=API_SECRET,
        files_url="s3://calls",
    )
    parts = EgressParts(
        settings, store=store, files=Files(str(tmp_path)), room_name="acme", room_sid=ROOM_SID
    )
    told: list[tuple[str, str]] = []
    parts.on_failure = lambda part_id, reason: told.append((part_id, reason))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(parts.run())
        parts.begin(part(1), "TR_1")
        await until(lambda: told)
        running.cancel()
    ((part_id, reason),) = told
    assert part_id == "SP_1"
    assert "egress service says" in reason
    assert "egress not connected" in reason
