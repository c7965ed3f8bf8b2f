"""How far apart pronunciations are."""

import itertools
import math
import random

import pytest

from playbook.phones import PHONES, Phones, distance, gap_cost, substitution_cost

pytestmark = pytest.mark.unit


def plain_distance(one: Phones, two: Phones) -> float:
    """The textbook's way, without a limit."""
    rows = [[0.0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, j in itertools.product(range(len(one) + 1), range(len(two) + 1)):
        ways = []
        if i:
            ways.append(rows[i - 1][j] + gap_cost(one[i - 1]))
        if j:
            ways.append(rows[i][j - 1] + gap_cost(two[j - 1]))
        if i and j:
            ways.append(rows[i - 1][j - 1] + substitution_cost(one[i - 1], two[j - 1]))
        rows[i][j] = min(ways, default=0.0)
    return rows[-1][-1]


def test_the_same_sounds_are_not_apart() -> None:
    phones = ("S", "EY", "L", "Z")
    assert distance(phones, phones, 0.0) == 0.0


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("B", "P"), ("B", "S")),
        (("IH", "IY"), ("IY", "AA")),
        (("S", "Z"), ("S", "M")),
        (("N", "M"), ("N", "K")),
        (("ER", "R"), ("IY", "R")),
    ],
)
def test_phones_that_share_more_are_nearer(near: tuple[str, str], far: tuple[str, str]) -> None:
    assert substitution_cost(*near) < substitution_cost(*far)


def test_costs_are_the_same_both_ways() -> None:
    for one, two in itertools.product(PHONES, PHONES):
        assert substitution_cost(one, two) == pytest.approx(substitution_cost(two, one))


def test_the_limit_changes_nothing_below_it_and_ends_the_count_above_it() -> None:
    chance = random.Random(5)
    phones = sorted(PHONES)
    for _ in range(2_000):
        one = tuple(chance.choices(phones, k=chance.randint(1, 8)))
        two = tuple(
            phone if chance.random() < 0.7 else chance.choice(phones)
            for phone in one
            if chance.random() < 0.9
        )
        exact = plain_distance(one, two)
        most = chance.choice((0.5, 1.0, 2.5, math.inf))
        assert distance(one, two, most) == (pytest.approx(exact) if exact <= most else math.inf)
