"""Playbooks over HTTP."""

from typing import Any

import httpx
import pytest

from tests.token_server.front import Front, OpenFront, problem
from token_server.guards import PLAYBOOK_BYTES
from token_server.playbooks import MOST_PLAYBOOKS

pytestmark = pytest.mark.room

SALES = "name: Sales\nrules:\n  - id: pricing\n    phrases: [the price]\n    say: Ask for it.\n"


async def put(front: Front, name: str, text: str | bytes, **more: Any) -> httpx.Response:
    headers = {"Content-Type": "application/yaml", **more}
    return await front.client.put(f"/playbooks/{name}", content=text, headers=headers)


async def test_a_playbook_is_given_listed_changed_and_forgotten(front: Front) -> None:
    first = await put(front, "sales", SALES)
    assert (first.status_code, first.json()["title"], first.json()["rules"]) == (200, "Sales", 1)
    changed = SALES.replace("Sales", "Sälës")
    assert (await put(front, "sales", changed)).json()["version"] == 2

    (listed,) = (await front.client.get("/playbooks")).json()["playbooks"]
    assert (listed["name"], listed["title"], listed["version"]) == ("sales", "Sälës", 2)
    text = await front.client.get("/playbooks/sales")
    assert (text.text, text.headers["content-type"]) == (changed, "application/yaml")
    assert (await front.client.delete("/playbooks/sales")).status_code == 204
    problem(await front.client.delete("/playbooks/sales"), 404, "playbook-not-found")
    problem(await front.client.get("/playbooks/sales"), 404, "playbook-not-found")


async def test_what_no_call_could_use_is_refused_with_its_line(front: Front) -> None:
    body = problem(await put(front, "sales", SALES + "more: 1\n"), 422, "playbook-unusable")
    assert body["detail"].startswith("line 6: ")
    assert body["remedy"]
    problem(await put(front, "sales", ""), 422, "playbook-unusable")
    problem(await put(front, "sales", b"name: \xff\n"), 422, "playbook-unusable")
    problem(await put(front, "sales", "[" * 1000), 422, "playbook-unusable")
    problem(await put(front, "Sales!", SALES), 422, "invalid")
    problem(await put(front, "sales", "x" * (PLAYBOOK_BYTES + 1)), 413, "too-large")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    problem(await put(front, "sales", SALES, **kind), 415, "not-playbook")
    assert (await front.client.get("/playbooks")).json() == {"playbooks": []}


async def test_there_are_no_more_than_there_may_be(front: Front) -> None:
    for number in range(MOST_PLAYBOOKS):
        assert (await put(front, f"p{number}", SALES)).status_code == 200
    problem(await put(front, "one-more", SALES), 409, "playbooks-full")
    assert (await put(front, "p1", SALES)).json()["version"] == 2


async def test_nobody_gives_a_playbook_without_the_key(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key="k" * 32) as front:
        problem(await put(front, "sales", SALES), 401, "key-missing")
        assert (await put(front, "sales", SALES, **{"X-API-Key": "k" * 32})).status_code == 200
