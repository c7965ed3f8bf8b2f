"""What the route of the costs answers."""

from datetime import date, datetime

from pydantic import BaseModel

from wire.costs import ProviderCost


class MeetingCost(BaseModel):
    """What a meeting cost on one day."""

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

    day: date
    """From midnight to midnight UTC."""
    costs: dict[str, float]
    """By currency, of what has a known price."""
    complete: bool
    """False: `costs` lacks something whose price is unknown."""
    meetings: list[MeetingCost]


class CostList(BaseModel):
    """Days on which anything was used, the newest first."""

    first_day: date
    last_day: date
    days: list[DayCost]
