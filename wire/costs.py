"""What a call has cost so far: the payload of `sidenote.costs`."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from wire.topics import PROTOCOL_VERSION

COSTS: Final = "sidenote.costs"
"""Data-message topic for hosts only; the payload is a `CostReport`."""

CostLevel = Literal["normal", "warning", "stepped_down"]
"""warning: 80 % of a cap is spent. stepped_down: near a cap; the playbook advises and the local
recognizer hears, and the call goes on."""
UsageUnit = Literal["input_tokens", "cached_tokens", "output_tokens", "audio_seconds", "characters"]


class ProviderCost(BaseModel):
    """What one model of one provider did in this call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str = Field(max_length=64)
    model: str = Field(max_length=120)
    usage: dict[UsageUnit, float] = Field(default_factory=dict)
    """From the provider's own figures where it tells them."""
    estimated: bool = False
    """Whether a part of the usage is our estimate: a broken stream tells none."""
    cost: float | None = Field(default=None, ge=0)
    """In the currency of the report; None: the price table does not know this model."""


class CostReport(BaseModel):
    """The spend of a call, sent when it has changed, at most once in five seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=PROTOCOL_VERSION)
    """Version of this payload."""
    at_ms: int
    """Milliseconds since the Unix epoch."""
    currency: str = Field(min_length=3, max_length=3)
    """ISO 4217."""
    call: float = Field(ge=0)
    """Spent in this meeting."""
    day: float = Field(ge=0)
    """Spent by all meetings of this store since midnight UTC."""
    call_cap: float | None = Field(default=None, ge=0)
    """None: no cap."""
    day_cap: float | None = Field(default=None, ge=0)
    """None: no cap."""
    level: CostLevel
    providers: list[ProviderCost]
