from pathlib import Path

import pytest

from lab.commands import PreparedCall, prepare
from lab.rounds import said_until
from lab.suite_file import CALLS, SuiteError

pytestmark = pytest.mark.unit


def prepared(name: str) -> PreparedCall:
    return prepare(CALLS / f"{name}.yaml")


def test_the_lines_are_said_in_whole_rounds_until_the_time_is_reached() -> None:
    once = prepared("survive/counting")
    often = said_until(once, 60.0)

    count = len(once.call.lines)
    assert len(often.call.lines) % count == 0
    assert [line.say for line in often.call.lines[count : 2 * count]] == [
        line.say for line in once.call.lines
    ]
    durations = [line.seconds for line in often.voices.lines]
    starts = often.call.starts_seconds(durations)
    assert 60.0 <= starts[-1] + durations[-1] < 60.0 + starts[count]


def test_every_line_is_one_of_its_own() -> None:
    often = said_until(prepared("survive/counting"), 40.0)

    assert len({id(line) for line in often.call.lines}) == len(often.call.lines)


def test_a_line_with_a_fixed_time_cannot_be_repeated() -> None:
    with pytest.raises(SuiteError, match="use after: instead of at:"):
        said_until(prepared("hangup"), 60.0)


def test_the_call_that_comes_with_the_lab_is_rendered() -> None:
    folder = Path("lab/calls/survive/counting")
    assert len(list(folder.glob("*.flac"))) == len(prepared("survive/counting").call.lines)
