from itertools import pairwise

import pytest

from agent.minutes.windows import split_lines
from tests.agent.minutes.talk import lines_of
from transcript_buffer import estimate_tokens

pytestmark = pytest.mark.unit

LINES = lines_of("\n".join(f"Ana: line {n} {'word ' * (n % 9)}" for n in range(200)))


def test_every_line_is_in_a_stretch_and_stretches_overlap() -> None:
    windows = split_lines(LINES, 400)
    assert len(windows) > 5
    assert {line.id for window in windows for line in window} == {line.id for line in LINES}
    for before, after in pairwise(windows):
        assert before[-1] in after
        assert after[-1] not in before


def test_no_stretch_is_longer_than_it_may_be() -> None:
    for window in split_lines(LINES, 400):
        assert sum(estimate_tokens(line.text) + 25 for line in window) <= 400


def test_a_line_that_is_too_long_is_read_all_the_same() -> None:
    lines = lines_of(f"Ana: short\nBen: {'long ' * 2000}\nAna: short")
    windows = split_lines(lines, 300)
    assert {line.id for window in windows for line in window} == {line.id for line in lines}


def test_more_lines_change_only_the_last_stretches() -> None:
    early, late = split_lines(LINES[:150], 400), split_lines(LINES, 400)
    assert early[:-1] == late[: len(early) - 1]


def test_nothing_said_is_nothing_to_read() -> None:
    assert split_lines([], 400) == []
