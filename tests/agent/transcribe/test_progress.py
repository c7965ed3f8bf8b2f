"""Percent, speed and time left."""

import pytest

from agent.transcribe.progress import WINDOW_SECONDS, Pace, Progress

pytestmark = pytest.mark.unit


def test_speed_and_time_left_follow_from_what_was_done() -> None:
    pace = Pace(600)
    pace.begin(0, 100)
    progress = pace.note(60, 110)
    assert (progress.percent, progress.speed, progress.seconds_left) == (10, 6, 90)
    assert progress.describe() == " 10.0 %  6.0 x real time  1:30 left"


def test_what_an_earlier_job_did_is_no_speed_of_this_one() -> None:
    pace = Pace(600)
    pace.begin(0, 100)
    pace.begin(300, 101)
    assert pace.note(310, 102).speed == 10


def test_the_speed_is_that_of_the_last_half_minute() -> None:
    pace = Pace(6000)
    pace.begin(0, 0)
    for second in range(1, 101):
        pace.note(2 * second, second)
    for second in range(1, round(WINDOW_SECONDS) + 2):
        progress = pace.note(200 + 10 * second, 100 + second)
    assert progress.speed == pytest.approx(10)


def test_without_any_progress_nobody_knows_how_long_it_takes() -> None:
    assert Pace(600).note(0, 1).speed is None
    assert Progress(0, 600, None).describe() == "  0.0 %"
