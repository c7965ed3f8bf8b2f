import pytest

from records import Meeting
from token_server.endings import Endings

pytestmark = pytest.mark.unit


def meeting(room_sid: str, room_name: str = "demo", started_at_ms: int = 1_000) -> Meeting:
    return Meeting(
        room_sid=room_sid,
        room_name=room_name,
        started_at_ms=started_at_ms,
        ended_at_ms=None,
        kind="call",
        seen_at_ms=None,
        title="",
        last_sequence=0,
        last_transcript_sequence=0,
    )


def ended(endings: Endings, meetings: list[Meeting], alive: set[str], now: float) -> list[str]:
    return [one.room_sid for one in endings.decide(meetings, alive, now)]


def test_a_meeting_is_over_when_its_room_is_gone_for_a_minute() -> None:
    endings = Endings()
    only = [meeting("RM_1")]

    assert ended(endings, only, set(), 100.0) == []
    assert ended(endings, only, set(), 159.9) == []
    assert ended(endings, only, set(), 160.0) == ["RM_1"]


def test_a_room_that_comes_back_goes_on() -> None:
    endings = Endings()
    only = [meeting("RM_1")]
    ended(endings, only, set(), 0.0)
    ended(endings, only, {"demo"}, 50.0)

    assert ended(endings, only, set(), 60.0) == []
    assert ended(endings, only, set(), 120.0) == ["RM_1"]


def test_of_two_open_meetings_in_one_room_the_older_is_over() -> None:
    endings = Endings()
    both = [meeting("RM_new", started_at_ms=2_000), meeting("RM_old", started_at_ms=1_000)]
    ended(endings, both, {"demo"}, 0.0)

    assert ended(endings, both, {"demo"}, 60.0) == ["RM_old"]


def test_rooms_are_decided_one_by_one() -> None:
    endings = Endings()
    both = [meeting("RM_1", "one"), meeting("RM_2", "two")]
    ended(endings, both, {"two"}, 0.0)

    assert ended(endings, both, {"two"}, 60.0) == ["RM_1"]


def test_a_meeting_that_has_an_end_now_is_forgotten() -> None:
    endings = Endings()
    ended(endings, [meeting("RM_1")], set(), 0.0)
    ended(endings, [], set(), 60.0)

    assert not endings._gone_since
