"""Events of the media server: real ones, and what others make of them."""

import asyncio
import base64
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from livekit import api, rtc

from stack.media_server import WEBHOOK_PATH
from tests.parts import MediaServer
from tests.token_server.front import Front, problem
from token_server.app import create_app
from token_server.guards import EVENT_BYTES, EVENT_KIND, EVENT_PATH
from token_server.media_events import MediaEvents
from token_server.settings import TokenServerSettings

pytestmark = pytest.mark.room

JOINED = {"event": "participant_joined", "id": "EV_1", "room": {"name": "demo"}}


def signed(
    body: bytes, settings: TokenServerSettings, ttl_seconds: int = 300, secret: str | None = None
) -> str:
    """Sign as the media server does."""
    token = api.AccessToken(settings.livekit_api_key, secret or settings.api_secret)
    token.claims.sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return token.with_ttl(timedelta(seconds=ttl_seconds)).to_jwt()


async def send(front: Front, body: bytes, authorization: str | None) -> httpx.Response:
    headers = {"Content-Type": EVENT_KIND}
    if authorization is not None:
        headers["Authorization"] = authorization
    return await front.client.post(EVENT_PATH, content=body, headers=headers)


@pytest.fixture
def wakings(front: Front) -> list[int]:
    """Counts how often an event has woken the watch of this token server."""
    counted: list[int] = []
    desk = front.app.state.desk
    events = MediaEvents(front.settings, lambda: counted.append(1))
    object.__setattr__(desk, "media_events", events)
    return counted


async def test_a_signed_event_wakes_the_watch_once_however_often_it_comes(
    front: Front, wakings: list[int]
) -> None:
    body = json.dumps(JOINED).encode()
    for _ in range(3):
        answer = await send(front, body, signed(body, front.settings))
        assert answer.status_code == 204

    assert len(wakings) == 1


async def test_another_event_wakes_it_again(front: Front, wakings: list[int]) -> None:
    for number in (1, 2):
        body = json.dumps(JOINED | {"id": f"EV_{number}"}).encode()
        await send(front, body, signed(body, front.settings))

    assert len(wakings) == 2


async def test_an_event_that_changes_nothing_for_agents_wakes_nobody(
    front: Front, wakings: list[int]
) -> None:
    body = json.dumps(JOINED | {"event": "track_published"}).encode()
    answer = await send(front, body, signed(body, front.settings))

    assert answer.status_code == 204
    assert not wakings


async def test_what_was_changed_on_its_way_is_refused(front: Front, wakings: list[int]) -> None:
    body = json.dumps(JOINED).encode()
    answer = await send(front, body.replace(b"demo", b"tomb"), signed(body, front.settings))

    problem(answer, 401, "event-forged")
    assert not wakings


async def test_what_is_not_signed_by_our_media_server_is_refused(
    front: Front, wakings: list[int]
) -> None:
    body = json.dumps(JOINED).encode()
    settings = front.settings
    person = (
        api.AccessToken(settings.livekit_api_key, settings.api_secret)
        .with_identity("guest")
        .with_grants(api.VideoGrants(room_join=True, room="demo"))
        .to_jwt()
    )
    forged: tuple[str | None, ...] = (
        None,
        "",
        "nonsense",
        f"Bearer {signed(body, settings)}",
        signed(body, settings, secret="another secret of more than 32 characters"),
        signed(body, settings, ttl_seconds=-120),
        person,
    )
    for authorization in forged:
        problem(await send(front, body, authorization), 401, "event-forged")
    assert not wakings


@pytest.mark.parametrize("body", [b"[]", b"not json", b"\xff", b"{}"])
async def test_what_is_signed_and_no_event_is_refused(front: Front, body: bytes) -> None:
    problem(await send(front, body, signed(body, front.settings)), 422, "invalid")


async def test_a_body_that_is_too_large_or_of_another_kind_is_refused(front: Front) -> None:
    body = b"x" * (EVENT_BYTES + 1)
    problem(await send(front, body, ""), 413, "too-large")
    answer = await front.client.post(EVENT_PATH, json=JOINED)
    problem(answer, 415, "not-json")


async def test_only_so_many_ids_are_remembered(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("token_server.media_events._REMEMBERED", 2)
    events = MediaEvents(front.settings, lambda: None)
    for number in range(5):
        body = json.dumps(JOINED | {"id": f"EV_{number}"}).encode()
        events.take(body, signed(body, front.settings))

    assert list(events._seen) == ["EV_3", "EV_4"]


def test_the_stack_sends_events_to_where_they_are_taken() -> None:
    assert WEBHOOK_PATH == EVENT_PATH


@asynccontextmanager
async def serving(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
                await asyncio.sleep(0.01)
            yield
        finally:
            server.should_exit = True
            await running


async def test_the_real_media_server_wakes_the_watch_when_somebody_joins(
    make_settings: Callable[..., TokenServerSettings], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        media = MediaServer(tmp_path, token_server_url=url)
        media.start()
        try:
            app = create_app(make_settings(livekit_url=media.url), page_dir=tmp_path)
            async with serving(app, listener):
                woken = asyncio.Event()
                events = MediaEvents(make_settings(), woken.set)
                object.__setattr__(app.state.desk, "media_events", events)
                async with httpx.AsyncClient(base_url=url) as client:
                    room = (await client.post("/rooms", json={})).json()
                person = rtc.Room()
                async with asyncio.timeout(10):
                    await woken.wait()  # the room has started
                    woken.clear()
                    await person.connect(media.url, room["host"]["token"])
                    await woken.wait()
                await person.disconnect()
        finally:
            media.stop()
