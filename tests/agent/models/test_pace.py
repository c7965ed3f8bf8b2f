from itertools import pairwise

import pytest

from agent.models.pace import Pace, duration_seconds, retry_after_seconds

pytestmark = pytest.mark.unit


def test_without_a_pace_and_limits_nothing_waits() -> None:
    pace = Pace()
    for number in range(1000):
        pace.sent(500, float(number))
    assert pace.ready_at(10_000) < 0


def test_a_pace_lets_so_many_through_in_any_minute() -> None:
    pace = Pace(requests_per_minute=2)
    pace.sent(1, 100.0)
    assert pace.ready_at(1) <= 100.0
    pace.sent(1, 130.0)
    assert pace.ready_at(1) == 160.0
    pace.sent(1, 160.0)
    assert pace.ready_at(1) == 190.0


def test_a_server_that_says_nothing_is_left_is_left_alone_until_the_reset() -> None:
    pace = Pace()
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6s"}
    pace.answered(headers, 100.0)
    assert 106.0 < pace.ready_at(1) < 107.0


def test_requests_under_way_count_against_what_is_left() -> None:
    pace = Pace()
    headers = {"x-ratelimit-remaining-requests": "2", "x-ratelimit-reset-requests": "1m0s"}
    pace.answered(headers, 100.0)
    pace.sent(1, 101.0)
    assert pace.ready_at(1) <= 101.0
    pace.sent(1, 101.0)
    assert pace.ready_at(1) > 160.0


def test_a_request_larger_than_the_tokens_left_waits() -> None:
    pace = Pace()
    headers = {"x-ratelimit-remaining-tokens": "900", "x-ratelimit-reset-tokens": "500ms"}
    pace.answered(headers, 100.0)
    assert pace.ready_at(900) <= 100.0
    assert 100.5 < pace.ready_at(901) < 101.0


def test_a_refusal_counts_for_as_long_as_the_server_says() -> None:
    pace = Pace()
    pace.limited({"retry-after": "7"}, 100.0)
    assert 107.0 < pace.ready_at(1) < 108.0


def test_a_refusal_without_a_word_counts_for_a_minute() -> None:
    pace = Pace()
    pace.limited({}, 100.0)
    assert 160.0 < pace.ready_at(1) < 161.0


def test_a_refusal_with_the_reset_of_what_is_used_up_counts_until_then() -> None:
    pace = Pace()
    headers = {
        "x-ratelimit-remaining-requests": "17",
        "x-ratelimit-reset-requests": "50s",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "3s",
    }
    pace.limited(headers, 100.0)
    assert 103.0 < pace.ready_at(1) < 104.0


@pytest.mark.parametrize(
    "told", [{"retry-after": "0"}, {"retry-after-ms": "0"}, {"retry-after": "-1"}]
)
def test_a_refusal_that_asks_to_come_back_at_once_is_not_believed(told: dict[str, str]) -> None:
    pace = Pace()
    pace.limited(told, 100.0)
    assert 160.0 < pace.ready_at(1) < 161.0
    reset = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6s"}
    other = Pace()
    other.limited(told | reset, 100.0)
    assert 106.0 < other.ready_at(1) < 107.0


def test_after_a_refusal_there_is_a_shortest_wait_that_grows_with_each_in_a_row() -> None:
    pace = Pace()
    waits = []
    now = 100.0
    for _ in range(4):
        pace.limited({"retry-after-ms": "1"}, now)
        waits.append(pace.ready_at(1) - now)
        now = pace.ready_at(1)
    assert waits[0] >= 1.0
    assert all(later > 1.7 * earlier for earlier, later in pairwise(waits))
    pace.answered({}, now)
    pace.limited({"retry-after-ms": "1"}, now)
    assert pace.ready_at(1) - now == pytest.approx(waits[0])


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("1h2m3.5s", 3723.5),
        ("7.66s", 7.66),
        ("59", 59.0),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("1s later", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_durations_are_read_as_the_services_write_them(told: str, seconds: float | None) -> None:
    assert duration_seconds(told) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "2.5"}, 2.5),
        (
            {
                "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT",
                "date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT",
                "date": "Fri, 20 Nov 2026 10:00:00 GMT",
            },
            0.0,
        ),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_a_wish_to_be_left_alone_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds
