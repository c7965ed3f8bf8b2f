import asyncio
import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from records import Store
from tests.token_server.front import Front, OpenFront, create, problem
from token_server import guards
from token_server.desk import wall_clock_ms

pytestmark = pytest.mark.room

JSON = {"content-type": "application/json"}


async def test_ready_names_every_part(front: Front) -> None:
    store: Store = front.app.state.desk.store
    without = problem(await front.client.get("/ready"), 503, "not-ready")
    now_ms = wall_clock_ms()
    await store.beat_worker("w1", agent_name="sidenote", active_jobs=2, now_ms=now_ms)
    ready = await front.client.get("/ready")

    checks = {check["name"]: check["ok"] for check in without["checks"]}
    assert checks == {"media_server": True, "store": True, "worker": False}
    assert "python -m agent start" in without["remedy"]
    assert ready.status_code == 200
    assert ready.json()["ready"] is True
    assert ready.json()["checks"][2]["detail"] == "1 registered, 2 calls"


async def test_a_worker_that_fell_silent_or_has_another_name_does_not_count(front: Front) -> None:
    store: Store = front.app.state.desk.store
    now_ms = wall_clock_ms()
    await store.beat_worker("w1", agent_name="sidenote", active_jobs=0, now_ms=now_ms - 10_001)
    await store.beat_worker("w2", agent_name="other", active_jobs=0, now_ms=now_ms)

    problem(await front.client.get("/ready"), 503, "not-ready")


async def test_a_store_that_is_gone_is_named(front: Front, tmp_path: Path) -> None:
    room = await create(front)
    with closing(sqlite3.connect(tmp_path / "sidenote.db")) as database, database:
        for table in ("rooms", "workers"):
            database.execute(f"DROP TABLE {table}")
    rooms = await front.client.get("/rooms")
    token = await front.client.post(
        "/tokens", json={}, headers={"Authorization": f"Bearer {room['host']['invitation']}"}
    )
    ready = problem(await front.client.get("/ready"), 503, "not-ready")

    assert "DATABASE_URL" in problem(rooms, 503, "store-down")["remedy"]
    problem(token, 503, "store-down")
    assert {check["name"] for check in ready["checks"] if not check["ok"]} == {"store", "worker"}


@pytest.mark.parametrize("path", ["/nothing", "/rooms/x/y/z", "/assets/none.js", "/favicon.ico"])
async def test_an_unknown_path_is_a_problem(path: str, front: Front) -> None:
    problem(await front.client.get(path), 404, "not-found")


async def test_a_wrong_method_is_answered_with_the_right_one(front: Front) -> None:
    answer = await front.client.get("/tokens")

    assert "POST" in problem(answer, 405, "wrong-method")["remedy"]
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_is_not_declared_as_json_is_refused(
    kind: str | None, front: Front
) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = await front.client.post("/rooms", content=b"{}", headers=headers)

    assert "application/json" in problem(answer, 415, "not-json")["remedy"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is not JSON at character 1"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
    ],
)
async def test_a_broken_body_is_explained(content: bytes, words: str, front: Front) -> None:
    answer = await front.client.post("/rooms", content=content, headers=JSON)

    assert words in problem(answer, 422, "invalid")["errors"][0]["problem"]


async def test_a_body_nested_too_deep_is_refused(front: Front) -> None:
    answer = await front.client.post("/rooms", content=b"[" * 10_000, headers=JSON)

    problem(answer, 400, "bad-request")


async def test_a_large_body_is_refused_with_the_limit(front: Front) -> None:
    answer = await front.client.post("/tokens", content=b"{}" + b" " * 20_000, headers=JSON)

    assert "16384 bytes" in problem(answer, 413, "too-large")["detail"]


async def test_a_large_body_sent_in_pieces_is_refused(front: Front) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 1024

    problem(await front.client.post("/tokens", content=pieces(), headers=JSON), 413, "too-large")


async def test_a_body_that_does_not_come_is_waited_for_a_while(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(guards, "_SLOW_LINE", 1e9)

    async def pieces() -> Any:
        yield b"{"
        await asyncio.Event().wait()

    answer = await front.client.post("/tokens", content=pieces(), headers=JSON)
    assert "send it again" in problem(answer, 408, "too-slow")["remedy"]
    assert answer.headers["connection"] == "close"


async def test_what_breaks_inside_is_told_to_nobody_and_its_text_is_in_no_log(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_down() -> None:
        raise ValueError("quartzbeetle")

    monkeypatch.setattr(front.app.state.desk.store, "list_open_rooms", break_down)
    # What comes out of the application, uvicorn writes down with its text.
    transport = httpx.ASGITransport(app=front.app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        answer = await client.get("/rooms")

    assert "quartzbeetle" not in problem(answer, 500, "unexpected")["detail"]
    assert "a request failed: ValueError in" in caplog.text
    assert "break_down" in caplog.text
    assert "quartzbeetle" not in caplog.text


async def test_answers_are_not_cached_or_guessed(front: Front) -> None:
    answer = await front.client.get("/health")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_log_holds_neither_keys_nor_invitations_nor_names(
    open_front: OpenFront, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_front(sidenote_api_key="key-of-the-tests-0123456789") as front:
        front.client.headers["X-API-Key"] = "key-of-the-tests-0123456789"
        room = await create(front, host_name="Ana Secret")
        await front.client.post(
            "/tokens?x=query-secret",
            json={"participant_identity": "browser-secret", "participant_name": "Ben Secret"},
            headers={"Authorization": f"Bearer {room['guest']['invitation']}"},
        )
        await front.client.get("/rooms/a%0Ab/participants")
        await front.client.get("/profiles/ana-secret")
        await front.client.delete("/meetings/RM_1/participants/ben-secret/words")

    ours = [record for record in caplog.records if record.name.startswith("token_server")]
    text = "\n".join(record.getMessage() for record in ours)
    assert "POST /tokens 201" in text
    assert "a%0Ab" in text
    for secret in ("Secret", "secret", "key-of-the-tests", room["guest"]["invitation"]):
        assert secret not in text


async def test_every_model_of_the_description_has_an_example(front: Front) -> None:
    description = (await front.client.get("/openapi.json")).json()
    schemas = description["components"]["schemas"]

    # Messages of the room stand in the examples of what holds them.
    of_the_room = {
        "ActionItem",
        "Answer",
        "AnswerQuote",
        "BriefLine",
        "Evidence",
        "Minutes",
        "MinutesLine",
        "MinutesSection",
        "ProviderCost",
        "SpeakerCoverage",
        "SpeakerInsight",
        "SpeakerReport",
        "StatisticsReport",
        "TalkingPoint",
        "Task",
    }
    without = {name for name, schema in schemas.items() if "example" not in schema}
    assert without - of_the_room == set()
    assert {"Problem", "NewRoom", "TokenRequest", "Readiness"} <= set(schemas)
    assert "HTTPValidationError" not in json.dumps(description)


async def test_the_description_points_at_nothing_that_is_missing(front: Front) -> None:
    description = (await front.client.get("/openapi.json")).json()
    text = json.dumps(description)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert names <= set(description["components"]["schemas"])


async def test_docs_show_every_route_without_asking_anybody_else(front: Front) -> None:
    answer = await front.client.get("/docs")

    for route in ("POST /rooms", "POST /tokens", "GET /ready", "DELETE /rooms/{room_name}"):
        assert f"<code>{route}</code>" in answer.text
    assert "participant_identity" in answer.text
    assert "<script" not in answer.text
    # Addresses stand in examples; none is a link or loads anything.
    assert 'href="http' not in answer.text
    assert "src=" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_without_a_built_page_the_remedy_is_shown(front: Front) -> None:
    browser = await front.client.get("/", headers={"accept": "text/html,*/*"})
    program = await front.client.get("/call/demo")

    assert browser.status_code == 503
    assert "make web" in browser.text
    assert "make web" in problem(program, 503, "page-missing")["remedy"]


async def test_the_built_page_is_served_for_every_call(
    open_front: OpenFront, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>built</title>")
    (dist / "assets" / "app-1.js").write_text("1")
    (dist / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    async with open_front(page_dir=dist) as front:
        start = await front.client.get("/")
        call = await front.client.get("/call/acme-demo")
        meetings = await front.client.get("/meeting")
        meeting = await front.client.get("/meeting/RM_1")
        odd = await front.client.get("/call/a%20b")
        asset = await front.client.get("/assets/app-1.js")
        icon = await front.client.get("/favicon.svg")
        outside = await front.client.get("/assets/..%2f..%2fsecret.txt")

    assert start.text == call.text == "<!doctype html><title>built</title>"
    assert meetings.text == meeting.text == start.text
    policy = start.headers["content-security-policy"]
    media = front.settings.livekit_url
    assert f"connect-src 'self' {media} {media.replace('ws:', 'http:')}" in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=(self)" in start.headers["permissions-policy"]
    assert start.headers["referrer-policy"] == "no-referrer"
    assert start.headers["cache-control"] == "no-cache"
    assert odd.status_code == 422
    assert "immutable" in asset.headers["cache-control"]
    assert icon.status_code == 200
    assert outside.status_code == 404
