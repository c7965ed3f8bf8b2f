import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

from records import Store, StoreUnavailableError, migrate
from records.connection import async_url
from records.tables import Base

pytestmark = pytest.mark.unit

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


def engine_of(url: str) -> Engine:
    return create_engine(async_url(url).set(drivername=_DRIVERS[url.partition(":")[0]]))


def tables(url: str) -> set[str]:
    engine = engine_of(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def execute(url: str, *statements: str) -> None:
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def is_of_the_code(name: str | None, kind: str, _: object) -> bool:
    """The search has tables and indexes that each database makes its own way."""
    return kind not in {"table", "index"} or not (name or "").startswith("search_")


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = engine_of(database_url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "include_name": is_of_the_code}
            )
            assert compare_metadata(context, Base.metadata) == []
    finally:
        engine.dispose()


def test_a_new_file_is_for_nobody_else_on_this_machine(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/sidenote.db")
    execute(f"sqlite:///{tmp_path}/sidenote.db", "CREATE TABLE more (id INTEGER)")
    assert (tmp_path / "sidenote.db").stat().st_mode & 0o077 == 0


async def test_migrating_again_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/folder/records.db"
    migrate(url)
    async with Store(url) as store:
        await store.add_room("acme", playbook=None, now_ms=1)
    migrate(url)
    async with Store(url) as store:
        assert [room.name for room in await store.list_open_rooms()] == ["acme"]


async def test_a_call_from_before_consent_is_kept_and_taken_up(empty_database_url: str) -> None:
    url = empty_database_url
    await asyncio.to_thread(migrate, url, "0001")
    assert not {"consents", "coverage", "off_the_record"} & tables(url)
    execute(
        url,
        "INSERT INTO rooms VALUES ('acme', 'sales', 1, NULL)",
        "INSERT INTO meetings VALUES ('RM_1', 'acme', 2, NULL)",
        "INSERT INTO segments VALUES"
        " ('SG_1', 'RM_1', 'guest-1', 'Ben', 'guest', 'TR_1', 'good morning', 1000, 2000)",
    )
    await asyncio.to_thread(migrate, url)
    async with Store(url) as store:
        (room,) = await store.list_open_rooms()
        assert (room.name, room.playbook, room.consent) == ("acme", "sales", None)
        (segment,) = await store.list_segments("RM_1")
        assert (segment.id, segment.speaker, segment.text) == ("SG_1", "guest-1", "good morning")
        await store.put_consent("acme", "guest-1", "no", now_ms=3)
        assert await store.list_consents("acme") == {"guest-1": "no"}
        assert await store.list_coverage("RM_1") == []
        numbers = {"transcript_sequence": 1, "sequence": 0}
        assert await store.erase_speaker("RM_1", "guest-1", **numbers) == 1


async def test_an_earlier_answer_of_a_model_goes_with_whoever_had_spoken_before_it(
    empty_database_url: str,
) -> None:
    url = empty_database_url
    await asyncio.to_thread(migrate, url, "0002")
    segments = (
        f"('SG_{number}', 'RM_1', '{who}', 'x', 'guest', 'TR_1', 'hm', {number}000, {number}500)"
        for number, who in enumerate(("ben", "cem", "dan"), start=1)
    )
    points = (
        f"('{point}', 'RM_1', 1, 1, '{source}', NULL, 'ask', true, 'hm', 'SG_2', 'cem', 'x',"
        " 2500, 2700)"
        for point, source in (("TP_1", "model"), ("TP_2", "playbook"))
    )
    execute(
        url,
        "INSERT INTO meetings VALUES ('RM_1', 'acme', 2, NULL)",
        f"INSERT INTO segments VALUES {', '.join(segments)}",
        f"INSERT INTO talking_points VALUES {', '.join(points)}",
    )
    await asyncio.to_thread(migrate, url)
    async with Store(url) as store:
        kept = await store.list_talking_points("RM_1")
        assert {point.id: point.read_identities for point in kept} == {
            "TP_1": ("ben", "cem"),
            "TP_2": (),
        }
        await store.erase_speaker("RM_1", "ben", transcript_sequence=1, sequence=0)
        assert [point.id for point in await store.list_talking_points("RM_1")] == ["TP_2"]


def test_several_processes_migrate_at_once(empty_database_url: str) -> None:
    program = "import sys; from records import migrate; migrate(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert {table.name for table in Base.metadata.sorted_tables} < tables(empty_database_url)


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty_database_url: str) -> None:
    execute(empty_database_url, "CREATE TABLE talking_points (id INTEGER)")  # the last to be made
    with pytest.raises(StoreUnavailableError, match="already exists"):
        migrate(empty_database_url)
    assert tables(empty_database_url) == {"talking_points"}


def test_a_path_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError) as caught:
        migrate(f"sqlite:///{tmp_path}/file/records.db")
    assert f"{tmp_path}/file/records.db" in str(caught.value)
    assert "check DATABASE_URL, and that its folder or database can be written" in str(caught.value)


def test_a_folder_in_place_of_the_database_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="unable to open database file"):
        migrate(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(os.urandom(4096))
    before = path.read_bytes()
    with pytest.raises(StoreUnavailableError, match="check DATABASE_URL"):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_tables_of_a_newer_version_are_left_alone(database_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailableError, match="newer version"):
        migrate(database_url)


def test_a_postgres_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        migrate("postgres://ana:hidden@127.0.0.1:1/sidenote")
    assert "ana:***@127.0.0.1:1/sidenote" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ana@db", "names no database"),
        ("mysql://ana@db/sidenote", "'mysql', which is not supported"),
        ("nonsense", "no database address"),
    ],
)
def test_an_address_that_cannot_serve_gets_the_remedy(url: str, told: str) -> None:
    with pytest.raises(StoreUnavailableError, match=told) as caught:
        migrate(url)
    assert "postgresql://user:password@host/sidenote" in str(caught.value)
