"""A media server that is away, refuses us, or is none."""

import asyncio
from typing import Any

import pytest

from tests.token_server.front import OpenFront, problem

pytestmark = pytest.mark.room


async def test_a_failing_media_server_leaves_no_open_room(
    open_front: OpenFront, media_server: Any
) -> None:
    async with open_front() as front:
        media_server.stop()
        try:
            down = await front.client.post("/rooms", json={"room_name": "half"})
            listed = await front.client.get("/rooms")
            ready = await front.client.get("/ready")
            health = await front.client.get("/health")
        finally:
            media_server.start()
        back = await front.client.post("/rooms", json={"room_name": "half"})

    body = problem(down, 503, "media-server-down")
    assert media_server.url.removeprefix("ws://") in body["detail"]
    assert "LIVEKIT_URL" in body["remedy"]
    assert listed.json() == {"rooms": []}
    checks = {check["name"]: check for check in problem(ready, 503, "not-ready")["checks"]}
    assert checks["media_server"]["ok"] is False
    assert checks["store"]["ok"] is True
    assert health.json() == {"status": "alive"}
    assert back.status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"livekit_api_key": "no-such-key"},
        {"livekit_api_secret": "another-secret-another-secret-0123"},
    ],
)
async def test_keys_that_the_media_server_refuses_are_named(
    changes: dict[str, str], open_front: OpenFront
) -> None:
    async with open_front(**changes) as front:
        answer = await front.client.post("/rooms", json={})

    body = problem(answer, 502, "media-server-refused")
    assert "LIVEKIT_API_KEY" in body["remedy"]
    assert "LIVEKIT_API_SECRET" in body["remedy"]
    assert front.settings.api_secret not in answer.text


async def test_something_else_at_the_media_servers_address_is_named(open_front: OpenFront) -> None:
    async def answer_html(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer_html, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        async with open_front(livekit_url=f"ws://127.0.0.1:{port}") as front:
            answer = await front.client.post("/rooms", json={})

    assert "no LiveKit server" in problem(answer, 502, "media-server-refused")["detail"]
