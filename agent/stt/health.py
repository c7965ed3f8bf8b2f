"""Which provider of a chain is asked now, and when a failed one is tried again. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from livekit.agents import APIError, APIStatusError, APITimeoutError

FailureReason = Literal["provider_down", "refused", "quota", "too_slow", "cap"]
"""Why a provider is left: it cannot be reached or breaks; it refuses the key or the request; the
quota is used up; its final does not come in time; it costs, and a cap on the costs is near."""
ChangeReason = FailureReason | Literal["back"]

_REFUSED: Final = frozenset({401, 403, 404})
_NEVER_SECONDS: Final = 1e9
"""Some 30 years: longer than any call."""
_QUOTA_CODES: Final = ("insufficient_quota", "quota_exceeded", "billing_hard_limit_reached")
"""As the services write them; prose may name the quota among other causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTimes:
    """How patient a chain is."""

    answer_seconds: float = 2.0
    """How long after `flush` a provider may take for its final."""
    answer_share: float = 0.1
    """Added for each second of audio that it had not answered by then."""
    patience_seconds: float = 30.0
    """In place of `answer_seconds` when there is nobody else to ask."""
    retry_seconds: tuple[float, ...] = (2.5, 5.0, 10.0, 30.0, 60.0)
    """After so long a failed provider is tried again, and again as long as that fails; the next
    one when it came back and failed anew, and the last one from then on."""
    retry_share: float = 0.1
    """A provider that was away for long is tried again no sooner than after this share of it."""
    alone_seconds: float = 2.0
    """The longest such pause while nobody else can be asked: speech waits for its end."""
    refused_seconds: float = 600.0
    """The same after a refused key or a used-up quota."""
    probe_seconds: float = 4.0
    """How long a failed provider may take to show that it is back."""
    hope_seconds: float = 120.0
    """How long a segment may fail again and again, until it is blamed itself."""
    farewell_seconds: float = 10.0
    """How long after the end of the input a provider is still hoped for when none answers."""


@dataclass(slots=True)
class _State:
    failures: int = 0
    """How often it was up and failed, in a row; a real final ends the row."""
    down: bool = False
    down_since: float = 0.0
    retry_at: float = 0.0
    epoch: int = 0
    """Grows with every failure: what happens to a stream from before does not count any more."""


class ChainHealth:
    """The state of a chain's providers, shared by all its streams. The best is number 0."""

    def __init__(
        self,
        providers: int,
        times: ChainTimes,
        now: Callable[[], float],
        on_change: Callable[[int, ChangeReason], None],
    ) -> None:
        self._states = [_State() for _ in range(providers)]
        self._times = times
        self._now = now
        self._on_change = on_change

    def pick(self) -> int | None:
        """Return the provider to ask; None while all are down and none is due again."""
        for number, state in enumerate(self._states):
            if not state.down:
                return number
        due = [number for number, state in enumerate(self._states) if state.retry_at <= self._now()]
        return min(due, key=lambda number: self._states[number].retry_at, default=None)

    def is_up(self, number: int) -> bool:
        """Tell whether a provider has not failed, or has shown that it is back."""
        return not self._states[number].down

    def has_other(self, number: int) -> bool:
        """Tell whether another provider can be asked in place of this one."""
        return any(not state.down for i, state in enumerate(self._states) if i != number)

    def epoch(self, number: int) -> int:
        """Return what `failed` and `answered` must be told of a stream that begins now."""
        return self._states[number].epoch

    def failed(self, number: int, epoch: int, reason: FailureReason) -> None:
        """A provider has failed; of many streams that tell the same, the first one counts."""
        state = self._states[number]
        if epoch != state.epoch:
            return
        was_down = state.down
        if not was_down:
            state.down = True
            state.down_since = self._now()
            state.failures += 1
        state.epoch += 1
        state.retry_at = self._now() + self._pause(number, reason)
        if not was_down:
            self._on_change(number, reason)

    def answered(self, number: int, epoch: int) -> None:
        """A provider has sent a real final."""
        state = self._states[number]
        if epoch == state.epoch:
            self.recovered(number)
            state.failures = 0

    def recovered(self, number: int) -> None:
        """A provider has shown that it is back; the row of failures ends with a real final."""
        state = self._states[number]
        if state.down:
            state.down = False
            self._on_change(number, "back")

    def better(self) -> int | None:
        """Return the failed provider to probe next: better than the one asked now, soonest due.

        With all down that may be any: otherwise nothing would come back before somebody speaks.
        """
        everyone = len(self._states)
        best = next((n for n, state in enumerate(self._states) if not state.down), everyone)
        return min(range(best), key=lambda n: self._states[n].retry_at, default=None)

    def due_at(self, number: int) -> float:
        """Return when a failed provider is tried again."""
        return self._states[number].retry_at

    def next_due_at(self) -> float:
        """Return when some failed provider is tried again."""
        return min(state.retry_at for state in self._states if state.down)

    def _pause(self, number: int, reason: FailureReason) -> float:
        if reason == "cap":
            return _NEVER_SECONDS
        if reason in {"refused", "quota"}:
            return self._times.refused_seconds
        state = self._states[number]
        pauses: Sequence[float] = self._times.retry_seconds
        pause = pauses[min(state.failures, len(pauses)) - 1]
        away_share = (self._now() - state.down_since) * self._times.retry_share
        pause = min(max(pause, away_share), max(pauses))
        return pause if self.has_other(number) else min(pause, self._times.alone_seconds)


def reason_of(error: BaseException) -> FailureReason:
    """Return why a provider failed, from what it raised."""
    if isinstance(error, TimeoutError | APITimeoutError):
        return "too_slow"
    if isinstance(error, APIError):
        said = f"{error.message} {error.body or ''}".lower()
        status = error.status_code if isinstance(error, APIStatusError) else 0
        if status == 402 or any(code in said for code in _QUOTA_CODES):
            return "quota"
        if status in _REFUSED:
            return "refused"
    return "provider_down"
