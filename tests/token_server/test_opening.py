import asyncio
from typing import Any

import pytest

from tests.token_server.front import OpenFront, create
from token_server import upkeep
from token_server.doorkeeper import Doorkeeper
from token_server.meetings.live import LiveMeetings
from token_server.meetings.retention import Retention
from token_server.uploads.watch import UploadWatch
from token_server.watch import Watch
from token_server.webhooks.sender import WebhookSender

pytestmark = pytest.mark.room


async def test_what_breaks_in_one_part_ends_no_other_and_its_text_is_in_no_log(
    open_front: OpenFront, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_down(*_: Any) -> None:
        raise ValueError("quartzbeetle")

    monkeypatch.setattr(upkeep, "PAUSE_SECONDS", 0.2)
    for part, method in (
        (Doorkeeper, "look_once"),
        (LiveMeetings, "run"),
        (Retention, "finish"),
        (UploadWatch, "look_once"),
        (Watch, "look_once"),
        (WebhookSender, "send_due"),
    ):
        monkeypatch.setattr(part, method, break_down)
    names = ("doorkeeper", "live meetings", "retention", "upload watch", "webhooks")
    async with open_front() as front, asyncio.timeout(10):
        # Twice: each has begun again.
        while not all(  # noqa: ASYNC110 - a log line sets no event
            caplog.text.count(f"{name} broke off") > 1 for name in names
        ):
            await asyncio.sleep(0.05)
        await create(front)

    assert "rooms are not watched: a look failed with ValueError in" in caplog.text
    assert "quartzbeetle" not in caplog.text
