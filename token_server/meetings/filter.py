"""Which meetings a list is to show, as the query of a request says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import PlainValidator

from records import MeetingKind
from records.meeting_list import MeetingFilter
from token_server import problems
from token_server.names import RoomName
from token_server.problems import ProblemError


def _read_moment(text: object) -> datetime | date:
    if not isinstance(text, str):
        raise ValueError("is no time")  # noqa: TRY004 - what pydantic takes
    try:
        return (
            date.fromisoformat(text)
            if len(text) == len("2030-01-04")
            else (datetime.fromisoformat(text))
        )
    except ValueError:
        raise ValueError("must be a day (2030-01-04) or a time (2030-01-04T09:30:00Z)") from None


Moment = Annotated[datetime | date, PlainValidator(_read_moment, json_schema_input_type=str)]


def _read_filter(
    from_: Annotated[
        Moment | None,
        Query(alias="from", description="began then or later: a day (UTC), or a time with zone"),
    ] = None,
    to: Annotated[
        Moment | None,
        Query(description="began before; a day is meant with all of it"),
    ] = None,
    room: Annotated[RoomName | None, Query(description="name of the room")] = None,
    participant: Annotated[
        str | None, Query(max_length=256, description="identity or name of somebody who spoke")
    ] = None,
    kind: Annotated[MeetingKind | None, Query(description="call or upload")] = None,
    has_minutes: Annotated[bool | None, Query(description="with or without minutes")] = None,
) -> MeetingFilter:
    return MeetingFilter(
        from_ms=_to_ms(from_, "from"),
        to_ms=_to_ms(to, "to", whole_day=True),
        room_name=room,
        participant=participant,
        kind=kind,
        has_minutes=has_minutes,
    )


FilterAsked = Annotated[MeetingFilter, Depends(_read_filter)]
"""What the query of a request asks for."""


def _to_ms(moment: Moment | None, name: str, *, whole_day: bool = False) -> int | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if whole_day and moment < date.max else moment
        moment = datetime.combine(day, time(), UTC)
    if moment.tzinfo is None:
        raise ProblemError(
            problems.INVALID,
            f"{name} is a time without a time zone",
            "write it as in 2030-01-04T09:30:00Z, or give a day",
        )
    return round(moment.timestamp() * 1000)
