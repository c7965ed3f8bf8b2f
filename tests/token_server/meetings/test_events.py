"""Events of a meeting as they happen, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from tests.agent.waiting import until
from tests.token_server.front import Front, problem
from tests.token_server.meeting import Told, meet
from token_server import event_stream
from token_server.meetings.event_positions import EventPosition
from wire.gap import Gap

pytestmark = pytest.mark.room


@dataclass
class Event:
    id: str
    name: str
    content: dict[str, Any]


class Listener:
    """Listens to a meeting as a program does."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.heartbeats = 0

    async def next(self) -> Event | None:
        """The next event; None: the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line.startswith(":"):
                    self.heartbeats += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    return Event(fields["id"], fields["event"], json.loads(fields["data"]))
        return None

    async def names(self, count: int) -> list[str]:
        found = [await self.next() for _ in range(count)]
        return [event.name for event in found if event]


@pytest.fixture
async def address(front: Front) -> AsyncIterator[str]:
    """The token server at a real address; a transport in memory does not stream."""
    config = uvicorn.Config(front.app, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        await serving


@asynccontextmanager
async def listen(
    address: str, told: Told, role: str = "host", **headers: str
) -> AsyncIterator[Listener]:
    url = f"{address}/meetings/{told.room_sid}/events"
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", url, headers=told.headers(role) | headers) as response,
        aclosing(response),
    ):
        yield Listener(response)


async def test_everything_is_told_in_order_from_the_beginning_and_then_as_it_happens(
    front: Front, address: str
) -> None:
    told = await meet(front)
    await told.say(1, "the price")
    await told.tell(1)
    async with listen(address, told) as listener:
        assert listener.response.headers["content-type"].startswith("text/event-stream")
        assert await listener.names(2) == ["segment", "talking_point"]
        await told.say(2, "is too high")
        event = await listener.next()
        assert event
        assert (event.name, event.content["text"], event.id) == (
            "segment", "is too high", "t2-h1-m0",
        )  # fmt: skip
        gap = Gap(started_at_ms=1, ended_at_ms=2, reason="agent_away", transcript_sequence=3)
        await told.store.add_gap(told.room_sid, gap)
        assert await listener.names(1) == ["gap"]
        await told.store.erase_speaker(told.room_sid, "guest-1", transcript_sequence=4, sequence=1)
        erased = await listener.next()
        assert erased
        assert (erased.name, erased.content["speaker_identity"]) == ("erased", "guest-1")


async def test_who_comes_back_hears_exactly_what_it_has_missed(front: Front, address: str) -> None:
    told = await meet(front)
    for number in range(1, 8):
        await told.say(number, f"line {number}")
    heard: list[str] = []
    last = ""
    for _ in range(4):
        headers = {"Last-Event-ID": last} if last else {}
        async with listen(address, told, **headers) as listener:
            for _ in range(2):
                if len(heard) < 7:
                    event = await listener.next()
                    assert event
                    heard.append(event.content["text"])
                    last = event.id

    assert heard == [f"line {number}" for number in range(1, 8)]


async def test_a_page_that_was_read_goes_on_where_it_ends(front: Front, address: str) -> None:
    told = await meet(front)
    await told.say(1, "old")
    await told.tell(1)
    page = (await told.get()).json()
    await told.say(2, "new")
    async with listen(address, told, **{"Last-Event-ID": page["event_id"]}) as listener:
        event = await listener.next()

    assert event
    assert event.content["text"] == "new"


async def test_a_guest_hears_what_the_room_lets_it_and_nothing_for_hosts(
    front: Front, address: str
) -> None:
    told = await meet(front, guests_read="transcript")
    await told.tell(1)
    await told.write()
    await told.say(1, "the price")
    await told.store.end_meeting(told.room_sid, now_ms=told.began_ms + 9000)
    async with listen(address, told, "guest") as listener:
        names = []
        while event := await listener.next():
            names.append(event.name)
            assert "h1" not in event.id

    assert names == ["segment", "end"]


async def test_the_stream_ends_with_the_meeting_once_its_minutes_are_there(
    front: Front, address: str
) -> None:
    told = await meet(front)
    await told.say(1, "the price")
    async with listen(address, told) as listener:
        assert await listener.names(1) == ["segment"]
        await told.store.end_meeting(told.room_sid, now_ms=told.began_ms + 9000)
        end = await listener.next()
        assert end
        assert end.name == "end"
        work = await told.store.claim_work("w", now_ms=told.began_ms + 9000, lease_seconds=60)
        assert work
        await told.write()
        minutes = await listener.next()
        assert minutes
        assert (minutes.name, minutes.content["title"]) == ("minutes", "Acme and the price")
        await told.store.finish_work(work.id, "w")
        assert await listener.next() is None

    url = f"{address}/meetings/{told.room_sid}/events"
    headers = told.headers("host") | {"Last-Event-ID": minutes.id}
    async with httpx.AsyncClient() as client:
        assert (await client.get(url, headers=headers)).status_code == 204


async def test_many_listeners_cost_one_look(
    front: Front, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await meet(front)
    live = front.app.state.desk.live_meetings
    looks = []
    look = live._look

    async def counted(room_sid: str, watched: Any) -> None:
        looks.append((room_sid, watched.listeners))
        await look(room_sid, watched)

    monkeypatch.setattr(live, "_look", counted)
    async with listen(address, told) as one, listen(address, told) as two:
        await told.say(1, "the price")
        assert await one.names(1) == await two.names(1) == ["segment"]
        looks.clear()
        await told.say(2, "again")
        assert await one.names(1) == await two.names(1) == ["segment"]
        assert set(looks) == {(told.room_sid, 2)}  # each for both
    await until(lambda: not live._watched)


async def test_a_silent_stream_shows_that_it_lives(
    front: Front, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("token_server.meetings.events.HEARTBEAT_SECONDS", 0.05)
    told = await meet(front)
    async with listen(address, told) as listener:
        await asyncio.sleep(0.3)
        await told.say(1, "the price")
        assert await listener.names(1) == ["segment"]
    assert listener.heartbeats


async def test_a_client_that_does_not_read_is_dropped(
    front: Front, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "SEND_SECONDS", 0.2)
    told = await meet(front)
    long = "word " * 4000
    for number in range(1, 400):
        await told.say(number, long)
    reader, writer = await asyncio.open_connection(*address.removeprefix("http://").split(":"))
    head = f"GET /meetings/{told.room_sid}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    authorization = told.headers("host")["Authorization"]
    writer.write(f"{head}Authorization: {authorization}\r\n\r\n".encode())
    await writer.drain()
    live = front.app.state.desk.live_meetings
    await until(lambda: bool(live._watched))
    await until(lambda: not live._watched)
    writer.close()
    assert reader


async def test_a_deleted_meeting_ends_its_streams(front: Front, address: str) -> None:
    told = await meet(front)
    async with listen(address, told) as listener:
        await told.say(1, "the price")
        assert await listener.names(1) == ["segment"]
        await told.store.forget_meetings([told.room_sid])
        assert await listener.next() is None


@pytest.mark.parametrize("limit", ["MOST_LISTENERS", "MOST_OF_MEETING"])
async def test_who_is_too_many_is_asked_to_come_back(
    front: Front, address: str, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"token_server.meetings.live.{limit}", 1)
    told = await meet(front)
    async with listen(address, told):
        await until(lambda: bool(front.app.state.desk.live_meetings._watched))
        problem(await told.get("/events"), 503, "too-many-listeners")


async def test_a_server_that_stops_ends_its_streams(front: Front, address: str) -> None:
    told = await meet(front)
    async with listen(address, told) as listener:
        await told.say(1, "the price")
        assert await listener.names(1) == ["segment"]
        front.app.state.desk.live_meetings.stop()
        assert await listener.next() is None


async def test_an_id_that_is_none_of_ours_is_refused(front: Front) -> None:
    told = await meet(front)
    problem(await told.get("/events", since="yesterday"), 422, "invalid")


@pytest.mark.parametrize("text", ["t1-h2-m3", "t0-h0-m0", "t12-h34-m1893751345000-end"])
def test_a_position_is_read_as_it_was_written(text: str) -> None:
    assert str(EventPosition.parse(text)) == text


@pytest.mark.parametrize("text", ["", "t1-h2", "t-1-h2-m3", "t1-h2-m3 ", "t١-h2-m3", "t1-h2-m3-"])
def test_what_is_no_position_is_none(text: str) -> None:
    assert EventPosition.parse(text) is None
