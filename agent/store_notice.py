"""Tells the hosts while what is said waits for a store that is away."""

from collections.abc import Callable

from agent.ears import Clock
from wire.coverage import Notice


class StoreNotice:
    """The one notice about the store of one call."""

    def __init__(self, tell: Callable[[Notice], None], now: Clock) -> None:
        self._tell = tell
        self._now = now
        self._is_away = False

    def on_away(self, is_away: bool) -> None:
        """Finals begin to wait, or all of them are in the store."""
        self._is_away = is_away
        self._say()

    def welcome(self) -> None:
        """Somebody has come, who may be a host: tell again what is open."""
        if self._is_away:
            self._say()

    def _say(self) -> None:
        self._tell(
            Notice(
                id="store_away",
                reason="store_away",
                over=not self._is_away,
                text=(
                    "the store does not answer; what is said is heard, and waits in a file"
                    if self._is_away
                    else "the store answers again, and has all that was said"
                ),
                at_ms=round(self._now() * 1000),
            )
        )
