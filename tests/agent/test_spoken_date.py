from datetime import datetime

import pytest

from agent.spoken_date import find_date

pytestmark = pytest.mark.unit

WEDNESDAY = datetime(2026, 11, 18, 15, 30)  # noqa: DTZ001 - the words mean local time


@pytest.mark.parametrize(
    ("words", "spoken", "due"),
    [
        ("send the contract on Friday", "on Friday", "2026-11-20"),
        ("send the contract on Friday, please", "on Friday", "2026-11-20"),
        ("send it by next tuesday at ten a m", "by next tuesday at ten a m", "2026-11-24T10:00"),
        ("call ben tomorrow at three", "tomorrow at three", "2026-11-19T15:00"),
        ("call ben tomorrow at eight", "tomorrow at eight", "2026-11-19T08:00"),
        ("meet at ten thirty a m tomorrow", "at ten thirty a m tomorrow", "2026-11-19T10:30"),
        ("call ben in two weeks", "in two weeks", "2026-12-02"),
        ("two weeks from friday", "two weeks from friday", "2026-12-04"),
        ("prepare it by the end of the week", "by the end of the week", "2026-11-20"),
        ("by the end of next month", "by the end of next month", "2026-12-31"),
        ("send it march the fifth", "march the fifth", "2027-03-05"),
        ("on the twenty first of december", "on the twenty first of december", "2026-12-21"),
        ("on the second", "on the second", "2026-12-02"),
        ("the day after tomorrow", "the day after tomorrow", "2026-11-20"),
        ("tomorrow morning", "tomorrow morning", "2026-11-19"),
        ("check at five o'clock", "at five o'clock", "2026-11-18T17:00"),
        ("call in an hour", "in an hour", "2026-11-18T16:30"),
        ("on 2027-01-15", "on 2027-01-15", "2027-01-15"),
        ("not on monday but on friday", "on friday", "2026-11-20"),
    ],
)
def test_a_spoken_date_is_found_and_reckoned_from_the_time_of_speaking(
    words: str, spoken: str, due: str
) -> None:
    found = find_date(words, WEDNESDAY)

    assert found
    assert (found.spoken, found.due) == (spoken, due)


@pytest.mark.parametrize(
    "words",
    [
        "send two contracts",
        "the second offer may be on the table",
        "send the march report",
        "talk to sun microsystems",
        "fix version three point two",
        "",
    ],
)
def test_words_that_only_look_like_a_date_are_none(words: str) -> None:
    assert find_date(words, WEDNESDAY) is None


@pytest.mark.parametrize("weeks", ["999999", "99999999999", "9" * 5000])
def test_a_date_beyond_every_calendar_is_not_reckoned(weeks: str) -> None:
    found = find_date(f"remind me {weeks} weeks from today", WEDNESDAY)

    assert found
    assert (found.spoken, found.due) == ("today", "2026-11-18")
