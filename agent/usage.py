"""What a provider did for a call, in its own figures: what the costs are reckoned from."""

from collections.abc import Mapping
from dataclasses import dataclass

from wire.costs import UsageUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One request's worth, or one stretch of a stream's."""

    provider: str
    """As the price table names it: openai, elevenlabs, or the host of a base URL."""
    model: str
    amounts: Mapping[UsageUnit, float]
    """Input tokens hold the cached ones too, as OpenAI counts them."""
    estimated: bool = False
    """The provider told nothing (a stream was broken off): our own reckoning."""
