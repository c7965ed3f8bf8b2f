"""A segment says at once what is wrong with it."""

import dataclasses
from math import inf, nan
from typing import Any

import pytest

from transcript_buffer import Segment

pytestmark = pytest.mark.unit

SECRET = "the words nobody may log"


def build(**changes: Any) -> Segment:
    fields: dict[str, Any] = {
        "id": "s1",
        "speaker": "guest-ana",
        "name": "Ana",
        "role": "guest",
        "text": SECRET,
        "start_seconds": 10.0,
        "end_seconds": 12.5,
        "final": True,
    }
    return Segment(**(fields | changes))


def test_a_segment_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        build().text = "other"  # type: ignore[misc]


def test_a_segment_needs_no_track() -> None:
    assert build().track_sid == ""


@pytest.mark.parametrize("role", ["host", "guest"])
def test_both_roles_are_accepted(role: str) -> None:
    assert build(role=role).role == role


def test_a_segment_may_be_without_words_or_duration() -> None:
    assert build(text="", end_seconds=10.0).end_seconds == 10.0


def test_a_clock_may_start_below_zero() -> None:
    assert build(start_seconds=-0.3, end_seconds=0).start_seconds == -0.3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("speaker", ""),
        ("role", "admin"),
        ("role", ""),
        ("start_seconds", nan),
        ("start_seconds", -inf),
        ("end_seconds", inf),
        ("end_seconds", nan),
        ("end_seconds", 9.9),
        ("text", None),
        ("text", b"bytes"),
    ],
)
def test_a_wrong_field_is_named_and_the_text_is_not(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field} ") as caught:
        build(**{field: value})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("field", ["start_seconds", "end_seconds"])
def test_milliseconds_are_told_from_seconds(field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field} .*milliseconds"):
        build(**{field: 1_780_000_000_000})
