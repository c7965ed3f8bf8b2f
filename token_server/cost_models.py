"""What the route of the costs answers."""

from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel

from token_server.models import answer_config
from wire.costs import ProviderCost

_MEETING: Final[dict[str, Any]] = {
    "room_sid": "RM_8pFqJ2nLw5sZ",
    "room_name": "acme-demo",
    "started_at": "2030-01-04T09:30:45Z",
    "costs": {"USD": 0.0731},
    "complete": True,
    "providers": [
        {
            "provider": "elevenlabs",
            "model": "scribe_v2_realtime",
            "usage": {"audio_seconds": 562.5},
            "estimated": False,
            "cost": 0.0731,
        }
    ],
}
_DAY: Final[dict[str, Any]] = {
    "day": "2030-01-04",
    "costs": {"USD": 0.0731},
    "complete": True,
    "meetings": [_MEETING],
}


class MeetingCost(BaseModel):
    """What a meeting cost on one day."""

    model_config = answer_config(_MEETING)

    room_sid: str
    room_name: str
    started_at: datetime
    """When the meeting began; it may be on the day before."""
    costs: dict[str, float]
    """By currency (ISO 4217), of what has a known price."""
    complete: bool
    """False: a model has no known price, and `costs` lacks it; its `cost` is null."""
    providers: list[ProviderCost]


class DayCost(BaseModel):
    """What all meetings cost on one day."""

    model_config = answer_config(_DAY)

    day: date
    """From midnight to midnight UTC."""
    costs: dict[str, float]
    """By currency, of what has a known price."""
    complete: bool
    """False: `costs` lacks something whose price is unknown."""
    meetings: list[MeetingCost]


class CostList(BaseModel):
    """Days on which anything was used, the newest first."""

    model_config = answer_config(
        {"first_day": "2030-01-01", "last_day": "2030-01-04", "days": [_DAY]}
    )

    first_day: date
    last_day: date
    days: list[DayCost]
