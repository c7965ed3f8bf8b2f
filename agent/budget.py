"""What a call may spend: keeps money for each request, warns, and steps down before a cap.

How far a cap can be passed. Within a call: not at all while estimates are upper bounds; a request
that turns out dearer passes it by the difference, once, because nothing that costs begins after
it. Recognizers cost by time: what their open segments may still cost is kept like a reservation;
a session that breaks and sends its speech again passes the cap by that speech. Over several calls
that share the day's cap: each sees the others' spend as of its last look (`LOOK_SECONDS`), so that
it may be passed by what the others have begun since, once.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from agent.ears import Clock
from agent.ledger import Ledger
from agent.prices import PriceTable
from agent.usage import Usage
from records import Store, StoreUnavailableError
from settings import CostSettings
from wire.costs import CostLevel, CostReport
from wire.coverage import Notice

logger = logging.getLogger("sidenote.budget")

LOOK_SECONDS: Final = 1.0
"""Between two looks: what was spent is kept, and what the other calls have spent is read."""
LOOKS_PER_REPORT: Final = 5
WARNING_SHARE: Final = 0.8
"""So much of a cap is spent when the hosts are warned."""

CapName = Literal["call", "day"]


@dataclass(slots=True)
class _Cap:
    """A cap, and what has come of it."""

    name: CapName
    most: float
    day: date | None
    """The day that the rest is about; None: the cap is the call's."""
    warned: bool = False
    reached: bool = False
    """Nothing that costs begins any more."""


class _Kept:
    """Money kept for one request."""

    def __init__(self, budget: "Budget", cost: float) -> None:
        self._budget = budget
        self.cost = cost

    def settle(self, usage: Usage | None) -> None:
        """Give the money back, and count what was used; see `agent.usage.Reservation`."""
        if self._budget.give_back(self) and usage:
            self._budget.record(usage)


class Budget:
    """The money of one call."""

    def __init__(
        self,
        *,
        prices: PriceTable,
        settings: CostSettings,
        store: Store,
        room_sid: str,
        report: Callable[[CostReport], None],
        tell: Callable[[Notice], None],
        now: Clock,
    ) -> None:
        self.prices = prices
        self.on_level: list[Callable[[CostLevel], None]] = []
        """Each is called with the level whenever it has changed."""
        self.cost_under_way: Callable[[], float] = lambda: 0.0
        """Returns what streams that cost by time may still cost if no new segment begins."""
        self._now = now
        self._ledger = Ledger(prices)
        caps: dict[CapName, float | None] = {
            "call": settings.cost_cap_call,
            "day": settings.cost_cap_day,
        }
        self._caps = [
            _Cap(name, most, self._today() if name == "day" else None)
            for name, most in caps.items()
            if most is not None
        ]
        self._store = store
        self._room_sid = room_sid
        self._report = report
        self._tell = tell
        self._kept: list[_Kept] = []
        self._others_today = 0.0
        self._level: CostLevel = "normal"
        self._unknown: set[tuple[str, str]] = set()
        self._told: CostReport | None = None

    @property
    def level(self) -> CostLevel:
        """How near the caps are."""
        return self._level

    async def load(self) -> None:
        """Take over what the meeting and the day have spent so far.

        Raises:
            StoreUnavailableError: the store is away.
        """
        self._ledger.load(await self._store.list_meeting_usage(self._room_sid))
        await self._read_others()
        self._judge()

    def reserve(self, estimate: Usage) -> _Kept | None:
        """Keep money for a request; None: a cap is near, do without. See `agent.usage.Reserve`."""
        cost = self._cost(estimate)
        if cost != 0 and not self._fits(cost or 0.0):
            return None
        kept = _Kept(self, cost or 0.0)
        self._kept.append(kept)
        return kept

    def give_back(self, kept: _Kept) -> bool:
        """Take money back that was kept; False if it was given back before."""
        if kept not in self._kept:
            return False
        self._kept.remove(kept)
        return True

    def record(self, usage: Usage) -> None:
        """Count what was used without having been reserved, or what a reservation has come to."""
        self._cost(usage)  # says so if the price is unknown
        self._ledger.add(usage, self._today())
        self._judge()

    def welcome(self) -> None:
        """Somebody has come, who may be a host: tell again how the money stands."""
        self._told = None
        for cap in self._caps:
            if cap.warned:
                self._tell(self._warning(cap))
            if cap.reached:
                self._tell(self._step_down(cap))

    async def run(self) -> None:
        """Keep and read what is spent, and report to the hosts, until cancelled."""
        while True:
            for _ in range(LOOKS_PER_REPORT):
                await asyncio.sleep(LOOK_SECONDS)
                await self.look()
            self.publish()

    async def look(self) -> None:
        """Keep what was spent, read what the other calls of the day have spent, and judge."""
        rows = self._ledger.take_unkept()
        try:
            if rows:
                await self._store.put_usage(self._room_sid, rows)
            await self._read_others()
        except StoreUnavailableError as error:
            self._ledger.put_back(rows)
            logger.warning("the costs are not in the store", extra={"error": str(error)})
        self._judge()

    def publish(self) -> None:
        """Send the hosts what was spent, if it has changed."""
        caps = {cap.name: cap.most for cap in self._caps}
        call = self._ledger.spent()
        report = CostReport(
            at_ms=0,
            currency=self.prices.currency,
            call=call,
            day=self._spent_today(),
            call_cap=caps.get("call"),
            day_cap=caps.get("day"),
            level=self._level,
            providers=self._ledger.by_model(),
        )
        if report == self._told:
            return
        self._told = report
        self._report(report.model_copy(update={"at_ms": round(self._now() * 1000)}))

    async def _read_others(self) -> None:
        self._others_today = await self._store.spent_by_others(
            self._room_sid, day=self._today().isoformat(), currency=self.prices.currency
        )

    def _spent_today(self) -> float:
        return self._ledger.spent(self._today()) + self._others_today

    def _cost(self, usage: Usage) -> float | None:
        cost = self.prices.cost(usage, self._today())
        key = (usage.provider, usage.model)
        if cost is None and key not in self._unknown:
            self._unknown.add(key)
            logger.warning(
                "the price table does not know a model: its cost is unknown and no cap counts it",
                extra={"provider": usage.provider, "model": usage.model},
            )
        return cost

    def _fits(self, cost: float) -> bool:
        """Tell whether every cap leaves room for a request; nearly full ones are then reached."""
        self._judge(wanted=cost)
        committed = self._committed()
        return not any(
            cap.reached or self._spent(cap) + committed + cost > cap.most for cap in self._caps
        )

    def _committed(self) -> float:
        return sum(kept.cost for kept in self._kept) + self.cost_under_way()

    def _spent(self, cap: _Cap) -> float:
        return self._ledger.spent() if cap.day is None else self._spent_today()

    def _judge(self, wanted: float = 0.0) -> None:
        """Find out how near the caps are, and tell what has changed.

        Args:
            wanted: the cost of a request that is about to begin.
        """
        committed = self._committed()
        for cap in self._caps:
            self._judge_cap(cap, committed, wanted)
        level: CostLevel = "normal"
        if any(cap.reached for cap in self._caps):
            level = "stepped_down"
        elif any(cap.warned for cap in self._caps):
            level = "warning"
        if level != self._level:
            logger.info("the level of the costs has changed", extra={"level": level})
            self._level = level
            for listener in self.on_level:
                listener(level)

    def _judge_cap(self, cap: _Cap, committed: float, wanted: float) -> None:
        if cap.day is not None and cap.day != self._today():
            self._begin_day(cap)
        spent = self._spent(cap)
        if not cap.warned and spent >= WARNING_SHARE * cap.most:
            cap.warned = True
            self._tell(self._warning(cap))
        # A single request that is too dear for a cap that is far from full ends nothing else. Once
        # reached it stays so: money that is given back does not make the call step up again.
        is_near = spent + committed >= WARNING_SHARE * cap.most
        if not cap.reached and is_near and spent + committed + wanted > cap.most:
            cap.reached = True
            self._tell(self._step_down(cap))

    def _begin_day(self, cap: _Cap) -> None:
        """Midnight UTC has passed: what the cap was near to is over."""
        self._others_today = 0.0
        if cap.warned:
            self._tell(self._warning(cap, over=True))
        if cap.reached:
            self._tell(self._step_down(cap, over=True))
        cap.day, cap.warned, cap.reached = self._today(), False, False

    def _warning(self, cap: _Cap, *, over: bool = False) -> Notice:
        share = round(WARNING_SHARE * 100)
        return self._notice(cap, "cap_near", f"{share} % of {self._describe(cap)} are spent", over)

    def _step_down(self, cap: _Cap, *, over: bool = False) -> Notice:
        text = (
            f"{self._describe(cap)} is nearly reached: from now on the playbook advises and a "
            "recognizer that costs nothing listens"
        )
        return self._notice(cap, "stepped_down", text, over)

    def _notice(
        self, cap: _Cap, reason: Literal["cap_near", "stepped_down"], text: str, over: bool
    ) -> Notice:
        return Notice(
            id=f"{reason}:{cap.name}",
            reason=reason,
            over=over,
            text=text[0].upper() + text[1:],
            at_ms=round(self._now() * 1000),
        )

    def _describe(self, cap: _Cap) -> str:
        return f"the {cap.name}'s cap of {cap.most:.2f} {self.prices.currency}"

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), UTC).date()
