"""What a provider did for a call, in its own figures: what the costs are reckoned from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

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
    cost: float | None = None
    """In US dollars, where the provider tells it itself, as OpenRouter does; None: it does not."""


class Reservation(Protocol):
    """Money kept for a request that is under way."""

    def settle(self, usage: Usage | None) -> None:
        """Give the money back and count what was really used; None: nothing was billed.

        Call it exactly once, however the request ends; more calls do nothing.
        """


Reserve = Callable[[Usage], Reservation | None]
"""Keeps money for a request of at most such a usage; None: a cap is near, do without."""


class _Free:
    def settle(self, usage: Usage | None) -> None:
        return None


def free_of_charge(_estimate: Usage) -> Reservation:
    """Let every request pass: for places where nobody counts the money."""
    return _Free()
