"""What providers did for meetings, and what it cost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from records.connection import DatabaseConnection
from records.tables import MeetingRow, UsageRow
from wire.costs import UsageUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingUsage:
    """What one model of one provider did in a meeting on one day."""

    day: str
    """UTC, ISO 8601: 2026-05-01."""
    provider: str
    model: str
    amounts: Mapping[UsageUnit, float]
    estimated: bool
    currency: str
    """ISO 4217."""
    cost: float | None
    """None: the price table does not know the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsage:
    """The same with the meeting it belongs to."""

    room_sid: str
    room_name: str
    started_at_ms: int
    """When the meeting began."""
    usage: MeetingUsage


class UsageRecords(DatabaseConnection):
    """The usage of meetings, by day, provider and model."""

    async def put_usage(self, room_sid: str, rows: Sequence[MeetingUsage]) -> None:
        """Keep the usage of a meeting so far, in place of what was kept of the same models."""
        keys = [UsageRow.room_sid, UsageRow.day, UsageRow.provider, UsageRow.model]
        async with self._transaction() as connection:
            for one in rows:
                row = {
                    "room_sid": room_sid,
                    "day": one.day,
                    "provider": one.provider,
                    "model": one.model,
                    "usage": json.dumps(dict(one.amounts)),
                    "estimated": one.estimated,
                    "currency": one.currency,
                    "cost": one.cost,
                }
                await connection.execute(self._upsert(UsageRow, row, *keys))

    async def list_meeting_usage(self, room_sid: str) -> list[MeetingUsage]:
        """Return the usage of a meeting."""
        query = (
            select(UsageRow.__table__)
            .where(UsageRow.room_sid == room_sid)
            .order_by(UsageRow.day, UsageRow.provider, UsageRow.model)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_usage(row) for row in rows]

    async def spent_by_others(self, room_sid: str, *, day: str, currency: str) -> float:
        """Return what all other meetings have spent on a day, of what has a known price."""
        query = select(func.sum(UsageRow.cost)).where(
            UsageRow.day == day, UsageRow.currency == currency, UsageRow.room_sid != room_sid
        )
        async with self._transaction() as connection:
            return (await connection.execute(query)).scalar_one() or 0.0

    async def list_usage(self, *, first_day: str, last_day: str) -> list[DayUsage]:
        """Return the usage of all meetings from one day to another, both included."""
        query = (
            select(UsageRow.__table__, MeetingRow.room_name, MeetingRow.started_at_ms)
            .join(MeetingRow, MeetingRow.room_sid == UsageRow.room_sid)
            .where(UsageRow.day >= first_day, UsageRow.day <= last_day)
            .order_by(
                UsageRow.day,
                MeetingRow.started_at_ms,
                UsageRow.room_sid,
                UsageRow.provider,
                UsageRow.model,
            )
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            DayUsage(
                room_sid=row["room_sid"],
                room_name=row["room_name"],
                started_at_ms=row["started_at_ms"],
                usage=_usage(row),
            )
            for row in rows
        ]


def _usage(row: Mapping[Any, Any]) -> MeetingUsage:
    return MeetingUsage(
        day=row["day"],
        provider=row["provider"],
        model=row["model"],
        amounts=json.loads(row["usage"]),
        estimated=row["estimated"],
        currency=row["currency"],
        cost=row["cost"],
    )
