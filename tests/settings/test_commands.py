from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from settings import CommandSettings

pytestmark = pytest.mark.unit


def test_without_settings_the_wake_word_is_the_products_name() -> None:
    settings = CommandSettings()

    assert (settings.voice_commands, settings.wake_word) == (True, "Sidenote")
    assert datetime(2026, 1, 1, tzinfo=settings.zone).utcoffset() is not None


def test_a_time_zone_is_taken_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "Europe/Vienna")

    assert CommandSettings().zone == ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Vienna"),
        ("TIME_ZONE", "/etc/passwd"),
        ("WAKE_WORD", "a"),
        ("WAKE_WORD", "x1"),
    ],
)
def test_what_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError):
        CommandSettings()
