"""The meetings as a list: the newest first, by filter, page by page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection
from records.meetings import MeetingKind
from records.tables import MeetingRow, MinutesRow, SpeakerRow
from wire.roles import Role

_NEVER_MS: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingFilter:
    """Which meetings are meant; None: all."""

    from_ms: int | None = None
    """Began then or later."""
    to_ms: int | None = None
    """Began before."""
    not_over_at_ms: int | None = None
    """Ended then or later, or goes on."""
    room_name: str | None = None
    participant: str | None = None
    """Identity or name of somebody who spoke."""
    kind: MeetingKind | None = None
    has_minutes: bool | None = None

    def within(self, *, room_name: str, from_ms: int, not_over_at_ms: int) -> Self:
        """Return the same for one life of one room only."""
        if self.room_name not in (None, room_name):
            from_ms = _NEVER_MS
        return replace(
            self,
            room_name=room_name,
            from_ms=max(from_ms, self.from_ms or 0),
            not_over_at_ms=not_over_at_ms,
        )

    @property
    def is_empty(self) -> bool:
        """Whether every meeting is meant."""
        return self == MeetingFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody who spoke in a meeting."""

    identity: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMeeting:
    """A meeting as a list shows it."""

    room_sid: str
    room_name: str
    kind: MeetingKind
    title: str
    """From its minutes; empty: there are none."""
    started_at_ms: int
    ended_at_ms: int | None
    has_minutes: bool
    speakers: tuple[Speaker, ...]


class MeetingListRecords(DatabaseConnection):
    """Lists of meetings."""

    async def list_meetings(
        self,
        wanted: MeetingFilter,
        *,
        before: tuple[int, str] | None = None,
        most: int,
    ) -> list[ListedMeeting]:
        """Return meetings, the newest first.

        Args:
            wanted: which.
            before: start in ms and room sid of the last one that is known already.
            most: so many at most.
        """
        query = (
            select_meetings()
            .where(*conditions_of(wanted))
            .order_by(MeetingRow.started_at_ms.desc(), MeetingRow.room_sid.desc())
            .limit(most)
        )
        if before is not None:
            query = query.where(tuple_(MeetingRow.started_at_ms, MeetingRow.room_sid) < before)
        async with self._transaction() as connection:
            return await read_meetings(connection, query)

    async def find_listed_meeting(self, room_sid: str) -> ListedMeeting | None:
        """Return one meeting as a list shows it, or None."""
        query = select_meetings().where(MeetingRow.room_sid == room_sid)
        async with self._transaction() as connection:
            found = await read_meetings(connection, query)
        return found[0] if found else None


def select_meetings() -> Any:
    """Return the query that `read_meetings` takes, for all meetings and in no order."""
    written = exists().where(MinutesRow.room_sid == MeetingRow.room_sid, _is_for_everybody())
    return select(
        MeetingRow.room_sid,
        MeetingRow.room_name,
        MeetingRow.kind,
        MeetingRow.title,
        MeetingRow.started_at_ms,
        MeetingRow.ended_at_ms,
        written.label("has_minutes"),
    )


async def read_meetings(connection: AsyncConnection, query: Any) -> list[ListedMeeting]:
    """Run a query of `select_meetings`, and add who spoke."""
    rows = (await connection.execute(query)).mappings().all()
    speakers = await _speakers(connection, [row["room_sid"] for row in rows])
    return [
        ListedMeeting(**{**row, "has_minutes": bool(row["has_minutes"])}, speakers=spoke)
        for row in rows
        for spoke in (tuple(speakers[row["room_sid"]]),)
    ]


def conditions_of(wanted: MeetingFilter) -> list[ColumnElement[bool]]:
    """Return what holds for the meetings that are meant."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.from_ms is not None:
        conditions.append(MeetingRow.started_at_ms >= wanted.from_ms)
    if wanted.to_ms is not None:
        conditions.append(MeetingRow.started_at_ms < wanted.to_ms)
    if wanted.not_over_at_ms is not None:
        goes_on = MeetingRow.ended_at_ms.is_(None)
        conditions.append(goes_on | (MeetingRow.ended_at_ms >= wanted.not_over_at_ms))
    if wanted.room_name is not None:
        conditions.append(MeetingRow.room_name == wanted.room_name)
    if wanted.kind is not None:
        conditions.append(MeetingRow.kind == wanted.kind)
    if wanted.participant is not None:
        named = (SpeakerRow.identity == wanted.participant) | (
            SpeakerRow.name == wanted.participant
        )
        conditions.append(MeetingRow.room_sid.in_(select(SpeakerRow.room_sid).where(named)))
    if wanted.has_minutes is not None:
        written = MeetingRow.room_sid.in_(select(MinutesRow.room_sid).where(_is_for_everybody()))
        conditions.append(written if wanted.has_minutes else ~written)
    return conditions


def _is_for_everybody() -> ColumnElement[bool]:
    return (MinutesRow.profile_id == "") & MinutesRow.content.is_not(None)


async def _speakers(
    connection: AsyncConnection, room_sids: Sequence[str]
) -> dict[str, list[Speaker]]:
    query = (
        select(SpeakerRow.__table__)
        .where(SpeakerRow.room_sid.in_(room_sids))
        .order_by(SpeakerRow.name, SpeakerRow.identity)
    )
    found: dict[str, list[Speaker]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        speaker = Speaker(identity=row["identity"], name=row["name"], role=row["role"])
        found[row["room_sid"]].append(speaker)
    return found
