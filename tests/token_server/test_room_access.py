"""Who may make rooms: whoever has the key, and without one only this machine."""

import pytest

from tests.token_server.front import Front, OpenFront, problem

pytestmark = pytest.mark.room

KEY = "a-key-of-the-tests-0123456789"


async def test_rooms_need_the_key_when_one_is_set(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key=KEY, token_server_host="0.0.0.0") as front:
        missing = await front.client.post("/rooms", json={})
        wrong = await front.client.post("/rooms", json={}, headers={"X-API-Key": KEY + "x"})
        listed = await front.client.get("/rooms")
        deleted = await front.client.delete(
            "/rooms/x", headers=[(b"authorization", b"Bearer \xe9")]
        )
        by_header = await front.client.post("/rooms", json={}, headers={"X-API-Key": KEY})
        by_bearer = await front.client.get("/rooms", headers={"Authorization": f"Bearer {KEY}"})
        config = (await front.client.get("/config")).json()

    assert "X-API-Key" in problem(missing, 401, "key-missing")["remedy"]
    assert missing.headers["www-authenticate"] == "Bearer"
    problem(wrong, 401, "key-wrong")
    problem(listed, 401, "key-missing")
    problem(deleted, 401, "key-wrong")
    assert by_header.status_code == 201
    assert by_bearer.status_code == 200
    assert config["rooms_need_key"] is True
    assert KEY not in missing.text + wrong.text


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, "not-direct"),
        ({"host": "127.0.0.1.evil.example:8080"}, "not-direct"),
        ({"host": "[::1"}, "not-direct"),
        ({"x-forwarded-for": "203.0.113.9"}, "not-direct"),
        ({"forwarded": "for=203.0.113.9"}, "not-direct"),
        ({"origin": "https://evil.example"}, "other-origin"),
        ({"origin": "null"}, "other-origin"),
        ({"origin": "http://127.0.0.1:9999"}, "other-origin"),
    ],
)
async def test_without_a_key_only_this_machine_itself_may_ask(
    headers: dict[str, str], code: str, front: Front
) -> None:
    body = problem(await front.client.post("/rooms", json={}, headers=headers), 403, code)

    assert "key" in body["remedy"].lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:8080"},
        {"host": "localhost:5173", "origin": "http://localhost:5173"},
        {"origin": "https://app.example.com"},
    ],
)
async def test_our_own_page_and_named_origins_may_ask(
    headers: dict[str, str], open_front: OpenFront
) -> None:
    async with open_front(cors_origins="https://app.example.com") as front:
        answer = await front.client.post("/rooms", json={}, headers=headers)

    assert answer.status_code == 201


async def test_a_named_origin_may_ask_across_origins_and_no_other(open_front: OpenFront) -> None:
    def asking(origin: str) -> dict[str, str]:
        return {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }

    async with open_front(cors_origins="https://app.example.com") as front:
        named = await front.client.options("/tokens", headers=asking("https://app.example.com"))
        other = await front.client.options("/tokens", headers=asking("https://evil.example"))
        error = await front.client.post(
            "/tokens", json={}, headers={"origin": "https://app.example.com"}
        )

    assert named.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in other.headers
    assert error.headers["access-control-allow-origin"] == "https://app.example.com"
