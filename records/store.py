"""The one place that queries and commits. Every method is one transaction."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from records.tables import (
    ConsentRow,
    CoverageRow,
    LeaseRow,
    MeetingRow,
    OffTheRecordRow,
    RoomRow,
    SegmentRow,
    TalkingPointRow,
    WorkerRow,
)
from transcript_buffer import Segment
from wire.consent import ConsentAnswer, ConsentPolicy
from wire.coverage import SpeakerCoverage
from wire.talking_point import TalkingPoint

# At DEBUG it writes every statement with its values: what people said.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)


class StoreUnavailableError(Exception):
    """The store did not do what was asked; the cause tells why, the text holds no record."""


class RoomExistsError(Exception):
    """A room of this name is open already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that the token server created."""

    name: str
    playbook: str | None
    consent: ConsentPolicy | None
    """None: the worker's own setting decides."""
    created_at_ms: int
    closed_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one agent to serve a room."""

    room_name: str
    holder: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker as of its last beat."""

    id: str
    agent_name: str
    active_jobs: int
    seen_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One life of a room."""

    room_sid: str
    room_name: str
    started_at_ms: int
    ended_at_ms: int | None
    last_sequence: int
    """Highest sequence number of a talking point so far; 0 if there is none."""


def async_url(database_url: str) -> URL:
    """Return the address with an asynchronous driver in it.

    Raises:
        StoreUnavailableError: it is no address, or of a database that is not supported.
    """
    try:
        url = make_url(database_url)
    except SQLAlchemyError:
        msg = "DATABASE_URL is no database address; use one like sqlite:///data/sidenote.db"
        raise StoreUnavailableError(msg) from None
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            msg = (
                "DATABASE_URL names no file, and what is only in memory cannot be shared; "
                "use one like sqlite:///data/sidenote.db"
            )
            raise StoreUnavailableError(msg)
        return url.set(drivername="sqlite+aiosqlite")
    msg = f"DATABASE_URL names {url.get_backend_name()!r}; use sqlite:///data/sidenote.db"
    raise StoreUnavailableError(msg)


class Store:
    """Rooms, leases, workers, meetings, segments and talking points.

    Use as an async context manager, or call `aclose`. Every method raises
    `StoreUnavailableError` when the database cannot be reached.
    """

    def __init__(self, database_url: str) -> None:
        url = async_url(database_url)
        _make_folder(url)
        self._engine: AsyncEngine = create_async_engine(url, pool_pre_ping=True)
        event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        self._insert: Any = (
            postgresql.insert if url.get_backend_name() == "postgresql" else sqlite.insert
        )

    async def __aenter__(self) -> "Store":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; safe to call twice."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            # The statement and its values stay out of the text: they hold what people said.
            cause = type(getattr(error, "orig", None) or error).__name__
            address = self._engine.url.render_as_string(hide_password=True)
            msg = (
                f"the store at {address}: {cause}; check that DATABASE_URL names a database "
                "that can be written and has its tables"
            )
            raise StoreUnavailableError(msg) from None

    async def ping(self) -> None:
        """Make sure that the store answers and has its tables."""
        async with self._transaction() as connection:
            await connection.execute(select(func.count()).select_from(WorkerRow))

    # rooms

    async def add_room(
        self,
        name: str,
        *,
        playbook: str | None,
        consent: ConsentPolicy | None = None,
        now_ms: int,
    ) -> Room:
        """Record a new room; a closed one of the same name is opened anew.

        Raises:
            RoomExistsError: it is open already.
        """
        row: dict[str, Any] = {
            "name": name,
            "playbook": playbook,
            "consent": consent,
            "created_at_ms": now_ms,
            "closed_at_ms": None,
        }
        insert = self._insert(RoomRow).values(**row)
        statement = insert.on_conflict_do_update(
            index_elements=[RoomRow.name], set_=row, where=RoomRow.closed_at_ms.is_not(None)
        )
        async with self._transaction() as connection:
            result = await connection.execute(statement)
            if result.rowcount != 1:
                raise RoomExistsError(name)
        return Room(**row)

    async def find_room(self, name: str) -> Room | None:
        """Return a room, closed or not, or None if it was never created here."""
        async with self._transaction() as connection:
            row = (
                await connection.execute(select(RoomRow.__table__).where(RoomRow.name == name))
            ).first()
        return Room(**row._mapping) if row else None

    async def list_open_rooms(self) -> list[Room]:
        """Return the rooms that are not closed, oldest first."""
        query = (
            select(RoomRow.__table__)
            .where(RoomRow.closed_at_ms.is_(None))
            .order_by(RoomRow.created_at_ms, RoomRow.name)
        )
        async with self._transaction() as connection:
            return [Room(**row._mapping) for row in await connection.execute(query)]

    async def close_room(self, name: str, *, now_ms: int) -> bool:
        """Close a room for good; False if it was not open."""
        statement = (
            update(RoomRow)
            .where(RoomRow.name == name, RoomRow.closed_at_ms.is_(None))
            .values(closed_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    # leases

    async def take_lease(
        self, room_name: str, holder: str, *, now_ms: int, ttl_seconds: float
    ) -> bool:
        """Take or renew the lease of a room; False while somebody else holds it."""
        row = {
            "room_name": room_name,
            "holder": holder,
            "expires_at_ms": now_ms + round(ttl_seconds * 1000),
        }
        statement = (
            self._insert(LeaseRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[LeaseRow.room_name],
                set_=row,
                where=(LeaseRow.holder == holder) | (LeaseRow.expires_at_ms <= now_ms),
            )
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def release_lease(self, room_name: str, holder: str) -> None:
        """Give the lease back; nothing happens if somebody else holds it."""
        statement = delete(LeaseRow).where(
            LeaseRow.room_name == room_name, LeaseRow.holder == holder
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_leases(self, *, now_ms: int) -> list[Lease]:
        """Return the leases that have not run out."""
        query = select(LeaseRow.__table__).where(LeaseRow.expires_at_ms > now_ms)
        async with self._transaction() as connection:
            return [Lease(**row._mapping) for row in await connection.execute(query)]

    # workers

    async def beat_worker(
        self, worker_id: str, *, agent_name: str, active_jobs: int, now_ms: int
    ) -> None:
        """Record that a worker is alive and registered."""
        row = {
            "id": worker_id,
            "agent_name": agent_name,
            "active_jobs": active_jobs,
            "seen_at_ms": now_ms,
        }
        statement = (
            self._insert(WorkerRow)
            .values(**row)
            .on_conflict_do_update(index_elements=[WorkerRow.id], set_=row)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def remove_worker(self, worker_id: str) -> None:
        """Forget a worker that has stopped."""
        async with self._transaction() as connection:
            await connection.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    async def list_workers(self, *, seen_after_ms: int) -> list[Worker]:
        """Return the workers whose last beat is newer than the given time."""
        query = select(WorkerRow.__table__).where(WorkerRow.seen_at_ms > seen_after_ms)
        async with self._transaction() as connection:
            return [Worker(**row._mapping) for row in await connection.execute(query)]

    # meetings

    async def open_meeting(self, room_sid: str, *, room_name: str, now_ms: int) -> Meeting:
        """Record that a meeting has begun, or take up one that an earlier agent began."""
        values = {"room_sid": room_sid, "room_name": room_name, "started_at_ms": now_ms}
        statement = (
            self._insert(MeetingRow)
            .values(**values)
            .on_conflict_do_update(index_elements=[MeetingRow.room_sid], set_={"ended_at_ms": None})
        )
        async with self._transaction() as connection:
            await connection.execute(statement)
        meeting = await self.find_meeting(room_sid)
        if meeting is None:
            raise StoreUnavailableError(
                "a meeting vanished while it was opened; start the call anew"
            )
        return meeting

    async def end_meeting(self, room_sid: str, *, now_ms: int) -> None:
        """Record when a meeting ended."""
        statement = (
            update(MeetingRow).where(MeetingRow.room_sid == room_sid).values(ended_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def find_meeting(self, room_sid: str) -> Meeting | None:
        """Return a meeting, or None."""
        sequence = (
            select(func.coalesce(func.max(TalkingPointRow.sequence), 0))
            .where(TalkingPointRow.room_sid == room_sid)
            .scalar_subquery()
            .label("last_sequence")
        )
        query = select(MeetingRow.__table__, sequence).where(MeetingRow.room_sid == room_sid)
        async with self._transaction() as connection:
            row = (await connection.execute(query)).first()
        return Meeting(**row._mapping) if row else None

    # segments and talking points

    async def add_segment(self, room_sid: str, segment: Segment) -> bool:
        """Keep a final segment; False if one of its id is kept already.

        Raises:
            ValueError: the segment is an interim.
        """
        if not segment.final:
            raise ValueError(f"segment {segment.id} is an interim; only finals are kept")
        statement = (
            self._insert(SegmentRow)
            .values(
                id=segment.id,
                room_sid=room_sid,
                speaker_identity=segment.speaker,
                speaker_name=segment.name,
                speaker_role=segment.role,
                track_sid=segment.track_sid,
                text=segment.text,
                started_at_ms=round(segment.start_seconds * 1000),
                ended_at_ms=round(segment.end_seconds * 1000),
            )
            .on_conflict_do_nothing()
        )
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def list_segments(self, room_sid: str) -> list[Segment]:
        """Return the final segments of a meeting in the order in which they were spoken."""
        query = (
            select(SegmentRow.__table__)
            .where(SegmentRow.room_sid == room_sid)
            .order_by(SegmentRow.started_at_ms, SegmentRow.id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Segment(
                id=row["id"],
                speaker=row["speaker_identity"],
                name=row["speaker_name"],
                role=row["speaker_role"],
                track_sid=row["track_sid"],
                text=row["text"],
                start_seconds=row["started_at_ms"] / 1000,
                end_seconds=row["ended_at_ms"] / 1000,
                final=True,
            )
            for row in rows
        ]

    async def erase_speaker(self, room_sid: str, identity: str) -> int:
        """Forget what a participant said, and what rests on it; return the segments erased."""
        async with self._transaction() as connection:
            await connection.execute(
                delete(TalkingPointRow).where(
                    TalkingPointRow.room_sid == room_sid,
                    TalkingPointRow.speaker_identity == identity,
                )
            )
            erased = await connection.execute(
                delete(SegmentRow).where(
                    SegmentRow.room_sid == room_sid, SegmentRow.speaker_identity == identity
                )
            )
        await self._scrub()
        return erased.rowcount

    async def _scrub(self) -> None:
        """Leave nothing of what was deleted in the journal; free pages are overwritten anyway."""
        if self._engine.dialect.name != "sqlite":
            return
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        except SQLAlchemyError as error:
            raise StoreUnavailableError(
                f"the journal still holds erased lines: {type(error).__name__}; "
                "it is emptied when the store is closed"
            ) from None

    async def put_talking_point(self, room_sid: str, point: TalkingPoint) -> None:
        """Keep a talking point; a newer version replaces an older one."""
        row = {"room_sid": room_sid, **point.model_dump(exclude={"v"})}
        statement = self._insert(TalkingPointRow).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=[TalkingPointRow.id],
            set_=row,
            where=TalkingPointRow.version < statement.excluded.version,
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_talking_points(self, room_sid: str) -> list[TalkingPoint]:
        """Return the talking points of a meeting by sequence number."""
        query = (
            select(TalkingPointRow.__table__)
            .where(TalkingPointRow.room_sid == room_sid)
            .order_by(TalkingPointRow.sequence)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            TalkingPoint(**{key: value for key, value in row.items() if key != "room_sid"})
            for row in rows
        ]

    # consent and coverage

    async def put_consent(
        self, room_name: str, identity: str, answer: ConsentAnswer, *, now_ms: int
    ) -> None:
        """Keep a participant's answer; the last one counts."""
        row = {
            "room_name": room_name,
            "identity": identity,
            "answer": answer,
            "answered_at_ms": now_ms,
        }
        statement = (
            self._insert(ConsentRow)
            .values(**row)
            .on_conflict_do_update(
                index_elements=[ConsentRow.room_name, ConsentRow.identity], set_=row
            )
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_consents(self, room_name: str) -> dict[str, ConsentAnswer]:
        """Return the answers given in a room, by identity."""
        query = select(ConsentRow.identity, ConsentRow.answer).where(
            ConsentRow.room_name == room_name
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).all()
        return {identity: "yes" if answer == "yes" else "no" for identity, answer in rows}

    async def begin_off_the_record(self, room_sid: str, *, now_ms: int) -> None:
        """Record that everybody is off the record from now on."""
        statement = (
            self._insert(OffTheRecordRow)
            .values(room_sid=room_sid, started_at_ms=now_ms)
            .on_conflict_do_nothing()
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def end_off_the_record(self, room_sid: str, *, now_ms: int) -> None:
        """Record that everybody is on the record again."""
        statement = (
            update(OffTheRecordRow)
            .where(OffTheRecordRow.room_sid == room_sid, OffTheRecordRow.ended_at_ms.is_(None))
            .values(ended_at_ms=now_ms)
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_off_the_record(self, room_sid: str) -> list[tuple[int, int | None]]:
        """Return when everybody was off the record: start and end (None: still), oldest first."""
        query = (
            select(OffTheRecordRow.started_at_ms, OffTheRecordRow.ended_at_ms)
            .where(OffTheRecordRow.room_sid == room_sid)
            .order_by(OffTheRecordRow.started_at_ms)
        )
        async with self._transaction() as connection:
            return [(row[0], row[1]) for row in await connection.execute(query)]

    async def put_coverage(
        self, room_sid: str, job_id: str, speakers: list[SpeakerCoverage]
    ) -> None:
        """Keep what one agent has heard so far of each participant."""
        async with self._transaction() as connection:
            for speaker in speakers:
                row = {
                    "room_sid": room_sid,
                    "job_id": job_id,
                    "identity": speaker.identity,
                    "report": speaker.model_dump_json(),
                }
                keys = [CoverageRow.room_sid, CoverageRow.job_id, CoverageRow.identity]
                statement = self._insert(CoverageRow).values(**row)
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=keys, set_=row)
                )

    async def list_coverage(self, room_sid: str) -> list[SpeakerCoverage]:
        """Return what each agent of a meeting has heard of each participant."""
        query = (
            select(CoverageRow.report)
            .where(CoverageRow.room_sid == room_sid)
            .order_by(CoverageRow.identity, CoverageRow.job_id)
        )
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).scalars().all()
        return [SpeakerCoverage.model_validate_json(row) for row in rows]


def _make_folder(url: URL) -> None:
    if not url.database:
        return
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the folder {folder} of DATABASE_URL cannot be made ({error.strerror}); name another"
        raise StoreUnavailableError(msg) from None


def _prepare_sqlite(connection: Any, _: object) -> None:
    """Let readers and one writer work at once, and wait for each other instead of failing."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
