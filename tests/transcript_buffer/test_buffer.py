"""What the buffer takes, refuses, forgets and shows."""

import tracemalloc
from math import inf, nan
from typing import Any

import pytest

from transcript_buffer import PushOutcome, Segment, TranscriptBuffer

pytestmark = pytest.mark.unit


def seg(
    segment_id: str, start: float, end: float, text: str = "words", *, final: bool = True
) -> Segment:
    return Segment(
        id=segment_id,
        speaker="ana",
        name="Ana",
        role="guest",
        text=text,
        start_seconds=start,
        end_seconds=end,
        final=final,
    )


def ids(buffer: TranscriptBuffer) -> list[str]:
    return [segment.id for segment in buffer]


def test_a_final_replaces_the_interims_of_its_segment() -> None:
    buffer = TranscriptBuffer()
    assert buffer.push(seg("a", 0, 1, "how", final=False)) is PushOutcome.ADDED
    assert buffer.push(seg("a", 0, 2, "how much", final=False)) is PushOutcome.REPLACED
    assert buffer.push(seg("a", 0, 2.5, "how much?")) is PushOutcome.REPLACED
    assert [(held.text, held.final) for held in buffer] == [("how much?", True)]
    assert (buffer.segments, buffer.finals) == (1, 1)


def test_a_final_may_end_before_its_last_interim() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 3, final=False))
    assert buffer.push(seg("a", 0, 2)) is PushOutcome.REPLACED
    assert len(buffer.window(2.5)) == 1


def test_an_interim_after_its_final_is_ignored() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 2, "done"))
    assert buffer.push(seg("a", 0, 3, "late", final=False)) is PushOutcome.OUTDATED
    assert [held.text for held in buffer] == ["done"]
    assert buffer.outdated == 1


def test_an_interim_that_had_heard_less_is_ignored() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 2, "how much", final=False))
    assert buffer.push(seg("a", 0, 1, "how", final=False)) is PushOutcome.OUTDATED
    assert [held.text for held in buffer] == ["how much"]


def test_an_interim_with_other_words_for_the_same_time_replaces() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 2, "how march", final=False))
    assert buffer.push(seg("a", 0, 2, "how much", final=False)) is PushOutcome.REPLACED
    assert [held.text for held in buffer] == ["how much"]


def test_the_same_interim_twice_is_a_duplicate() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 2, final=False))
    assert buffer.push(seg("a", 0, 2, final=False)) is PushOutcome.DUPLICATE


def test_the_same_final_twice_counts_once_and_the_first_stands() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 2, "first"))
    assert buffer.push(seg("a", 0, 2, "first")) is PushOutcome.DUPLICATE
    assert buffer.push(seg("a", 0, 2, "second")) is PushOutcome.DUPLICATE
    assert [held.text for held in buffer] == ["first"]
    assert (buffer.finals, buffer.duplicates) == (1, 2)


def test_late_segments_find_their_place() -> None:
    buffer = TranscriptBuffer()
    for name, start in (("c", 6), ("a", 2), ("d", 6), ("b", 4)):
        buffer.push(seg(name, start, start + 1))
    assert ids(buffer) == ["a", "b", "c", "d"]
    assert [held.id for held in buffer.window(7)] == ["a", "b", "c", "d"]


def test_segments_with_the_same_times_are_kept_apart() -> None:
    buffer = TranscriptBuffer()
    for name in ("b", "a", "c"):
        buffer.push(seg(name, 1, 2))
    assert buffer.push(seg("b", 1, 2)) is PushOutcome.DUPLICATE
    assert ids(buffer) == ["a", "b", "c"]


def test_the_window_takes_what_ended_within_it_with_both_edges() -> None:
    buffer = TranscriptBuffer(window_seconds=20)
    for name, end in (("before", 9.99), ("edge", 10), ("inside", 20), ("now", 30), ("after", 31)):
        buffer.push(seg(name, 5, end))
    assert [held.id for held in buffer.window(30)] == ["edge", "inside", "now"]
    assert [held.id for held in buffer.window(30, seconds=5)] == ["now"]
    assert len(buffer.window(200)) == 0


def test_a_long_segment_that_began_before_the_window_is_in_it() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("long", 0, 99))
    buffer.push(seg("short", 95, 96))
    assert [held.id for held in buffer.window(100)] == ["long", "short"]


def test_interims_are_in_the_window() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 1, final=False))
    assert len(buffer.window(2)) == 1


def test_the_window_keeps_to_its_token_budget() -> None:
    buffer = TranscriptBuffer()
    for index in range(10):
        buffer.push(seg(str(index), index, index + 1, "twelve chars"))
    made = buffer.window(10, max_tokens=12)
    assert [held.id for held in made] == ["8", "9"]
    assert made.left_out == 8


def test_a_window_does_not_change_afterwards() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 1, "how", final=False))
    made = buffer.window(2)
    buffer.push(seg("a", 0, 1.5, "how much"))
    assert made.text() == "Ana: how"


def test_discard_drops_an_interim_and_nothing_else() -> None:
    buffer = TranscriptBuffer()
    buffer.push(seg("a", 0, 1, final=False))
    buffer.push(seg("b", 0, 1))
    assert buffer.discard("a") is True
    assert buffer.discard("a") is False
    assert buffer.discard("b") is False
    assert buffer.discard("never there") is False
    assert ids(buffer) == ["b"]
    assert [held.id for held in buffer.window(1)] == ["b"]


def test_old_finals_and_abandoned_interims_fall_out() -> None:
    buffer = TranscriptBuffer(window_seconds=10, keep_seconds=10)
    buffer.push(seg("final", 0, 1))
    buffer.push(seg("interim", 0, 1.5, final=False))
    buffer.push(seg("edge", 0, 10))
    buffer.push(seg("new", 19, 20))
    assert ids(buffer) == ["edge", "new"]
    assert (buffer.forgotten, buffer.finals) == (2, 3)


def test_what_is_older_than_kept_is_refused_so_that_no_repeat_counts() -> None:
    buffer = TranscriptBuffer(window_seconds=10, keep_seconds=10)
    buffer.push(seg("a", 0, 1))
    buffer.push(seg("b", 50, 51))
    assert buffer.find("a") is None
    assert buffer.push(seg("a", 0, 1)) is PushOutcome.STALE
    assert buffer.push(seg("never seen", 0, 40.9)) is PushOutcome.STALE
    assert buffer.push(seg("just kept", 0, 41)) is PushOutcome.ADDED
    assert (buffer.finals, buffer.stale) == (3, 2)


def test_the_oldest_go_when_there_are_too_many_and_do_not_come_back() -> None:
    buffer = TranscriptBuffer(max_segments=3)
    for index in range(5):
        buffer.push(seg(str(index), index, index + 1))
    assert ids(buffer) == ["2", "3", "4"]
    assert buffer.push(seg("1", 1, 2)) is PushOutcome.STALE
    buffer.push(seg("4b", 4, 4.5, final=False))
    buffer.discard("4b")
    assert buffer.push(seg("1", 1, 2)) is PushOutcome.STALE
    assert buffer.finals == 5


def test_a_full_buffer_refuses_what_would_be_the_first_to_go() -> None:
    buffer = TranscriptBuffer(max_segments=2)
    buffer.push(seg("b", 5, 6))
    buffer.push(seg("c", 7, 8))
    assert buffer.push(seg("a", 1, 2)) is PushOutcome.STALE
    assert ids(buffer) == ["b", "c"]
    assert buffer.finals == 2


def test_a_full_buffer_still_replaces() -> None:
    buffer = TranscriptBuffer(max_segments=1)
    buffer.push(seg("a", 0, 1, final=False))
    assert buffer.push(seg("a", 0, 2)) is PushOutcome.REPLACED
    assert (buffer.segments, buffer.forgotten) == (1, 0)


def test_a_stale_final_still_ends_its_interim() -> None:
    buffer = TranscriptBuffer(window_seconds=10, keep_seconds=10)
    buffer.push(seg("a", 0, 95, final=False))
    buffer.push(seg("b", 99, 100))
    assert buffer.push(seg("a", 0, 5)) is PushOutcome.STALE
    assert ids(buffer) == ["b"]


def test_a_forgotten_interim_may_still_get_its_final() -> None:
    buffer = TranscriptBuffer(window_seconds=10, keep_seconds=10)
    buffer.push(seg("a", 0, 1, final=False))
    buffer.push(seg("b", 20, 21))
    assert buffer.push(seg("a", 0, 22)) is PushOutcome.ADDED
    assert buffer.finals == 2


def test_find_returns_what_is_held() -> None:
    buffer = TranscriptBuffer()
    held = seg("a", 0, 1)
    buffer.push(held)
    assert buffer.find("a") is held
    assert buffer.find("b") is None


def test_memory_is_the_same_early_and_late_in_a_meeting() -> None:
    buffer = TranscriptBuffer(window_seconds=20, keep_seconds=60)
    tracemalloc.start()
    try:
        sizes = []
        for index in range(6_000):
            buffer.push(seg(f"i{index}", index, index + 0.5, final=False))
            buffer.push(seg(f"f{index}", index, index + 1))
            if index in (1_000, 5_999):
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert buffer.segments <= 125
    assert sizes[1] < sizes[0] * 1.1 + 4_096


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"window_seconds": 0}, "window_seconds"),
        ({"window_seconds": nan}, "window_seconds"),
        ({"keep_seconds": -1}, "keep_seconds"),
        ({"keep_seconds": inf}, "keep_seconds"),
        ({"window_seconds": 30, "keep_seconds": 20}, "window_seconds"),
        ({"max_segments": 0}, "max_segments"),
    ],
)
def test_impossible_limits_are_refused_by_name(limits: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} "):
        TranscriptBuffer(**limits)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"now": nan}, "now"),
        ({"now": 1, "seconds": 0}, "seconds"),
        ({"now": 1, "seconds": 601}, "seconds"),
        ({"now": 1, "max_tokens": 0}, "max_tokens"),
    ],
)
def test_impossible_windows_are_refused_by_name(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} "):
        TranscriptBuffer().window(**arguments)
