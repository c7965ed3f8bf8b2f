"""When lines and events are due, and who is there then."""

from pathlib import Path

import pytest

from lab.call_file import CallFile, parse_call
from lab.timetable import SETTLE_SECONDS, is_present, make_timetable, time_events
from lab.voices import RenderedLine, VoiceIndex, WordEnd

pytestmark = pytest.mark.unit

CALL = """\
title: T
purpose: P
playbook: sales
participants:
  - {identity: ana, name: Ana, role: host, voice: slt}
  - {identity: ben, name: Ben, role: guest, voice: rms, joins: false}
lines:
  - {who: ana, at: 1, say: One two three four five six seven.}
  - {who: ben, after: 2, say: Good morning.}
events:
  - {do: leave, who: ben, after_line: 2}
  - {do: join, who: ben, after_line: 1, offset_seconds: 1}
"""


def call() -> CallFile:
    return parse_call(CALL, Path("call.yaml"))


def voices() -> VoiceIndex:
    line = RenderedLine(
        file="01-ana.flac",
        words="One two three four five six seven.",
        voice="slt",
        seconds=4.0,
        sha256="",
        timing="flite",
        speech_start_seconds=0.5,
        speech_end_seconds=3.5,
        word_ends=(WordEnd(word="One", end_seconds=3.5),),
    )
    return VoiceIndex(lines=(line,))


def test_lines_without_audio_are_reckoned_by_their_words() -> None:
    reckoned = make_timetable(call(), VoiceIndex())
    known = make_timetable(call(), voices())
    assert 2 < reckoned.ends_seconds[0] - reckoned.starts_seconds[0] < 4
    assert known.ends_seconds[0] == 5.0
    assert known.starts_seconds[1] == 7.0
    assert known.end_seconds == known.ends_seconds[1] + SETTLE_SECONDS


def test_events_come_in_the_order_of_time_or_of_the_file() -> None:
    timetable = make_timetable(call(), voices())
    assert [event.do for _, event in time_events(call(), timetable)] == ["join", "leave"]
    in_file = time_events(call(), timetable, in_order=False)
    assert [event.do for _, event in in_file] == ["leave", "join"]
    assert in_file[1][0] == pytest.approx(1 + 3.5 + 1)


def test_people_are_there_between_join_and_leave() -> None:
    timetable = make_timetable(call(), voices())
    events = time_events(call(), timetable)
    there = [is_present(call(), events, "ben", at) for at in (0, 5.4, 5.6, 7.5, 20)]
    assert there == [False, False, True, True, False]
    assert is_present(call(), events, "ana", 20)
