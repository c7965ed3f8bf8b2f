"""When a model may be asked again: the server's own rate limits, and the pace set for it. Pure.

Times are seconds on one monotonic clock.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf
from typing import Final

_MINUTE_SECONDS: Final = 60.0
_MARGIN_SECONDS: Final = 0.25
"""Added to what a server tells: its figures are rounded, and the clocks are two."""
_SHORTEST_REST_SECONDS: Final = 1.0
"""After a refusal. Less is not worth the risk of another one."""
_UNITS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")


@dataclass(slots=True)
class _Allowance:
    """What a server still allows of one thing until a moment."""

    left: float = inf
    reset_at: float = -inf

    def ready_at(self, needed: float) -> float:
        return self.reset_at if self.left < needed else -inf


class Pace:
    """Holds back the requests to one model, so that its limit is not hit."""

    def __init__(self, requests_per_minute: int | None = None) -> None:
        self._sent: deque[float] = deque(maxlen=requests_per_minute)
        self._paced = requests_per_minute is not None
        self._requests = _Allowance()
        self._tokens = _Allowance()
        self._held_until = -inf
        self._limited_in_row = 0

    def ready_at(self, tokens: int) -> float:
        """Return when a request of so many tokens may be sent; a moment in the past: now."""
        times = [self._held_until, self._requests.ready_at(1), self._tokens.ready_at(tokens)]
        if self._paced and len(self._sent) == self._sent.maxlen:
            times.append(self._sent[0] + _MINUTE_SECONDS)
        return max(times)

    def sent(self, tokens: int, now: float) -> None:
        """A request leaves: it counts before the server has answered, for others may follow."""
        if self._paced:
            self._sent.append(now)
        self._requests.left -= 1
        self._tokens.left -= tokens

    def answered(self, headers: Mapping[str, str], now: float) -> None:
        """A server has taken a request: note what its headers say is left."""
        self._limited_in_row = 0
        for allowance, name in ((self._requests, "requests"), (self._tokens, "tokens")):
            left = _number(headers.get(f"x-ratelimit-remaining-{name}"))
            reset = duration_seconds(headers.get(f"x-ratelimit-reset-{name}", ""))
            if left is not None and reset is not None:
                allowance.left = left
                allowance.reset_at = now + reset + _MARGIN_SECONDS

    def limited(self, headers: Mapping[str, str], now: float) -> None:
        """A server has refused a request for its rate: keep away for as long as it says.

        Limits are counted by the minute where nobody says otherwise, so that long is waited
        without a word of the server's; "come back at once" from one that refuses is no such word.
        A refusal right after a wait doubles the next.
        """
        told = retry_after_seconds(headers)
        if not told:
            told = max(
                (
                    seconds
                    for name in ("requests", "tokens")
                    if headers.get(f"x-ratelimit-remaining-{name}") == "0"
                    and (seconds := duration_seconds(headers.get(f"x-ratelimit-reset-{name}", "")))
                ),
                default=_MINUTE_SECONDS,
            )
        told = max(told, _SHORTEST_REST_SECONDS * 2**self._limited_in_row)
        self._limited_in_row += 1
        self.hold(told, now)

    def hold(self, seconds: float, now: float) -> None:
        """Ask nothing for some time."""
        self._held_until = max(self._held_until, now + seconds + _MARGIN_SECONDS)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long a server asks to be left alone; None: it does not say."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    told = headers.get("retry-after")
    if told is None:
        return None
    seconds = _number(told)
    if seconds is None:
        try:
            # By the server's own clock, which stands in the same answer.
            moment, now = parsedate_to_datetime(told), parsedate_to_datetime(headers["date"])
        except (ValueError, KeyError):
            return None
        seconds = (moment - now).total_seconds()
    return max(0.0, seconds)


def duration_seconds(told: str) -> float | None:
    """Return the seconds of `6m0s`, `12ms`, `1.5s` or a bare number; None: it is none of these."""
    if (bare := _number(told)) is not None:
        return bare
    parts = _DURATION.findall(told)
    if not parts or "".join(number + unit for number, unit in parts) != told:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _number(told: str | None) -> float | None:
    try:
        number = float(told or "")
    except ValueError:
        return None
    return number if 0 <= number < inf else None
