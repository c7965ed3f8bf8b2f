"""Recordings over HTTP, as jobs on the real worker, and what a kill in the middle does to them."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from records import Store
from tests.agent.speech import share_heard
from tests.made_recordings import spoken, talk, write_recording
from tests.parts import TestStack

pytestmark = pytest.mark.room

LONG = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)


@pytest.fixture
async def client(stack: TestStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.token_server_url, timeout=90) as opened:
        yield opened


async def follow(client: httpx.AsyncClient, upload_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the events of an upload until it is over."""
    events = []
    async with (
        asyncio.timeout(280),
        client.stream("GET", f"/uploads/{upload_id}/events", timeout=280) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    return events


async def test_an_uploaded_recording_becomes_a_meeting_while_its_progress_is_told(
    stack: TestStack, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    content = write_recording(tmp_path / "talk.mp3").read_bytes()
    answer = await client.post("/uploads", files={"file": ("../Talk with Ben.mp3", content)})
    assert answer.status_code == 201, answer.text
    upload = answer.json()
    assert answer.headers["location"] == f"/uploads/{upload['id']}"
    assert (upload["name"], upload["kind"], upload["state"]) == (
        "Talk with Ben.mp3",
        "mp3",
        "waiting",
    )
    events = await follow(client, upload["id"])
    percents = [told["percent"] for _, told in events]
    assert percents == sorted(percents)
    assert len(events) > 2
    name, last = events[-1]
    assert (name, last["percent"], last["seconds_left"]) == ("done", 100.0, 0.0)
    assert last["speakers"] == 2
    async with Store(stack.database_url) as store:
        meeting = await store.find_meeting(upload["room_sid"])
        segments = await store.list_segments(upload["room_sid"])
    assert meeting is not None
    assert meeting.ended_at_ms is not None
    assert share_heard(spoken(), " ".join(one.text for one in segments)) > 0.8
    assert [one.sequence for one in segments] == list(range(1, len(segments) + 1))


def job_of_upload(stack: TestStack) -> psutil.Process:
    """The process that has lowered its priority, and that of its recognizers."""
    worker = psutil.Process(stack.worker.pid)
    polite = [one for one in worker.children(recursive=True) if one.nice() > 0]
    # Recognizers run no threads.
    return next(one for one in polite if one.num_threads() > 1)


async def test_a_job_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    stack: TestStack, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    content = write_recording(tmp_path / "talk.flac", talk(LONG)).read_bytes()
    answer = await client.post("/uploads?name=long.flac", content=content)
    assert answer.status_code == 201, answer.text
    room_sid = answer.json()["room_sid"]
    async with Store(stack.database_url) as store, asyncio.timeout(300):
        while not (before := await store.list_segments(room_sid)):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)
        os.kill(job_of_upload(stack).pid, signal.SIGKILL)
        events = await follow(client, room_sid)
        after = await store.list_segments(room_sid)
    assert events[-1][0] == "done", events[-1]
    ids = [one.id for one in after]
    assert ids[: len(before)] == [one.id for one in before]
    assert len(ids) == len(set(ids)) > len(before)
    assert [one.sequence for one in after] == list(range(1, len(after) + 1))
    assert share_heard(spoken(LONG), " ".join(one.text for one in after)) > 0.8
