"""The minutes of a call that was played: waited for over HTTP, and printed."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from rich.console import Console

from lab import minutes as minutes_module
from lab.front_desk import FrontDesk
from lab.minutes import print_minutes, wait_for_minutes
from lab.play import PlayError
from lab.recording import Recording
from tests.lab.recordings import make_recording
from wire.minutes import Minutes

pytestmark = pytest.mark.unit

ROOM = {
    "room_name": "by-hand",
    "host": {"invitation": "host's"},
    "guest": {"invitation": "guest's"},
}


def written(**changes: Any) -> dict[str, Any]:
    minutes = make_recording().minutes
    assert minutes
    return minutes.model_dump(mode="json") | changes


@asynccontextmanager
async def front_desk(*answers: list[dict[str, Any]], status: int = 200) -> AsyncIterator[FrontDesk]:
    """A desk at a token server that answers so, one after the other, and then the same again."""
    left = list(answers)

    async def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.json_response(ROOM)
        assert request.path == "/meetings/RM_1/minutes"
        assert request.headers["Authorization"] == "Bearer host's"
        listed = left.pop(0) if len(left) > 1 else left[0]
        return web.json_response({"minutes": listed}, status=status)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = "http://{}:{}".format(*runner.addresses[0][:2])
        async with aiohttp.ClientSession() as http:
            desk = FrontDesk(http, url, None)
            await desk.open_room("sales")
            yield desk
    finally:
        await runner.cleanup()


def unwritten() -> Recording:
    recording = make_recording()
    recording.room_sid = "RM_1"
    recording.minutes = recording.minutes_wait_seconds = None
    return recording


async def test_the_minutes_of_everybody_and_of_the_whole_meeting_are_waited_for() -> None:
    personal = written(profile_id="ana", title="For Ana")
    live = written(state="live", title="So far")
    recording = unwritten()
    async with front_desk([], [personal], [live], [personal, written()]) as desk:
        await wait_for_minutes(desk, recording)
    assert recording.minutes == Minutes.model_validate(written())
    assert recording.minutes_wait_seconds is not None


async def test_minutes_that_do_not_come_are_not_waited_for_any_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minutes_module, "PATIENCE_SECONDS", 0.3)
    recording = unwritten()
    async with front_desk([]) as desk:
        await wait_for_minutes(desk, recording)
    assert (recording.minutes, recording.minutes_wait_seconds) == (None, None)


async def test_a_refusal_ends_the_waiting() -> None:
    async with front_desk([], status=403) as desk:
        with pytest.raises(PlayError, match="refused with status 403"):
            await wait_for_minutes(desk, unwritten())


def printed(**changes: Any) -> str:
    out = io.StringIO()
    minutes = Minutes.model_validate_json(json.dumps(written(**changes)))
    print_minutes(minutes, Console(file=out, width=100, highlight=False))
    return out.getvalue()


def test_what_people_read_first_is_printed_with_its_quotes() -> None:
    (item,) = written()["action_items"]
    text = printed(
        action_items=[item | {"due": "2026-11-27", "due_spoken": "on friday"}],
        coverage="Everything was heard.",
    )
    assert text.splitlines()[1:3] == ["Minutes: A price", "written by first"]
    assert "  • Ana, due 2026-11-27: Ana sends the price to Ben." in text
    assert '    "I will send it to you"' in text
    assert "Open questions" in text
    assert "Decisions" not in text
    assert "Everything was heard." in text


def test_minutes_without_a_model_say_so() -> None:
    assert "written by no model" in printed(written_by=[])
