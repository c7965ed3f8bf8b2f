"""What the tests of tasks, answers and commands share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from livekit import rtc

from agent.publisher import Publisher
from transcript_buffer import Role, Segment
from wire.tasks import Task

ROOM_SID = "RM_1"
START_SECONDS = 1_795_016_400.0
"""Wednesday, 18 November 2026, 15:00 UTC."""


def make_task(**fields: Any) -> Task:
    values: dict[str, Any] = {
        "id": "TK_1",
        "version": 1,
        "sequence": 1,
        "state": "confirmed",
        "what": "send the contract",
        "quote": "Sidenote, remind me to send the contract",
        "segment_id": "SG_1",
        "host_identity": "host-1",
        "created_at_ms": 1_000,
        "changed_at_ms": 1_000,
    }
    return Task(**{**values, **fields})


def say(text: str, role: Role = "host", *, at: float = 0.0, **fields: Any) -> Segment:
    """Something that Ana, the host, or Ben, the guest, has said."""
    values: dict[str, Any] = {
        "id": f"SG_{at:g}_{role}",
        "speaker": f"{role}-1",
        "name": "Ana" if role == "host" else "Ben",
        "role": role,
        "text": text,
        "start_seconds": START_SECONDS + at,
        "end_seconds": START_SECONDS + at + 2.0,
        "final": True,
    }
    return Segment(**{**values, **fields})


@asynccontextmanager
async def sending() -> AsyncIterator[Publisher]:
    """A publisher of a room without hosts: everything is numbered and kept, and nobody is told."""
    publisher = Publisher(room=rtc.Room(), hosts=list, last_sequence=0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(publisher.run())
        try:
            yield publisher
        finally:
            publisher.end_input()


def read_database(database_url: str) -> bytes:
    """Every byte of a SQLite file and its journal."""
    path = Path(database_url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
