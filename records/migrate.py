"""Brings a database to the newest version of the tables, once, however many processes ask."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from records.store import StoreUnavailableError, async_url


def migrate(database_url: str) -> None:
    """Create or upgrade the tables.

    Blocks; call it before the event loop runs or in a thread.

    Raises:
        StoreUnavailableError: the database cannot be opened or upgraded.
    """
    url = async_url(database_url).set(drivername="sqlite")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with _one_at_a_time(Path(url.database or "")):
            engine = create_engine(url)
            try:
                with engine.begin() as connection:
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
            finally:
                engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        msg = (
            f"the store {url.render_as_string(hide_password=True)} cannot be opened ({cause}); "
            "check DATABASE_URL and that its folder can be written"
        )
        raise StoreUnavailableError(msg) from None


@contextmanager
def _one_at_a_time(database: Path) -> Iterator[None]:
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".migrate").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
