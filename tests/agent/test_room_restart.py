"""The media server dies and comes back: the worker says so, and a call goes on as it was."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from livekit import api

from records import Store, Worker
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, silence
from tests.parts import API_KEY, API_SECRET, TestStack

pytestmark = pytest.mark.room

GREETING, PRICE = read_line(2), read_line(8)


@pytest.fixture(scope="module")
def broken_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestStack]:
    """A stack whose media server the tests kill."""
    running = TestStack(tmp_path_factory.mktemp("broken-stack"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
async def records(broken_stack: TestStack) -> AsyncIterator[Store]:
    """What worker and token server share."""
    async with Store(broken_stack.database_url) as opened:
        yield opened


async def workers_when(records: Store, are_right: Callable[[list[Worker]], object]) -> list[Worker]:
    """Wait until the token server believes in the right workers; return them."""
    async with asyncio.timeout(60):
        while True:
            workers = await records.list_workers(seen_after_ms=0)
            if are_right(workers):
                return workers
            await asyncio.sleep(0.1)


async def sid_of(stack: TestStack, room_name: str) -> str:
    """What the media server calls a room now; clients do not all notice that it has changed."""
    async with api.LiveKitAPI(stack.media_server.url, API_KEY, API_SECRET) as server:
        listed = await server.room.list_rooms(api.ListRoomsRequest(names=[room_name]))
    return listed.rooms[0].sid


async def test_a_worker_counts_only_while_the_media_server_knows_it(
    broken_stack: TestStack, records: Store
) -> None:
    (before,) = await workers_when(records, bool)
    broken_stack.media_server.process.kill()
    assert await workers_when(records, lambda workers: not workers) == []
    await asyncio.to_thread(broken_stack.media_server.start)
    (after,) = await workers_when(records, bool)
    assert after.id != before.id
    assert after.id in broken_stack.worker.output()


async def test_a_call_goes_on_with_the_same_agent_and_under_the_same_meeting(
    broken_stack: TestStack, records: Store
) -> None:
    await workers_when(records, bool)
    seats = await open_room(broken_stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        agent = await host.wait_for_agent()
        room_sid = await host.room.sid
        await guest.open_microphone()
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: host.finals)

        back = asyncio.Event()
        guest.room.on("reconnected", back.set)
        broken_stack.media_server.process.kill()
        await asyncio.to_thread(broken_stack.media_server.start)
        async with asyncio.timeout(60):
            await back.wait()
        assert await host.wait_for_agent() == agent
        other_sid = await sid_of(broken_stack, seats.room_name)
        assert other_sid != room_sid

        async def say_until_heard() -> None:
            # The agent takes the track some moments after everybody is back.
            while len(host.talking_points) < 1:
                await guest.say(PRICE.samples)

        await asyncio.wait_for(say_until_heard(), 60)
        await guest.play(silence(1.0))
        heard = [line.attributes.segment_id for line in host.finals]
        kept = {segment.id for segment in await records.list_segments(room_sid)}
        assert set(heard) <= kept
        assert len(heard) == len(set(heard)) > 1
        assert await records.find_meeting(other_sid) is None
        assert host.agents == [agent]
