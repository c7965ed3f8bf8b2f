"""The money of a call, on a real store."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.budget import Budget
from agent.prices import PriceRow, PriceTable
from agent.usage import Usage
from records import Store
from settings import CostSettings
from wire.costs import CostReport
from wire.coverage import Notice

pytestmark = pytest.mark.unit

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
DAY_SECONDS = 86400.0


def row(model: str, unit: Any, price: str) -> PriceRow:
    return PriceRow(
        provider="cloud",
        model=model,
        unit=unit,
        price=Decimal(price),
        per=1,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC).date(),
        source="here",
    )


PRICES = PriceTable(
    currency="EUR",
    prices=(row("model", "output_tokens", "0.01"), row("own", "output_tokens", "0")),
)


@dataclass
class Hosts:
    """What the hosts were told, and the clock on their wall."""

    now: float = NOON
    reports: list[CostReport] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)

    def told(self) -> list[tuple[str, bool]]:
        return [(notice.id, notice.over) for notice in self.notices]


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


async def open_budget(store: Store, hosts: Hosts, room_sid: str = "RM_1", **caps: Any) -> Budget:
    await store.open_meeting(room_sid, room_name=f"room of {room_sid}", now_ms=1)
    budget = Budget(
        prices=PRICES,
        settings=CostSettings(**caps),
        store=store,
        room_sid=room_sid,
        report=hosts.reports.append,
        tell=hosts.notices.append,
        now=lambda: hosts.now,
    )
    budget.on_level.append(hosts.levels.append)
    await budget.load()
    return budget


def tokens(amount: float, model: str = "model", **more: Any) -> Usage:
    return Usage(provider="cloud", model=model, amounts={"output_tokens": amount}, **more)


async def test_the_hosts_are_warned_at_eighty_percent_once(store: Store, hosts: Hosts) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    budget.record(tokens(79))
    assert (budget.level, hosts.notices) == ("normal", [])
    budget.record(tokens(1))
    budget.record(tokens(1))
    assert budget.level == "warning"
    assert hosts.told() == [("cap_near:call", False)]
    assert "1.00 EUR" in hosts.notices[0].text
    assert hosts.levels == ["warning"]


async def test_several_requests_at_once_never_pass_the_cap_together(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    kept = [budget.reserve(tokens(30)) for _ in range(5)]
    assert [bool(one) for one in kept] == [True, True, True, False, False]
    for one in kept:
        if one:
            one.settle(tokens(30))
    budget.publish()
    assert hosts.reports[-1].call == pytest.approx(0.9)
    assert budget.level == "stepped_down"


async def test_what_was_kept_and_not_used_is_there_again(store: Store, hosts: Hosts) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    first = budget.reserve(tokens(70))
    assert first
    first.settle(tokens(10))
    first.settle(tokens(10))  # a second time does nothing
    second = budget.reserve(tokens(70))
    assert second
    second.settle(None)
    third = budget.reserve(tokens(80))
    assert third
    third.settle(tokens(5))
    budget.publish()
    assert hosts.reports[-1].call == pytest.approx(0.15)
    assert budget.level == "normal"


async def test_one_request_that_is_too_dear_ends_nothing_else(store: Store, hosts: Hosts) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    budget.record(tokens(10))
    assert budget.reserve(tokens(95)) is None
    assert budget.level == "normal"
    assert budget.reserve(tokens(20))


async def test_stepped_down_nothing_that_costs_begins_and_what_is_free_goes_on(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    budget.record(tokens(85))
    assert budget.reserve(tokens(20)) is None
    assert hosts.levels == ["warning", "stepped_down"]
    assert hosts.told() == [("cap_near:call", False), ("stepped_down:call", False)]
    assert budget.reserve(tokens(1)) is None  # it would fit, but stepping up and down helps nobody
    assert budget.reserve(tokens(50, "stranger")) is None
    assert budget.reserve(tokens(1000, "own"))


async def test_what_streams_may_still_cost_counts_towards_the_cap(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    budget.cost_under_way = lambda: 0.25
    budget.record(tokens(74))
    assert hosts.levels == []
    budget.record(tokens(2))
    assert hosts.levels == ["stepped_down"]


def test_what_a_provider_says_itself_counts_in_dollars() -> None:
    prices = PRICES.model_copy(update={"currency": "USD"})
    told = tokens(50, "stranger", cost=0.02)
    day = datetime.fromtimestamp(NOON, UTC).date()
    assert prices.cost(told, day) == 0.02
    assert PRICES.cost(told, day) is None


async def test_an_unknown_price_is_told_as_unknown_and_not_as_nothing(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    kept = budget.reserve(tokens(50, "stranger"))
    assert kept
    kept.settle(tokens(50, "stranger", estimated=True))
    budget.record(tokens(10))
    budget.publish()
    (report,) = hosts.reports
    stranger = next(one for one in report.providers if one.model == "stranger")
    assert (stranger.cost, stranger.usage, stranger.estimated) == (
        None,
        {"output_tokens": 50},
        True,
    )
    assert report.call == pytest.approx(0.1)


async def test_the_report_comes_when_something_has_changed_and_again_for_who_comes_later(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0, cost_cap_day=5.0)
    budget.publish()
    budget.publish()
    assert len(hosts.reports) == 1
    budget.record(tokens(85))
    budget.publish()
    assert hosts.reports[-1].model_dump(exclude={"providers", "v"}) == {
        "at_ms": round(NOON * 1000),
        "currency": "EUR",
        "call": pytest.approx(0.85),
        "day": pytest.approx(0.85),
        "call_cap": 1.0,
        "day_cap": 5.0,
        "level": "warning",
    }
    budget.welcome()
    budget.publish()
    assert len(hosts.reports) == 3
    assert hosts.told() == [("cap_near:call", False), ("cap_near:call", False)]


async def test_an_agent_that_takes_a_call_up_goes_on_counting(store: Store, hosts: Hosts) -> None:
    first = await open_budget(store, hosts, cost_cap_call=1.0)
    first.record(tokens(60))
    await first.look()
    first.record(tokens(25))
    await first.look()
    second = await open_budget(store, Hosts(), cost_cap_call=1.0)
    assert second.level == "warning"
    assert second.reserve(tokens(20)) is None


async def test_meetings_share_the_cap_of_the_day(store: Store, hosts: Hosts) -> None:
    one = await open_budget(store, hosts, cost_cap_day=1.0)
    other = await open_budget(store, Hosts(), "RM_2", cost_cap_day=1.0)
    one.record(tokens(60))
    await one.look()
    await other.look()
    assert other.reserve(tokens(50)) is None
    kept = other.reserve(tokens(35))
    assert kept
    kept.settle(tokens(35))
    await other.look()
    await one.look()
    assert hosts.levels == ["warning"]
    assert one.reserve(tokens(10)) is None
    assert hosts.levels == ["warning", "stepped_down"]


async def test_the_day_ends_at_midnight_utc(store: Store, hosts: Hosts) -> None:
    budget = await open_budget(store, hosts, cost_cap_day=1.0, cost_cap_call=100.0)
    budget.record(tokens(90))
    assert budget.reserve(tokens(20)) is None
    hosts.now += DAY_SECONDS / 2
    await budget.look()
    assert hosts.levels == ["warning", "stepped_down", "normal"]
    assert hosts.told()[2:] == [("cap_near:day", True), ("stepped_down:day", True)]
    assert budget.reserve(tokens(20))
    budget.publish()
    assert hosts.reports[-1].day == 0
    assert hosts.reports[-1].call == pytest.approx(0.9)


async def test_the_cap_of_the_call_knows_no_midnight(store: Store, hosts: Hosts) -> None:
    budget = await open_budget(store, hosts, cost_cap_call=1.0)
    budget.record(tokens(90))
    assert budget.reserve(tokens(20)) is None
    hosts.now += DAY_SECONDS
    await budget.look()
    assert budget.level == "stepped_down"


async def test_without_a_cap_everything_is_counted_and_nothing_refused(
    store: Store, hosts: Hosts
) -> None:
    budget = await open_budget(store, hosts)
    assert budget.reserve(tokens(1_000_000))
    budget.record(tokens(1_000_000))
    budget.publish()
    assert (budget.level, hosts.notices) == ("normal", [])
    assert hosts.reports[-1].call == pytest.approx(10_000)
    assert (hosts.reports[-1].call_cap, hosts.reports[-1].day_cap) == (None, None)


async def test_what_could_not_be_kept_is_kept_with_the_next_look(
    store: Store, hosts: Hosts, database_url: str
) -> None:
    budget = await open_budget(store, hosts, cost_cap_day=1.0)
    budget.record(tokens(10))
    path = Path(database_url.removeprefix("sqlite:///"))
    away = path.with_suffix(".away")
    await store.aclose()
    move(path, away)
    await budget.look()
    await store.aclose()
    move(away, path)
    assert await store.list_meeting_usage("RM_1") == []
    await budget.look()
    assert [one.cost for one in await store.list_meeting_usage("RM_1")] == [pytest.approx(0.1)]


def move(path: Path, to: Path) -> None:
    path.replace(to)
