"""A real call over HTTP while it runs: events, a playbook's new version, what is refused."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from tests.agent.people import Person, open_room
from tests.agent.speech import read_line
from tests.parts import TestStack
from wire.controls import CALL_STATE

pytestmark = pytest.mark.room

PRICE = read_line(8)
PATIENCE_SECONDS = 60.0
AGAIN = """\
name: New version
rules:
  - id: of-the-new-version
    phrases: ["{phrase}"]
    say: Tell them what changed last night.
    heard_from: anyone
"""


async def read_events(lines: Any, *names: str) -> dict[str, dict[str, Any]]:
    """The content of the first event of each name."""
    found: dict[str, dict[str, Any]] = {}
    event = ""
    async for line in lines:
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: ") and event in names:
            found.setdefault(event, json.loads(line.removeprefix("data: ")))
            if len(found) == len(names):
                return found
    raise AssertionError(f"the stream ended with {set(found)}")


async def test_a_running_call_is_followed_and_follows_a_new_version_of_its_playbook(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url, playbook="sales")
    headers = {"Authorization": f"Bearer {seats.host_link.partition('#')[2]}"}
    async with (
        asyncio.timeout(PATIENCE_SECONDS * 3),
        httpx.AsyncClient(
            base_url=stack.token_server_url, headers=headers, timeout=PATIENCE_SECONDS
        ) as host,
        httpx.AsyncClient(base_url=stack.token_server_url) as here,
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
    ):
        await ana.wait_for_agent()
        await ben.open_microphone()
        (meeting,) = (await host.get("/meetings")).json()["meetings"]
        path = f"/meetings/{meeting['room_sid']}"
        async with host.stream("GET", f"{path}/events") as stream, aclosing(stream):
            await ben.say(PRICE.samples)
            events = await read_events(stream.aiter_lines(), "segment", "talking_point")
        segment, point = events["segment"], events["talking_point"]
        found = (await host.get("/meetings", params={"q": segment["text"]})).json()["meetings"]
        assert [one["room_sid"] for one in found] == [meeting["room_sid"]]
        gone = await host.delete(f"{path}/participants/{seats.guest_identity}/words")
        assert (gone.status_code, (await host.delete(path)).status_code) == (409, 409)

        known = len([one for one in ana.packets if one.topic == CALL_STATE])
        try:
            put = await here.put(
                "/playbooks/sales",
                content=AGAIN.format(phrase=point["quote"]),
                headers={"Content-Type": "application/yaml"},
            )
            assert put.status_code == 200, put.text
            await ana.wait_until(
                lambda: len([one for one in ana.packets if one.topic == CALL_STATE]) > known
            )
            await ben.say(PRICE.samples)
            await ana.wait_until(
                lambda: any(one.rule_id == "of-the-new-version" for one in ana.talking_points)
            )
        finally:
            await here.delete("/playbooks/sales")
        points = (await host.get(f"{path}/talking-points")).json()["talking_points"]
        states = {one["id"]: one["state"] for one in points}
        assert states[point["id"]] == "shown"
        assert len(states) > 1
