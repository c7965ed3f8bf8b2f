"""Nobody comes in anywhere who should not: every route that there is, asked by strangers."""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from tests.token_server.front import Front, OpenFront, create
from tests.token_server.meeting import ROOM_SID, meet

pytestmark = pytest.mark.room

KEY: Final = "key-of-the-tests-0123456789"
OPEN: Final = frozenset(
    {("get", "/health"), ("get", "/ready"), ("get", "/config"), ("post", "/tokens")}
    # Signed by somebody else than who asks.
    | {("post", "/webhooks/livekit"), ("get", "/sound")}
)
"""What is for everybody, or asks for something else than a key or who is host."""
NAMES: Final = {
    "room_sid": ROOM_SID,
    "task_id": "TK_1",
    "document_name": "brief.txt",
    "template": "free",
    "identity": "guest-1",
    "profile_id": "ana",
    "name": "sales",
    "webhook_id": "WH_1",
    "upload_id": "UP_1",
}
Door = tuple[str, str, str | None]
"""Method, path, and the kind of body that it takes."""


def doors(front: Front, room_name: str) -> Iterator[Door]:
    for path, methods in front.app.openapi()["paths"].items():
        for method, about in methods.items():
            if (method, path) in OPEN:
                continue
            kinds = list(about.get("requestBody", {}).get("content", {}))
            filled = path.format_map({**NAMES, "room_name": room_name})
            yield method, filled, kinds[0] if kinds else None


async def knock(front: Front, door: Door, headers: dict[str, str]) -> httpx.Response:
    method, path, kind = door
    body: dict[str, Any] = {}
    if kind:
        body["content"] = b"--b--" if "multipart" in kind else b"{}"
        boundary = "; boundary=b" if "multipart" in kind else ""
        headers = {**headers, "Content-Type": f"{kind}{boundary}"}
    query = {"format": "json"} if path.endswith("/export") else {}
    return await front.client.request(method, path, headers=headers, params=query, **body)


async def told_of(front: Front) -> str:
    told = await meet(front)
    await told.say(1, "the price is too high")
    await told.write()
    name: str = told.room["room_name"]
    return name


async def opened(front: Front, room_name: str, headers: dict[str, str]) -> list[str]:
    """Return what somebody got into, or came so far that only their wishes were wrong."""
    found = []
    for door in doors(front, room_name):
        answer = await knock(front, door, headers)
        if answer.status_code not in {401, 403} and "meeting-not-found" not in answer.text:
            found.append(f"{door[0].upper()} {door[1]} {answer.status_code}")
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "203.0.113.7"},
    ],
)
async def test_without_a_key_no_page_of_elsewhere_gets_in_anywhere(
    front: Front, headers: dict[str, str]
) -> None:
    assert await opened(front, await told_of(front), headers) == []


async def test_with_a_key_nobody_gets_in_anywhere_without_it(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key=KEY) as front:
        front.client.headers["X-API-Key"] = KEY
        room_name = await told_of(front)
        del front.client.headers["X-API-Key"]

        for headers in ({}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer a.b.c"}):
            assert await opened(front, room_name, headers) == []


async def test_neither_a_guest_nor_the_host_of_another_room_gets_in_anywhere(
    open_front: OpenFront,
) -> None:
    async with open_front(sidenote_api_key=KEY) as front:
        front.client.headers["X-API-Key"] = KEY
        told = await meet(front)
        await told.say(1, "the price is too high")
        other = await create(front)
        del front.client.headers["X-API-Key"]

        assert await opened(front, told.room["room_name"], told.headers("guest")) == []
        host = {"Authorization": f"Bearer {other['host']['invitation']}"}
        # The list holds the other room's own meetings only, of which there are none.
        assert await opened(front, told.room["room_name"], host) == ["GET /meetings 200"]
        assert (await front.client.get("/meetings", headers=host)).json()["meetings"] == []


async def test_a_host_gets_into_its_own_room_and_nowhere_else(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key=KEY) as front:
        front.client.headers["X-API-Key"] = KEY
        told = await meet(front)
        del front.client.headers["X-API-Key"]

        room_name = told.room["room_name"]
        opened_doors = await opened(front, room_name, told.headers("host"))
        into = [line.split()[1] for line in opened_doors]
        own = ("/meetings", f"/rooms/{room_name}/")
        assert [path for path in into if not path.startswith(own)] == []
        assert f"/meetings/{ROOM_SID}" in into
