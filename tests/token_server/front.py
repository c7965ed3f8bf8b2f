"""What the tests of the token server share: a running one, and how to ask it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

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
