"""Several models in order, as one: when one fails, the next answers the same request.

One failure is enough to ask the next model, for a host waits; a model that failed is left alone
for a growing while and probed beside the call. A model whose rate limit is reached is not failed:
it is not asked until it may be. Only when no other can be asked is a model asked a second time,
after a pause, where OpenAI's own library would do so.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from math import inf
from typing import Final

from agent.models.failure import LinkError
from agent.models.link import CAPPED, ModelLink
from agent.models.request import ModelError, ModelRequest, Reading
from agent.stt.health import ChainHealth, ChainTimes, ChangeReason

logger = logging.getLogger("sidenote.models")

_MOST_TRIES: Final = 3
"""Of one model for one request."""
_BACKOFF_SECONDS: Final = 0.5
"""Before a model is asked a second time; doubled before the third."""
_QUIET_SECONDS: Final = 5.0
"""A model that may not be asked for so long counts as quiet; a shorter rest is no news."""
_LONGEST_WORDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a chain waits."""

    first_token_seconds: float = 1.8
    """For first and further words, while another model could be asked."""
    whole_seconds: float = 12.0
    """For a whole answer, all models together."""


@dataclass(slots=True)
class _Trial:
    """What one request has met so far."""

    deadline: float
    tries: dict[int, int] = field(default_factory=dict)
    again_at: dict[int, float] = field(default_factory=dict)
    """When a model that failed may be asked this once more; inf: not for this request."""


class ModelChain:
    """Asks the best model that works; see `agent.models.request.Models`.

    `on_change()` is called when `active_name` or `quiet_because` changes. `run` must be running
    for models to come back before somebody asks.
    """

    def __init__(
        self,
        links: Sequence[ModelLink],
        *,
        patience: Patience | None = None,
        times: ChainTimes | None = None,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        if not links:
            raise ValueError("a chain needs at least one model")
        self._links = tuple(links)
        self._patience = patience or Patience()
        self.on_change = on_change
        self._health = ChainHealth(len(links), times or ChainTimes(), _now, self._on_health)
        self._words = [""] * len(links)
        self._capped: set[int] = set()
        self._changed = asyncio.Event()
        self._told = (self.active_name, self.quiet_because)

    @property
    def active_name(self) -> str:
        """The model that is asked now; empty: none is."""
        return next((link.name for n, link in enumerate(self._links) if self._serves(n)), "")

    @property
    def quiet_because(self) -> str:
        """In words for people, why no model is asked; empty: one is."""
        if any(self._serves(number) for number in range(len(self._links))):
            return ""
        told = "; ".join(
            f"{link.name} {self._why_quiet(number)}" for number, link in enumerate(self._links)
        )
        return told[:_LONGEST_WORDS]

    async def aclose(self) -> None:
        """Close all connections."""
        for link in self._links:
            await link.aclose()

    async def run(self) -> None:
        """Bring models back that have failed, and tell of it, until cancelled."""
        while True:
            self._changed.clear()
            self._tell()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_look_at()):
                    await self._changed.wait()
            for number in range(len(self._links)):
                if not self._health.is_up(number) and self._health.due_at(number) <= _now():
                    await self._probe(number)

    async def ready(self) -> bool:
        """Wait until a model may be asked, if that is soon; False: it is not.

        A request that is formed after this is formed from the newest window.
        """
        times = [link.pace.ready_at(1) for n, link in enumerate(self._links) if self._may_ask(n)]
        at = min(times, default=inf)
        if at > _now() + _QUIET_SECONDS:
            return False
        await asyncio.sleep(max(0.0, at - _now()))
        return True

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Reading, None]:
        """Yield the answer as it grows; see `Models`."""
        trial = _Trial(_now() + (request.timeout_seconds or self._patience.whole_seconds))
        while (number := await self._next(request, trial)) is not None:
            link, epoch = self._links[number], self._health.epoch(number)
            trial.tries[number] = trial.tries.get(number, 0) + 1
            step = self._patience.first_token_seconds if self._has_other(number, trial) else None
            complete: Reading | None = None
            try:
                async with aclosing(
                    link.stream(request, deadline=trial.deadline, step_seconds=step)
                ) as readings:
                    async for reading in readings:
                        if reading.complete is None:
                            yield reading
                        else:
                            complete = reading
            except LinkError as error:
                self._take(error, number, epoch, trial)
            if complete:
                self._capped.discard(number)
                self._health.answered(number, epoch)
                self._review()
                # Handed on when all is settled: many leave the loop with it.
                yield complete
                return
        self._review()
        raise ModelError(self._why_none(trial))

    async def _next(self, request: ModelRequest, trial: _Trial) -> int | None:
        """Return the model to ask now, after waiting for it if it is worth it; None: none."""
        while True:
            times = {
                number: max(link.pace.ready_at(_tokens(link, request)), self._ask_at(number, trial))
                for number, link in enumerate(self._links)
            }
            now = _now()
            ready = [number for number, at in times.items() if at <= now]
            if ready:
                # Best first; one that is only due to be tried again, when no other can be asked.
                return min(
                    ready, key=lambda n: (not self._health.is_up(n), trial.tries.get(n, 0), n)
                )
            soonest = min(times.values())
            if soonest >= trial.deadline:
                return None
            await asyncio.sleep(soonest - now)

    def _ask_at(self, number: int, trial: _Trial) -> float:
        if number in trial.again_at:
            return trial.again_at[number]
        return -inf if self._may_ask(number) else inf

    def _has_other(self, number: int, trial: _Trial) -> bool:
        now = _now()
        return any(
            other != number
            and self._health.is_up(other)
            and self._ask_at(other, trial) <= now
            and link.pace.ready_at(1) <= now
            for other, link in enumerate(self._links)
        )

    def _take(self, failure: LinkError, number: int, epoch: int, trial: _Trial) -> None:
        self._words[number] = failure.words
        logger.warning(
            "a model gave no answer",
            extra={"model": self._links[number].name, "reason": failure.words},
        )
        if failure.words == CAPPED:
            self._capped.add(number)
        tries = trial.tries[number]
        again = failure.retry and tries < _MOST_TRIES and _now() < trial.deadline
        trial.again_at[number] = _now() + _BACKOFF_SECONDS * 2 ** (tries - 1) if again else inf
        # The only one is not given up before its tries are used up.
        if failure.reason and (not again or self._has_other(number, trial)):
            self._health.failed(number, epoch, failure.reason)
            trial.again_at[number] = inf

    async def _probe(self, number: int) -> None:
        epoch = self._health.epoch(number)
        try:
            await self._links[number].probe()
        except LinkError as failure:
            self._words[number] = failure.words
            self._health.failed(number, epoch, failure.reason or "provider_down")
        else:
            self._health.recovered(number)

    def _next_look_at(self) -> float | None:
        """Return when a failed model is due, or one that rests may be asked again."""
        now = _now()
        times = [link.pace.ready_at(1) for link in self._links]
        times = [at - _QUIET_SECONDS for at in times if at - _QUIET_SECONDS > now]
        for number in range(len(self._links)):
            if not self._health.is_up(number):
                times.append(self._health.due_at(number))
        return min(times, default=None)

    def _may_ask(self, number: int) -> bool:
        return self._health.is_up(number) or self._health.due_at(number) <= _now()

    def _is_asked(self, number: int) -> bool:
        return self._health.is_up(number) and number not in self._capped

    def _serves(self, number: int) -> bool:
        rests_until = self._links[number].pace.ready_at(1)
        return self._is_asked(number) and rests_until <= _now() + _QUIET_SECONDS

    def _why_quiet(self, number: int) -> str:
        if self._is_asked(number):
            return "rests until its rate limit allows more"
        return CAPPED if number in self._capped else self._words[number]

    def _why_none(self, trial: _Trial) -> str:
        tried = [f"{self._links[n].name} {self._words[n]}" for n in trial.tries]
        return "; ".join(tried) or self.quiet_because or "every model rests for its rate limit"

    def _on_health(self, number: int, reason: ChangeReason) -> None:
        logger.warning(
            "a model has changed", extra={"model": self._links[number].name, "reason": reason}
        )
        self._review()

    def _review(self) -> None:
        self._changed.set()
        self._tell()

    def _tell(self) -> None:
        state = (self.active_name, self.quiet_because)
        if state != self._told:
            self._told = state
            if self.on_change:
                self.on_change()


def _tokens(link: ModelLink, request: ModelRequest) -> int:
    return round(sum(link.estimate(request).amounts.values()))


def _now() -> float:
    return asyncio.get_running_loop().time()
