"""Brings a database to the newest version of the tables, once, however many processes ask."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from records.connection import StoreUnavailableError, async_url

_LOCK: Final = 0x51DE_607E
"""Any number that nobody else locks in the same Postgres database."""


def migrate(database_url: str, version: str = "head") -> None:
    """Create or upgrade the tables.

    Blocks; call it before the event loop runs or in a thread.

    Args:
        database_url: where they are.
        version: of which migration they are to be; "head": of the newest.

    Raises:
        StoreUnavailableError: the database cannot be opened or upgraded.
    """
    url = async_url(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    begun = _postgres_begun if url.get_backend_name() == "postgresql" else _sqlite_begun
    try:
        with begun(url) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, version)
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        msg = (
            f"the store {url.render_as_string(hide_password=True)} cannot be opened ({cause}); "
            "check DATABASE_URL, and that its folder or database can be written"
        )
        raise StoreUnavailableError(msg) from None
    except CommandError:
        msg = (
            f"the tables of {url.render_as_string(hide_password=True)} are of a newer version of "
            "Sidenote; run that one, or let DATABASE_URL name another store"
        )
        raise StoreUnavailableError(msg) from None


@contextmanager
def _postgres_begun(url: URL) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            # Held until the end of the transaction: others wait, and then find the work done.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _sqlite_begun(url: URL) -> Iterator[Connection]:
    with _one_at_a_time(Path(url.database or "")):
        engine = create_engine(url.set(drivername="sqlite"))
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


def _leave_transactions_to_us(connection: Any, _: object) -> None:
    # The driver would commit before each change of a table: an upgrade that fails half-way
    # would leave tables behind that stop every later one.
    connection.isolation_level = None
    # Kept by the file. Stores that opened a fresh file at once would race for it, and the change
    # of the mode does not wait for others as everything else does.
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _one_at_a_time(database: Path) -> Iterator[None]:
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".migrate").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            # What people said is for nobody else on this machine; the journal gets the same rights.
            database.touch(mode=0o600)
        yield
