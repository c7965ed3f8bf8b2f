"""What a meeting has used and spent, by day and model. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from agent.prices import PriceTable
from agent.usage import Usage
from records import MeetingUsage
from wire.costs import ProviderCost, UsageUnit

_LONGEST_PROVIDER: Final = 64
_LONGEST_MODEL: Final = 120


class Ledger:
    """Adds up the usage of one meeting."""

    def __init__(self, prices: PriceTable) -> None:
        self.prices = prices
        self._rows: dict[tuple[str, str, str], MeetingUsage] = {}
        self._unkept: set[tuple[str, str, str]] = set()

    def load(self, rows: Iterable[MeetingUsage]) -> None:
        """Take over what an earlier agent has kept of the meeting.

        What it knew no price of, or counted in another currency, is reckoned anew.
        """
        for row in rows:
            if row.cost is None or row.currency != self.prices.currency:
                row = self._priced(row)
                self._unkept.add(_key(row))
            self._rows[_key(row)] = row

    def add(self, usage: Usage, day: date) -> None:
        """Count a usage."""
        row = MeetingUsage(
            day=day.isoformat(),
            provider=usage.provider.lower()[:_LONGEST_PROVIDER],
            model=usage.model[:_LONGEST_MODEL],
            amounts=dict(usage.amounts),
            estimated=usage.estimated,
            currency=self.prices.currency,
            cost=self.prices.cost(usage, day),
        )
        if before := self._rows.get(_key(row)):
            row = replace(
                row,
                amounts=_amounts([before, row]),
                estimated=before.estimated or row.estimated,
                cost=_cost([before, row]),
            )
        self._rows[_key(row)] = row
        self._unkept.add(_key(row))

    def spent(self, day: date | None = None) -> float:
        """Return what was spent in the meeting, or on one day of it, as far as prices are known."""
        of_day = None if day is None else day.isoformat()
        return sum(
            row.cost or 0.0 for row in self._rows.values() if of_day is None or row.day == of_day
        )

    def take_unkept(self) -> list[MeetingUsage]:
        """Return the rows that have changed since the last time."""
        rows = [self._rows[key] for key in sorted(self._unkept)]
        self._unkept.clear()
        return rows

    def put_back(self, rows: Iterable[MeetingUsage]) -> None:
        """Take rows back that could not be kept: they come again with the next ones."""
        self._unkept.update(_key(row) for row in rows)

    def by_model(self) -> list[ProviderCost]:
        """Return what each model did in the meeting, over all days."""
        found: dict[tuple[str, str], list[MeetingUsage]] = {}
        for row in self._rows.values():
            found.setdefault((row.provider, row.model), []).append(row)
        return [_total(rows) for _, rows in sorted(found.items())]

    def _priced(self, row: MeetingUsage) -> MeetingUsage:
        usage = Usage(provider=row.provider, model=row.model, amounts=row.amounts)
        cost = self.prices.cost(usage, date.fromisoformat(row.day))
        return replace(row, cost=cost, currency=self.prices.currency)


def _total(rows: list[MeetingUsage]) -> ProviderCost:
    return ProviderCost(
        provider=rows[0].provider,
        model=rows[0].model,
        usage=_amounts(rows),
        estimated=any(row.estimated for row in rows),
        cost=_cost(rows),
    )


def _amounts(rows: list[MeetingUsage]) -> dict[UsageUnit, float]:
    amounts: dict[UsageUnit, float] = {}
    for row in rows:
        for unit, amount in row.amounts.items():
            amounts[unit] = amounts.get(unit, 0.0) + amount
    return amounts


def _cost(rows: list[MeetingUsage]) -> float | None:
    costs = [row.cost for row in rows]
    return None if None in costs else sum(cost or 0.0 for cost in costs)


def _key(row: MeetingUsage) -> tuple[str, str, str]:
    return (row.day, row.provider, row.model)
