import pytest
from pydantic import ValidationError

from lab.kills import Kills

pytestmark = pytest.mark.unit


def test_there_is_one_kill_in_the_first_part_of_each_slot() -> None:
    kills = Kills(
        do="kill_job", count=50, seed=3, from_seconds=8, every_seconds=16, within_seconds=6
    )
    moments = kills.moments_seconds()

    assert len(moments) == 50
    assert all(8 + 16 * slot <= at <= 14 + 16 * slot for slot, at in enumerate(moments))
    assert len({round(at % 16, 2) for at in moments}) > 40
    assert kills.end_seconds == 808


def test_a_seed_gives_the_same_moments_and_another_seed_others() -> None:
    one, same, other = (Kills(do="kill_job", count=5, seed=seed) for seed in (1, 1, 2))

    assert one.moments_seconds() == same.moments_seconds()
    assert one.moments_seconds() != other.moments_seconds()


def test_the_kills_are_events_of_a_call() -> None:
    kills = Kills(do="stop_worker", count=3)

    assert [event.do for event in kills.events()] == ["stop_worker"] * 3
    assert [event.at for event in kills.events()] == kills.moments_seconds()


def test_a_kill_cannot_come_after_its_slot() -> None:
    with pytest.raises(ValidationError, match="longer than every_seconds"):
        Kills(do="kill_job", count=3, every_seconds=5, within_seconds=6)
