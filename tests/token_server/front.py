"""What the tests of the token server share: a running one, and how to ask it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from livekit import api, rtc

from token_server.settings import TokenServerSettings


@dataclass
class Front:
    """A running token server and a client that asks it."""

    app: FastAPI
    client: httpx.AsyncClient
    settings: TokenServerSettings


OpenFront = Callable[..., AbstractAsyncContextManager[Front]]


async def create(front: Front, **wanted: Any) -> dict[str, Any]:
    answer = await front.client.post("/rooms", json=wanted)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:sidenote:problem:{code}"
    assert body["status"] == status
    assert body["detail"]
    assert body["remedy"]
    return body


def token_of(front: Front, room_name: str, identity: str, kind: Any = "standard") -> str:
    """A token that this token server did not make."""
    return (
        api.AccessToken(front.settings.livekit_api_key, front.settings.api_secret)
        .with_identity(identity)
        .with_kind(kind)
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True))
        .to_jwt()
    )


@asynccontextmanager
async def joined(room: dict[str, Any], role: str = "host") -> AsyncIterator[asyncio.Event]:
    """Somebody in a room; yields what is set when they are put out."""
    async with joined_by(room["server_url"], room[role]["token"]) as gone:
        yield gone


@asynccontextmanager
async def joined_by(url: str, token: str) -> AsyncIterator[asyncio.Event]:
    """Somebody in a room by a token of theirs; yields what is set when they are put out."""
    person, gone = rtc.Room(), asyncio.Event()
    person.on("disconnected", lambda _: gone.set())
    await person.connect(url, token)
    try:
        yield gone
    finally:
        await person.disconnect()
