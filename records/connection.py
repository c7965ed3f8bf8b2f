"""The way to the database, which every part of the store shares."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from records.tables import WorkerRow
from records.unbroken import UnbrokenConnection, unbroken

# At DEBUG it writes every statement with its values: what people said.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

_POSTGRES_ALIAS: Final = re.compile(r"^postgres://")
"""How hosting services write it."""
_IN_FILE: Final = 1
_IN_JOURNAL: Final = 2
"""Where traces of what was deleted are: what the head of a SQLite file says (`user_version`)."""
_JOURNAL_SECONDS: Final = 5.0
_JOURNAL_PAUSE_SECONDS: Final = 0.05
_POSTGRES_PATIENCE: Final = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    # That bounds what is sent and not acknowledged only. A server whose machine dies between
    # taking a statement and answering it is waited for until probes tell: by default for 2 hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
"""After how long a server that does not answer counts as away: seconds, but milliseconds for
`tcp_user_timeout`."""
_REMEDY: Final = (
    "use one like sqlite:///data/sidenote.db or postgresql://user:password@host/sidenote"
)


class StoreUnavailableError(Exception):
    """The store did not do what was asked; the cause tells why, the text holds no record."""


class RecordRefusedError(StoreUnavailableError):
    """The store is there and does not take what it was given; it will not take it later either."""


def async_url(database_url: str) -> URL:
    """Return the address with an asynchronous driver in it.

    Raises:
        StoreUnavailableError: it is no address, or of a database that is not supported.
    """
    try:
        url = make_url(_POSTGRES_ALIAS.sub("postgresql://", database_url))
    except SQLAlchemyError:
        raise StoreUnavailableError(f"DATABASE_URL is no database address; {_REMEDY}") from None
    if url.get_backend_name() == "postgresql":
        if not url.database:
            msg = f"DATABASE_URL names no database on its Postgres server; {_REMEDY}"
            raise StoreUnavailableError(msg)
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            msg = (
                "DATABASE_URL names no file, and what is only in memory cannot be shared; "
                f"{_REMEDY}"
            )
            raise StoreUnavailableError(msg)
        return url.set(drivername="sqlite+aiosqlite")
    msg = f"DATABASE_URL names {url.get_backend_name()!r}, which is not supported; {_REMEDY}"
    raise StoreUnavailableError(msg)


class DatabaseConnection:
    """Opens and closes the database, and runs transactions."""

    def __init__(self, database_url: str) -> None:
        url = async_url(database_url)
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_pre_ping=True,
            # Without it an INSERT does not tell whether its conflict was another's row.
            execution_options={"preserve_rowcount": True},
            connect_args=_POSTGRES_PATIENCE if url.get_backend_name() == "postgresql" else {},
        )
        if url.get_backend_name() == "sqlite":
            _make_folder(url)
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        self._has_traces = False
        """Whether the file may still hold something that was deleted."""
        self._insert: Any = (
            postgresql.insert if url.get_backend_name() == "postgresql" else sqlite.insert
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; safe to call twice."""
        await unbroken(self._engine.dispose())

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with aclosing(UnbrokenConnection(self._engine)) as connection:
                await connection.start()
                yield connection
                await connection.commit()
        except (DataError, IntegrityError, UnicodeError, OverflowError) as error:
            raise RecordRefusedError(f"the store takes no such record: {_cause(error)}") from None
        except SQLAlchemyError as error:
            cause = _cause(error)
            address = self._engine.url.render_as_string(hide_password=True)
            msg = (
                f"the store at {address}: {cause}; check that DATABASE_URL names a database "
                "that can be written and has its tables"
            )
            raise StoreUnavailableError(msg) from None

    def _upsert(self, table: Any, row: dict[str, Any], *keys: Any) -> Any:
        """Return the statement that inserts a row, or overwrites the one that has its keys."""
        insert = self._insert(table).values(**row)
        return insert.on_conflict_do_update(index_elements=keys, set_=row)

    async def ping(self) -> None:
        """Make sure that the store answers and has its tables."""
        async with self._transaction() as connection:
            await connection.execute(select(func.count()).select_from(WorkerRow))

    async def _scrub(self, *, deleted: bool) -> None:
        """Leave nothing of what was deleted in the database file or its journal.

        `secure_delete` overwrites what is deleted, but not the copies that were left behind when
        rows moved between pages before. Only rewriting the file removes those, and then emptying
        the journal. Until that is done, the file's head says what is left to do, to whoever opens
        it: a file is rewritten once for what was deleted, however long a reader keeps the journal.
        On Postgres the rows are gone; its own vacuum,
        log and backups decide when their bytes are.
        """
        if self._engine.dialect.name != "sqlite":
            return
        self._has_traces |= deleted
        left = _IN_FILE if self._has_traces else await self._read_mark()
        if not left:
            return
        try:
            async with aclosing(UnbrokenConnection(self._engine)) as connection:
                await connection.start()
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                if left == _IN_FILE:
                    await _rewrite(connection)
                    self._has_traces = False
                busy = await _empty_journal(connection)
                if not busy:
                    await connection.execute(text("PRAGMA user_version = 0"))
                # It would come back from autocommit without what `_prepare_sqlite` has set.
                await connection.invalidate()
        except SQLAlchemyError as error:
            cause = _cause(error)
        else:
            cause = "its journal" if busy else ""
        if cause:
            raise StoreUnavailableError(
                "what was erased is gone from the store, and traces of it may be left in its "
                f"file, because somebody else was using it ({cause}); erase again, or "
                "leave it to the token server, which goes on by itself"
            )

    async def _read_mark(self) -> int:
        async with self._transaction() as connection:
            return int((await connection.execute(text("PRAGMA user_version"))).scalar_one())


async def _rewrite(connection: AsyncConnection) -> None:
    await connection.execute(text(f"PRAGMA user_version = {_IN_FILE}"))
    # The search only marks words as deleted until its parts are made one.
    await connection.execute(text("INSERT INTO search_words (search_words) VALUES ('optimize')"))
    await connection.execute(text("VACUUM"))
    await connection.execute(text(f"PRAGMA user_version = {_IN_JOURNAL}"))


async def _empty_journal(connection: AsyncConnection) -> bool:
    """Return whether somebody else kept it from being emptied."""
    give_up_at = time.monotonic() + _JOURNAL_SECONDS
    while (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).scalar_one():
        if time.monotonic() > give_up_at:
            return True
        # SQLite waits for readers and writers, but not for another's checkpoint: that ends soon.
        await asyncio.sleep(_JOURNAL_PAUSE_SECONDS)
    return False


def _cause(error: Exception) -> str:
    # The statement and its values stay out of the text: they hold what people said.
    return type(getattr(error, "orig", None) or error).__name__


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
    # A transaction that begins by reading and writes later is refused at once when somebody has
    # written in between; one that begins as a writer waits for its turn.
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
