import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.minutes.live import LiveMinutes
from agent.minutes.panel import Panel
from agent.minutes.scribe import Scribe
from agent.models.request import Models
from agent.publisher import Publisher
from agent.waiting_work import WaitingWork
from records import Store
from tests.agent.minutes.panels import open_panel, serve_models
from tests.agent.minutes.talk import ROOM_SID, record
from tests.agent.minutes.test_scribe import settings_for
from wire.minutes import MINUTES, Minutes

pytestmark = pytest.mark.unit


@dataclass
class Writer:
    """A text stream of the room's library, to some hosts."""

    sent: "asyncio.Queue[tuple[list[str], Minutes]]"
    destinations: list[str]

    async def write(self, text: str) -> None:
        self.sent.put_nowait((self.destinations, Minutes.model_validate_json(text)))

    async def aclose(self) -> None:
        return


@dataclass
class LocalParticipant:
    sent: "asyncio.Queue[tuple[list[str], Minutes]]" = field(default_factory=asyncio.Queue)

    async def stream_text(self, *, topic: str, destination_identities: list[str]) -> Writer:
        assert topic == MINUTES
        return Writer(self.sent, destination_identities)


@dataclass
class Room:
    local_participant: LocalParticipant = field(default_factory=LocalParticipant)

    def isconnected(self) -> bool:
        return True


class Served:
    """Live minutes of a call, and what its hosts receive."""

    def __init__(self, store: Store, models: Mapping[str, Models], every_seconds: float) -> None:
        self.seconds = 1_763_700_000.0
        room: Any = Room()
        self.sent = room.local_participant.sent
        self.publisher = Publisher(room=room, hosts=lambda: ["id-ana"], last_sequence=0)
        self.live = LiveMinutes(
            room_sid=ROOM_SID,
            work=WaitingWork(store, "call-1", 3, self.now),
            scribe=Scribe(store, settings_for(), self.now),
            models=lambda: models,
            publisher=self.publisher,
            every_seconds=every_seconds,
            now=self.now,
        )

    def now(self) -> float:
        return self.seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self.publisher.run())
            writing = tasks.create_task(self.live.run())
            yield
            writing.cancel()
            sending.cancel()

    async def received(self) -> Minutes:
        async with asyncio.timeout(30):
            destinations, minutes = await self.sent.get()
        assert destinations == ["id-ana"]
        assert isinstance(minutes, Minutes)
        return minutes


async def serve(store: Store, *, every_seconds: float = 0.0, panel: Panel | None = None) -> Served:
    return Served(store, panel.models if panel else {}, every_seconds)


async def test_minutes_are_written_when_a_host_asks(store: Store) -> None:
    lines = await record(store, ended=False)
    served = await serve(store)
    async with served.running():
        served.live.ask()
        minutes = await served.received()
        assert (minutes.state, minutes.transcript_sequence) == ("live", len(lines))
        assert await store.find_minutes(ROOM_SID) == minutes


async def test_a_summary_comes_by_itself_when_it_is_time_and_enough_was_said(
    store: Store,
) -> None:
    lines = await record(store, ended=False)
    served = await serve(store, every_seconds=300.0)
    for line in lines:
        served.live.hear(line)
    served.seconds += 300.0
    async with served.running():
        first = await served.received()
        served.seconds += 300.0  # and nothing was said
        served.live.ask()
        second = await served.received()
    assert (first.version, second.version) == (1, 2)


async def test_minutes_that_were_asked_for_over_http_are_written_by_the_calls_own_agent(
    store: Store,
) -> None:
    await record(store, ended=False)
    await store.request_minutes(ROOM_SID, template="interview", now_ms=1)
    served = await serve(store)
    async with served.running():
        minutes = await served.received()
        assert minutes.template == "interview"
        while (await store.list_work(ROOM_SID))[0].state != "done":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_who_comes_later_is_shown_what_was_written_last(store: Store) -> None:
    await record(store, ended=False)
    served = await serve(store)
    async with served.running():
        served.live.ask()
        minutes = await served.received()
        served.live.welcome()
        assert await served.received() == minutes


async def test_after_an_erasure_they_are_written_anew_without_the_words(
    store: Store, opened: AsyncExitStack
) -> None:
    chat = await serve_models(opened, ["one"])
    panel = await open_panel(opened, chat, ["one"])
    await record(store, ended=False)
    served = await serve(store, panel=panel)
    async with served.running():
        served.live.ask()
        assert "pilot with forty" in (await served.received()).model_dump_json()
        await served.live.erase_speaker("id-ben")
        served.live.ask()  # before the store knows: these may not be shown
        served.live.welcome()
        await asyncio.sleep(0.2)
        await served.publisher.erase_speaker("id-ben")
        await store.erase_speaker(ROOM_SID, "id-ben", transcript_sequence=99, sequence=0)
        text = (await served.received()).model_dump_json()
    assert "pilot with forty" not in text
    assert served.sent.empty()
