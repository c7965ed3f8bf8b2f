"""What only a server can do: go away and come back."""

import os
import socket
from collections.abc import Iterator

import pytest

from records import Store, StoreUnavailableError, migrate
from stack.postgres import PostgresServer
from tests.records.test_store import ROOM_SID, make_segment

pytestmark = pytest.mark.unit


@pytest.fixture
def fragile_postgres() -> Iterator[PostgresServer]:
    """A server of the test's own."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def test_a_store_outlives_its_server(fragile_postgres: PostgresServer) -> None:
    url = fragile_postgres.make_database()
    migrate(url)
    async with Store(url) as store:
        await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
        assert await store.add_segment(ROOM_SID, make_segment(1))
        fragile_postgres.stop()
        with pytest.raises(StoreUnavailableError):
            await store.add_segment(ROOM_SID, make_segment(2))
        fragile_postgres.start()
        assert await store.add_segment(ROOM_SID, make_segment(2))
        assert not await store.add_segment(ROOM_SID, make_segment(1)), "it was kept"


async def test_a_store_outlives_a_server_that_is_killed(fragile_postgres: PostgresServer) -> None:
    url = fragile_postgres.make_database()
    migrate(url)
    async with Store(url) as store:
        await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
        assert await store.add_segment(ROOM_SID, make_segment(1))
        fragile_postgres.kill()
        with pytest.raises(StoreUnavailableError):
            await store.add_segment(ROOM_SID, make_segment(2))
        fragile_postgres.start()
        assert await store.add_segment(ROOM_SID, make_segment(2))
        assert not await store.add_segment(ROOM_SID, make_segment(1)), "it was kept"


async def test_a_server_whose_machine_died_before_it_answered_is_not_waited_for_long(
    postgres: PostgresServer, postgres_template: str
) -> None:
    """The system asks: nobody here can unplug a machine. What it was told to do, it tells."""
    async with (
        Store(postgres.make_database(postgres_template)) as store,
        store._transaction() as connection,
    ):
        raw = await connection.get_raw_connection()
        assert raw.driver_connection
        with socket.socket(fileno=os.dup(raw.driver_connection.pgconn.socket)) as own:
            assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle, between, times = (
                own.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )

    assert idle + between * times <= 15
