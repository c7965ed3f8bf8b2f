"""When a part of the stack is killed, again and again in one call: at random, and repeatably."""

import random
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lab.call_events import Event

Killing = Literal[
    "kill_job",
    "kill_worker",
    "kill_token_server",
    "kill_media_server",
    "kill_store",
    "stop_worker",
]


class Kills(BaseModel):
    """One kill in each slot of a call, at a random moment of the slot's first part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Killing
    """What happens each time."""
    count: int = Field(ge=1, le=100)
    """How often."""
    seed: int = Field(default=1, ge=0)
    """The same seed gives the same moments."""
    from_seconds: float = Field(default=8.0, ge=0)
    """When the first slot begins, from the start of the call."""
    every_seconds: float = Field(default=16.0, gt=0)
    """How long a slot is."""
    within_seconds: float = Field(default=6.0, gt=0)
    """How long the part of a slot is in which the kill comes."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Kills":
        if self.within_seconds > self.every_seconds:
            raise ValueError("within_seconds is longer than every_seconds: make it shorter")
        return self

    def moments_seconds(self) -> list[float]:
        """Return when the kills come, from the start of the call."""
        dice = random.Random(self.seed)  # noqa: S311 - to be repeated, not to be unguessable
        slots = [self.from_seconds + slot * self.every_seconds for slot in range(self.count)]
        return [round(slot + dice.random() * self.within_seconds, 2) for slot in slots]

    @property
    def end_seconds(self) -> float:
        """When the last slot is over, from the start of the call."""
        return self.from_seconds + self.count * self.every_seconds

    def events(self) -> tuple[Event, ...]:
        """Return the kills as events of a call."""
        return tuple(Event(do=self.do, at=at) for at in self.moments_seconds())
