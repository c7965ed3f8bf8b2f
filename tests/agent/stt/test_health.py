"""Which provider is asked, with a clock that the test moves."""

from collections.abc import Callable

import pytest
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError

from agent.stt.health import ChainHealth, ChainTimes, reason_of

pytestmark = pytest.mark.unit


class Bench:
    """A chain's health, its clock and what it told."""

    def __init__(self, providers: int = 2) -> None:
        self.now = 100.0
        self.told: list[tuple[int, str]] = []
        clock: Callable[[], float] = lambda: self.now  # noqa: E731
        times = ChainTimes()
        self.health = ChainHealth(
            providers, times, clock, lambda number, reason: self.told.append((number, reason))
        )

    def fail(self, number: int = 0, reason: str = "provider_down") -> None:
        epoch = self.health.epoch(number)
        self.health.failed(number, epoch, reason)  # type: ignore[arg-type]


def test_the_best_provider_that_works_is_asked() -> None:
    bench = Bench(3)
    assert bench.health.pick() == 0
    bench.fail(0)
    assert bench.health.pick() == 1
    bench.fail(1, "quota")
    assert bench.health.pick() == 2
    assert bench.told == [(0, "provider_down"), (1, "quota")]


def test_of_many_streams_that_tell_the_same_failure_the_first_counts() -> None:
    bench = Bench()
    epoch = bench.health.epoch(0)
    for _ in range(20):
        bench.health.failed(0, epoch, "provider_down")
    assert bench.told == [(0, "provider_down")]
    assert bench.health.due_at(0) == 102.5


def test_the_pauses_grow_and_end_with_a_real_final() -> None:
    bench = Bench()
    pauses = []
    for _ in range(6):
        bench.fail()
        pauses.append(bench.health.due_at(0) - bench.now)
        bench.health.recovered(0)
    assert pauses == [2.5, 5.0, 10.0, 30.0, 60.0, 60.0]
    bench.health.answered(0, bench.health.epoch(0))
    bench.fail()
    assert bench.health.due_at(0) - bench.now == 2.5


def test_a_provider_that_is_away_for_a_moment_is_asked_soon_after_it_is_back() -> None:
    bench = Bench()
    bench.fail()
    back_at = bench.now + 10.0
    while bench.now < back_at:
        bench.now = bench.health.due_at(0)
        bench.fail()  # each attempt, as long as it is away
    assert bench.health.due_at(0) - back_at <= 3.0
    assert bench.told == [(0, "provider_down")]


def test_a_provider_that_stays_away_is_asked_less_and_less() -> None:
    bench = Bench()
    bench.fail()
    attempts = 0
    while bench.now < 100.0 + 3600.0:
        bench.now = bench.health.due_at(0)
        bench.fail()
        attempts += 1
    assert bench.health.due_at(0) - bench.now == 60.0
    assert attempts < 120


def test_while_nobody_else_can_be_asked_the_pauses_stay_short() -> None:
    alone, both = Bench(1), Bench(2)
    for _ in range(5):
        alone.fail()
        assert alone.health.due_at(0) - alone.now == 2.0
    both.fail(0)
    both.fail(1)
    assert (both.health.due_at(0) - both.now, both.health.due_at(1) - both.now) == (2.5, 2.0)
    alone.fail(0, "quota")
    assert alone.health.due_at(0) - alone.now == 600.0


@pytest.mark.parametrize("reason", ["quota", "refused"])
def test_a_refusal_is_left_alone_for_ten_minutes(reason: str) -> None:
    bench = Bench()
    bench.fail(0, reason)
    assert bench.health.due_at(0) - bench.now == 600.0


def test_a_provider_that_is_not_asked_is_probed_only_if_it_is_better() -> None:
    bench = Bench(3)
    assert bench.health.better() is None
    bench.fail(1)
    assert bench.health.better() is None
    bench.fail(0)
    bench.health.recovered(1)
    assert bench.health.better() == 0
    bench.health.recovered(0)
    assert bench.health.better() is None
    assert bench.told[-1] == (0, "back")


def test_with_all_down_the_one_that_is_due_first_is_probed_though_nobody_speaks() -> None:
    bench = Bench()
    bench.fail(0, "refused")
    bench.fail(1)
    assert bench.health.better() == 1
    bench.health.recovered(1)
    assert bench.health.better() == 0


def test_with_all_down_the_one_that_is_due_first_is_tried() -> None:
    bench = Bench()
    bench.fail(0, "refused")
    bench.fail(1)
    assert bench.health.pick() is None
    assert bench.health.next_due_at() == 102.0
    bench.now = 102.0
    assert bench.health.pick() == 1
    bench.health.answered(1, bench.health.epoch(1))
    assert bench.told[-1] == (1, "back")


def test_an_answer_from_before_the_failure_does_not_count() -> None:
    bench = Bench()
    epoch = bench.health.epoch(0)
    bench.fail()
    bench.health.answered(0, epoch)
    assert bench.health.pick() == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (APIStatusError("x", status_code=401), "refused"),
        (APIStatusError("x", status_code=404), "refused"),
        (APIStatusError("check the key and the quota", status_code=401), "refused"),
        (APIStatusError("x", status_code=402), "quota"),
        (APIStatusError("x", status_code=429), "provider_down"),
        (APIStatusError("x", status_code=429, body={"code": "insufficient_quota"}), "quota"),
        (APIStatusError("quota_exceeded", status_code=401), "quota"),
        (APIStatusError("x", status_code=503), "provider_down"),
        (APITimeoutError(), "too_slow"),
        (TimeoutError(), "too_slow"),
        (APIConnectionError(), "provider_down"),
        (APIError("x"), "provider_down"),
        (RuntimeError("quota"), "provider_down"),
    ],
)
def test_errors_have_a_reason(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
