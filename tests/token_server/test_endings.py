import pytest

from records import Meeting
from token_server.endings import Endings

pytestmark = pytest.mark.unit


def meeting(
    room_sid: str,
    room_name: str = "demo",
    started_at_ms: int = 1_000,
    seen_at_ms: int | None = None,
) -> Meeting:
    return Meeting(
        room_sid=room_sid,
        room_name=room_name,
        started_at_ms=started_at_ms,
        ended_at_ms=None,
        kind="call",
        seen_at_ms=seen_at_ms,
        title="",
        last_sequence=0,
        last_transcript_sequence=0,
    )


def ended(endings: Endings, meetings: list[Meeting], alive: set[str], now: float) -> list[str]:
    return [one.meeting.room_sid for one in endings.decide(meetings, alive, {}, now)]


def ends(
    endings: Endings, meetings: list[Meeting], people_at_ms: dict[str, int] | None = None
) -> dict[str, int]:
    """When meetings ended whose rooms are gone long enough now."""
    endings.decide(meetings, set(), people_at_ms or {}, 100.0)
    found = endings.decide(meetings, set(), {}, 160.0)
    return {one.meeting.room_sid: one.ended_at_ms for one in found}


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
    assert not endings._people_at_ms


def test_a_meeting_ended_when_people_were_seen_in_its_room_last() -> None:
    endings = Endings()
    only = [meeting("RM_1", seen_at_ms=5_000)]
    for at_ms in (7_000, 9_000):
        endings.decide(only, {"demo"}, {"demo": at_ms}, at_ms / 1000)

    assert ends(endings, only) == {"RM_1": 9_000}


def test_where_nobody_was_seen_a_meeting_ended_when_it_was_heard_last() -> None:
    assert ends(Endings(), [meeting("RM_1", seen_at_ms=5_000)]) == {"RM_1": 5_000}
    assert ends(Endings(), [meeting("RM_1")]) == {"RM_1": 1_000}


def test_a_meeting_that_was_taken_up_again_is_not_over_before_it_was_heard_last() -> None:
    endings = Endings()
    endings.decide([meeting("RM_1", seen_at_ms=5_000)], {"demo"}, {"demo": 7_000}, 7.0)

    assert ends(endings, [meeting("RM_1", seen_at_ms=8_000)]) == {"RM_1": 8_000}


def test_people_are_in_the_newest_meeting_that_had_begun_when_they_were_seen() -> None:
    endings = Endings()
    old = meeting("RM_old", seen_at_ms=2_000)
    new = meeting("RM_new", started_at_ms=9_000, seen_at_ms=9_500)
    other = meeting("RM_other", "other")
    endings.decide([old, other], {"demo"}, {"demo": 4_000}, 4.0)
    endings.decide([old, new, other], {"demo"}, {"demo": 8_000}, 9.0)

    seen = ends(endings, [old, new, other], {"demo": 12_000, "nobody-s": 12_000})
    assert seen == {"RM_old": 4_000, "RM_new": 12_000, "RM_other": 1_000}
