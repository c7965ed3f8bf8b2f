"""When lines and events are due at another speed."""

import pytest

from lab.call_file import CallFile
from lab.timeline import Timeline
from tests.lab.recordings import CALL

pytestmark = pytest.mark.unit

DURATIONS = [3.0, 4.0, 4.0, 3.0]
SPEECH_ENDS = [2.8, 3.8, 3.8, 2.8]


def with_lines(*lines: dict[str, object], events: tuple[dict[str, object], ...] = ()) -> CallFile:
    content = CALL.model_dump()
    content |= {"lines": lines, "events": events, "expectations": {}}
    return CallFile.model_validate(content)


def test_at_its_own_speed_a_call_is_as_it_is_written() -> None:
    assert Timeline(CALL, DURATIONS, SPEECH_ENDS).starts_seconds == [2.0, 7.0, 14.0, 20.0]


def test_speed_scales_the_silences_and_not_the_speech() -> None:
    starts = Timeline(CALL, DURATIONS, SPEECH_ENDS, 2.0).starts_seconds

    # Silences of 2, 2, 3 and 2 s between lines of 3, 4, 4 s.
    assert starts == pytest.approx([1.0, 5.0, 10.5, 15.5])


def test_an_overlap_stays_as_it_is() -> None:
    call = with_lines({"who": "ana", "at": 4, "say": "a"}, {"who": "ben", "after": -1, "say": "b"})

    starts = Timeline(call, [3.0, 2.0], [2.8, 1.8], 4.0).starts_seconds

    assert starts == pytest.approx([1.0, 3.0])


def test_events_keep_their_place_between_the_lines() -> None:
    call = with_lines(
        {"who": "ana", "at": 4, "say": "a"},
        {"who": "ben", "at": 11, "say": "b"},
        events=(
            {"do": "mute", "who": "ana", "at": 9},
            {"do": "leave", "who": "ana", "with_line": 2, "offset_seconds": 1},
            {"do": "hang_up", "who": "ben", "after_line": 2},
        ),
    )

    timeline = Timeline(call, [3.0, 2.0], [2.8, 1.8], 2.0)

    assert timeline.events_seconds == pytest.approx([6.0, 8.0, 8.8])
    assert timeline.end_seconds == pytest.approx(9.0)
