from datetime import UTC, datetime
from typing import Any

import pytest

from records import MeetingUsage, Store
from tests.token_server.front import Front, OpenFront, problem
from wire.costs import UsageUnit

pytestmark = pytest.mark.room

KEY = "a-key-of-the-tests-0123456789"
NOW_MS = round(datetime(2026, 5, 31, 12, tzinfo=UTC).timestamp() * 1000)


def used(day: str, model: str, cost: float | None, **more: Any) -> MeetingUsage:
    amounts: dict[UsageUnit, float] = {"output_tokens": 10.0}
    values: dict[str, Any] = {"provider": "openai", "estimated": False, "currency": "USD"}
    return MeetingUsage(day=day, model=model, amounts=amounts, cost=cost, **(values | more))


async def fill(store: Store) -> None:
    for number, name in ((1, "acme"), (2, "globex")):
        await store.open_meeting(f"RM_{number}", room_name=name, now_ms=number * 1000)
    await store.put_usage("RM_1", [used("2026-05-01", "small", 0.25)])
    await store.put_usage(
        "RM_1", [used("2026-05-31", "small", 0.5), used("2026-05-31", "odd", None, estimated=True)]
    )
    await store.put_usage("RM_2", [used("2026-05-31", "small", 1.0)])
    await store.put_usage("RM_2", [used("2026-05-31", "small", 2.0, currency="EUR")])
    await store.put_usage("RM_2", [used("2026-04-30", "small", 4.0)])


@pytest.fixture
async def filled(open_front: OpenFront) -> Any:
    async with open_front(clock=lambda: NOW_MS) as front:
        await fill(front.app.state.desk.store)
        yield front


async def test_costs_are_listed_by_day_and_meeting_the_newest_day_first(filled: Front) -> None:
    answer = await filled.client.get("/costs")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["first_day"], body["last_day"]) == ("2026-05-01", "2026-05-31")
    last, first = body["days"]
    assert (last["day"], first["day"]) == ("2026-05-31", "2026-05-01")
    assert (last["costs"], last["complete"]) == ({"USD": 0.5, "EUR": 2.0}, False)
    assert (first["costs"], first["complete"]) == ({"USD": 0.25}, True)
    acme, globex = last["meetings"]
    assert (acme["room_sid"], acme["room_name"], acme["started_at"]) == (
        "RM_1",
        "acme",
        "1970-01-01T00:00:01Z",
    )
    assert (acme["costs"], acme["complete"]) == ({"USD": 0.5}, False)
    assert (globex["costs"], globex["complete"]) == ({"EUR": 2.0}, True)


async def test_an_unknown_cost_is_null_and_not_nothing(filled: Front) -> None:
    body = (await filled.client.get("/costs", params={"first_day": "2026-05-31"})).json()
    odd = body["days"][0]["meetings"][0]["providers"][0]
    assert odd == {
        "provider": "openai",
        "model": "odd",
        "usage": {"output_tokens": 10.0},
        "estimated": True,
        "cost": None,
    }


async def test_days_are_asked_for_with_both_ends(filled: Front) -> None:
    days = {"first_day": "2026-04-30", "last_day": "2026-05-01"}
    body = (await filled.client.get("/costs", params=days)).json()
    assert [day["day"] for day in body["days"]] == ["2026-05-01", "2026-04-30"]


@pytest.mark.parametrize(
    "days",
    [
        {"first_day": "2026-05-02", "last_day": "2026-05-01"},
        {"first_day": "2020-01-01"},
        {"first_day": "yesterday"},
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(days: dict[str, str], filled: Front) -> None:
    problem(await filled.client.get("/costs", params=days), 422, "invalid")


async def test_costs_are_for_holders_of_the_api_key(open_front: OpenFront) -> None:
    async with open_front(sidenote_api_key=KEY) as front:
        problem(await front.client.get("/costs"), 401, "key-missing")
        problem(
            await front.client.get("/costs", headers={"X-API-Key": KEY + "x"}), 401, "key-wrong"
        )
        answer = await front.client.get("/costs", headers={"X-API-Key": KEY})
        assert (answer.status_code, answer.json()["days"]) == (200, [])


async def test_without_a_key_no_foreign_page_may_ask(front: Front) -> None:
    answer = await front.client.get("/costs", headers={"Origin": "https://evil.example"})
    problem(answer, 403, "other-origin")
