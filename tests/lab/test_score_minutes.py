"""The minutes against what the call file has planted: each of their scores can fail."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lab.call_file import CallFile, Day
from lab.emulators.openai_chat_scribes import INVENTED
from lab.recording import Recording
from lab.score import score
from lab.score_minutes import MinutesScore, due_on, score_minutes
from tests.lab.recordings import BEN, CALL, START, make_recording
from wire.minutes import Minutes

pytestmark = pytest.mark.unit

PLAYED_ON = datetime.fromtimestamp(START).astimezone().date()
SPOKEN = {"segment_id": "SG_2", "quote": "one two three"}


def expecting(**minutes: Any) -> Recording:
    content = CALL.model_dump()
    content["expectations"]["minutes"] |= minutes
    return make_recording(CallFile.model_validate(content))


def minutes_of(recording: Recording) -> Minutes:
    assert recording.minutes
    return recording.minutes


def change(recording: Recording, **fields: Any) -> None:
    content = minutes_of(recording).model_dump() | fields
    recording.minutes = Minutes.model_validate(content)


def change_item(recording: Recording, **fields: Any) -> None:
    (item,) = minutes_of(recording).action_items
    change(recording, action_items=[item.model_dump() | fields])


def scored(recording: Recording) -> MinutesScore:
    result = score_minutes(recording)
    assert result
    return result


def test_all_that_was_planted_is_found_and_what_was_dropped_is_told() -> None:
    result = scored(make_recording())
    assert result.found == ["send it to you", "what is the price"]
    assert (result.expected, result.lines, result.dropped) == (2, 4, {"no_evidence": 1})
    assert str(result) == ("2 of 2 planted found, 4 lines by first; dropped: 1 no_evidence")


def test_a_call_that_plants_nothing_is_not_scored() -> None:
    content = CALL.model_dump()
    content["expectations"]["minutes"] = None
    assert score_minutes(make_recording(CallFile.model_validate(content))) is None


def test_without_a_model_only_what_is_said_in_so_many_words_must_be_found() -> None:
    recording = make_recording()
    change(recording, written_by=[], open_questions=[])
    result = scored(recording)
    assert (result.expected, result.found, result.missed) == (1, ["send it to you"], [])


def test_what_need_not_be_found_counts_beside_the_rest() -> None:
    recording = make_recording()
    change(recording, written_by=[])
    assert scored(recording).more == ["what is the price"]


def test_minutes_that_never_come_fail_the_call() -> None:
    recording = make_recording()
    recording.minutes = recording.minutes_wait_seconds = None
    assert [failure.split(":")[0] for failure in score(recording).failures] == [
        "minutes.late",
        "minutes.missed",
    ]


def test_fewer_writers_than_the_variant_wants_fail_the_call() -> None:
    content = CALL.model_dump()
    content["expectations"]["minutes_by"] = 3
    failures = score(make_recording(CallFile.model_validate(content))).failures
    assert failures == ["minutes.written_by: 1 models wrote them, not 3"]


def _take_owner(recording: Recording) -> None:
    change_item(recording, owner_identity=BEN, owner_name="Ben")


def _drop_owner(recording: Recording) -> None:
    change_item(recording, owner_identity="", owner_name="")


def _date(recording: Recording) -> None:
    change_item(recording, due="2026-01-01", due_spoken="send it")


def _unspoken_date(recording: Recording) -> None:
    change_item(recording, due="2026-01-01", due_spoken="on monday")


def _stranger(recording: Recording) -> None:
    change_item(recording, owner_identity="guest-peter", owner_name="Peter")


def _misplaced_quote(recording: Recording) -> None:
    change_item(recording, evidence=[{"segment_id": "SG_1", "quote": "I will send it to you"}])


def _invention(recording: Recording) -> None:
    change(recording, decisions=[{"text": INVENTED, "evidence": [SPOKEN]}])


@pytest.mark.parametrize(
    ("spoil", "fails"),
    [
        (_take_owner, {"minutes.wrong_owner"}),
        (_drop_owner, {"minutes.wrong_owner"}),
        (_date, {"minutes.wrong_date"}),
        (_unspoken_date, {"minutes.wrong_date", "minutes.unsupported"}),
        (_stranger, {"minutes.wrong_owner", "minutes.unsupported"}),
        (_misplaced_quote, {"minutes.unsupported"}),
        (_invention, {"minutes.invented"}),
    ],
)
def test_what_is_wrong_fails_its_own_score(
    spoil: Callable[[Recording], None], fails: set[str]
) -> None:
    recording = make_recording()
    spoil(recording)
    assert {failure.split(":")[0] for failure in score(recording).failures} == fails


def test_who_is_not_there_may_own_nothing_and_have_no_part() -> None:
    recording = expecting(absent=["price"])
    assert scored(recording).trapped == []
    change_item(recording, owner_name="Mr. Price")
    insight = {"identity": "guest-price", "name": "Price", "lines": []}
    change(recording, speakers=[insight])
    assert scored(recording).trapped == [
        "price owns an action item",
        "price has a part of the minutes",
    ]


def test_a_decision_that_was_taken_back_may_not_stand() -> None:
    recording = expecting(withdrawn=["two three four"])
    assert scored(recording).trapped == []
    quote = SPOKEN | {"quote": "one two three four"}
    change(recording, decisions=[{"text": "Something else.", "evidence": [quote]}])
    assert scored(recording).trapped == ["two three four"]


def test_a_planted_line_counts_in_its_own_part_only() -> None:
    recording = make_recording()
    questions = [line.model_dump() for line in minutes_of(recording).open_questions]
    change(recording, open_questions=[], decisions=questions)
    assert scored(recording).missed == ["what is the price"]


@pytest.mark.parametrize(
    ("day", "days"), [("today", 0), ("tomorrow", 1), ("friday", 1), ("thursday", 7), ("monday", 4)]
)
def test_a_spoken_day_is_counted_from_the_day_of_the_call(day: Day, days: int) -> None:
    thursday = date(2026, 11, 19)
    assert due_on(day, thursday) == (thursday + timedelta(days=days)).isoformat()


def test_a_date_with_an_hour_is_right_if_its_day_is() -> None:
    recording = expecting(action_items=[{"words": "send it to you", "day": "today"}])
    change_item(recording, due=f"{PLAYED_ON.isoformat()}T15:00", due_spoken="send it")
    assert scored(recording).wrong_date == []
