"""Route that tells what meetings have cost."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Query

from records import DayUsage
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.cost_models import CostList, DayCost, MeetingCost
from token_server.desk import DeskNeeded
from token_server.problems import ProblemError, document
from wire.costs import ProviderCost

MOST_DAYS: Final = 366
_DEFAULT_DAYS: Final = 31

router = APIRouter(
    prefix="/costs",
    tags=["costs"],
    dependencies=[RoomsAllowed],
    responses=document(
        problems.KEY_MISSING,
        problems.KEY_WRONG,
        problems.NOT_DIRECT,
        problems.OTHER_ORIGIN,
        problems.INVALID,
        problems.STORE_DOWN,
    ),
)


@router.get("")
async def list_costs(
    desk: DeskNeeded,
    first_day: Annotated[
        date | None, Query(description="UTC; left out: 30 days before the last one")
    ] = None,
    last_day: Annotated[date | None, Query(description="UTC; left out: today")] = None,
) -> CostList:
    """List what the meetings of each day have cost, the newest day first."""
    last = last_day or datetime.fromtimestamp(desk.clock() / 1000, UTC).date()
    first = first_day or last - min(timedelta(days=_DEFAULT_DAYS - 1), last - date.min)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise ProblemError(
            problems.INVALID,
            f"first_day is {first} and last_day {last}",
            f"ask for at most {MOST_DAYS} days, the first one before the last one",
        )
    rows = await desk.store.list_usage(first_day=first.isoformat(), last_day=last.isoformat())
    days = [_day(day, list(of_day)) for day, of_day in groupby(rows, lambda row: row.usage.day)]
    return CostList(first_day=first, last_day=last, days=days[::-1])


def _day(day: str, rows: list[DayUsage]) -> DayCost:
    return DayCost(
        day=date.fromisoformat(day),
        costs=_costs(rows),
        complete=_is_complete(rows),
        meetings=[
            _meeting(list(of_meeting)) for _, of_meeting in groupby(rows, lambda row: row.room_sid)
        ],
    )


def _meeting(rows: list[DayUsage]) -> MeetingCost:
    first = rows[0]
    return MeetingCost(
        room_sid=first.room_sid,
        room_name=first.room_name,
        started_at=datetime.fromtimestamp(first.started_at_ms / 1000, UTC),
        costs=_costs(rows),
        complete=_is_complete(rows),
        providers=[
            ProviderCost(
                provider=row.usage.provider,
                model=row.usage.model,
                usage=dict(row.usage.amounts),
                estimated=row.usage.estimated,
                cost=row.usage.cost,
            )
            for row in rows
        ],
    )


def _costs(rows: list[DayUsage]) -> dict[str, float]:
    costs: dict[str, float] = {}
    for row in rows:
        if row.usage.cost is not None:
            costs[row.usage.currency] = costs.get(row.usage.currency, 0.0) + row.usage.cost
    return costs


def _is_complete(rows: list[DayUsage]) -> bool:
    return all(row.usage.cost is not None for row in rows)
