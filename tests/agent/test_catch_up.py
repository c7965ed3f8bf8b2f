import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from agent.call_settings import CallSettings
from agent.catch_up import PAGE_BYTES, CatchUp
from agent.keeper import Keeper
from agent.publisher import Publisher
from agent.refusals import UnavailableError
from records import Store
from tests.agent.test_publisher import EmptyRoom
from tests.agent.waiting import until
from tests.records.test_store import make_point, make_segment
from transcript_buffer import Role
from wire.answers import Answer
from wire.controls import CatchUpReply, CatchUpRequest, CaughtSegment
from wire.tasks import Task

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
ROLES: dict[str, Role] = {"ana": "host", "ben": "guest"}


class Door:
    """Stands for the attendance: knows roles."""

    def find_role(self, identity: str) -> Role | None:
        return ROLES.get(identity)


class Desk:
    """A meeting in the store, and what answers those who missed a part of it."""

    def __init__(self, store: Store, waiting_folder: Path) -> None:
        self.store = store
        self.door = Door()
        self.keeper = Keeper(store, ROOM_SID, 0, waiting_folder)
        self.publisher = Publisher(
            room=EmptyRoom(),  # type: ignore[arg-type]
            hosts=list,
            last_sequence=0,
        )
        self.kept = 0
        """Messages to hosts that are in the store."""
        self.settings = CallSettings(store, ROOM_SID, playbook="sales", goal="")
        self.catch_up = CatchUp(
            store=store,
            room_sid=ROOM_SID,
            keeper=self.keeper,
            publisher=self.publisher,
            attendance=self.door,  # type: ignore[arg-type]
            settings=self.settings,
        )

    async def say(self, number: int, text: str = "line", speaker: str = "guest-1") -> None:
        await self.keeper.keep(make_segment(number, text=text, speaker=speaker))

    async def tell(self, *messages: BaseModel) -> None:
        """Number, keep and send, as in a call."""
        puts: dict[str, Any] = {
            "TalkingPoint": self.store.put_talking_point,
            "Answer": self.store.put_answer,
            "Task": self._put_task,
        }
        wanted = self.publisher.last_sequence + len(messages)
        for message in messages:
            self._publish(message, puts[type(message).__name__])
        await until(lambda: self.kept == self.publisher.last_sequence >= wanted)

    def _publish(self, message: Any, put: Callable[[str, Any], Awaitable[None]]) -> None:
        async def keep(numbered: BaseModel) -> None:
            await put(ROOM_SID, numbered)
            self.kept += 1

        self.publisher.publish_numbered(
            type(message).__name__,
            f"{message.id} {message.version}",  # so that no version takes another's place
            make=lambda sequence: message.model_copy(update={"sequence": sequence}),
            keep=keep,
        )

    async def _put_task(self, room_sid: str, task: Task) -> None:
        assert await self.store.put_task(room_sid, task)
        await self.store.announce_task(room_sid, task)

    async def ask(self, caller: str = "ana", since: int = 0, transcript: int = 0) -> CatchUpReply:
        return await self.catch_up.reply(
            caller, CatchUpRequest(since=since, transcript_since=transcript)
        )

    async def ask_all(self, caller: str = "ana", since: int = 0) -> list[CatchUpReply]:
        """Every page, each of which is as small as an RPC carries."""
        pages = [await self.ask(caller, since)]
        while pages[-1].more:
            pages.append(await self.ask(caller, pages[-1].since, pages[-1].transcript_since))
            assert len(pages) < 500
        assert all(len(page.model_dump_json().encode()) <= PAGE_BYTES for page in pages)
        return pages


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    opened = Desk(store, tmp_path / "waiting")
    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        tasks.create_task(opened.publisher.run())
        yield opened
        opened.publisher.end_input()


def make_answer(number: int, **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": f"AN_{number}",
        "version": 1,
        "sequence": 1,
        "host_identity": "ana",
        "question": "How many?",
        "text": "Forty.",
        "complete": True,
        "asked_at_ms": 1,
    }
    return Answer(**values | changes)


def make_task(number: int) -> Task:
    return Task(
        id=f"TK_{number}",
        version=1,
        sequence=1,
        state="proposed",
        what="send it",
        quote="",
        host_identity="ana",
        created_at_ms=1,
        changed_at_ms=1,
    )


async def test_a_host_gets_everything_in_order_and_a_guest_what_was_said(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.say(number)
    await desk.tell(make_point(1), make_task(1), make_answer(1), make_point(2, state="withdrawn"))
    host, guest = await desk.ask("ana"), await desk.ask("ben")
    assert [one.sequence for one in host.segments] == [1, 2, 3]
    assert [(one.id, one.state) for one in host.talking_points] == [
        ("TP_1", "shown"),
        ("TP_2", "withdrawn"),
    ]
    assert ([one.id for one in host.tasks], [one.id for one in host.answers]) == (
        ["TK_1"],
        ["AN_1"],
    )
    assert host.state == desk.settings.state()
    assert (host.since, host.transcript_since, host.more, host.meeting) == (4, 3, False, ROOM_SID)
    assert guest == CatchUpReply(
        meeting=ROOM_SID, since=0, transcript_since=3, more=False, segments=host.segments
    )
    assert (await desk.ask("stranger")).model_dump() == guest.model_dump()


async def test_a_final_comes_as_it_was_sent(desk: Desk) -> None:
    segment = make_segment(1, text="naïve café – 10 €, 你好")
    await desk.keeper.keep(segment)
    (caught,) = (await desk.ask("ben")).segments
    assert caught == CaughtSegment(
        sequence=1,
        segment_id=segment.id,
        track_sid=segment.track_sid,
        speaker_identity=segment.speaker,
        speaker_name=segment.name,
        speaker_role=segment.role,
        started_at_ms=round(segment.start_seconds * 1000),
        ended_at_ms=round(segment.end_seconds * 1000),
        text=segment.text,
    )


async def test_only_what_was_missed_comes(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.say(number)
    await desk.tell(make_point(1), make_point(2), make_point(1, version=2, text="better"))
    reply = await desk.ask(since=2, transcript=2)
    assert [one.sequence for one in reply.segments] == [3]
    assert [(one.id, one.version, one.sequence) for one in reply.talking_points] == [("TP_1", 2, 3)]
    nothing = await desk.ask(since=3, transcript=3)
    assert (nothing.segments, nothing.talking_points, nothing.more) == ([], [], False)
    assert nothing.state is not None


async def test_numbers_that_were_never_given_out_bring_everything(desk: Desk) -> None:
    await desk.say(1)
    await desk.tell(make_point(1))
    reply = await desk.ask(since=900, transcript=900)
    assert (len(reply.segments), len(reply.talking_points)) == (1, 1)
    assert (reply.since, reply.transcript_since) == (1, 1)


async def test_a_long_meeting_comes_in_pages_without_a_gap_or_a_repetition(desk: Desk) -> None:
    for number in range(1, 301):
        await desk.say(number, text=f"{number} " + "word " * (number % 50))
    await desk.tell(*(make_point(number, text="say " * 40) for number in range(1, 121)))
    pages = await desk.ask_all()
    segments = [one.sequence for page in pages for one in page.segments]
    points = [one.sequence for page in pages for one in page.talking_points]
    assert segments == list(range(1, 301))
    assert points == list(range(1, 121))
    assert [page.state is not None for page in pages] == [False] * (len(pages) - 1) + [True]
    assert (pages[-1].since, pages[-1].transcript_since) == (120, 300)


async def test_what_is_said_and_told_between_two_pages_is_not_lost(desk: Desk) -> None:
    for number in range(1, 101):
        await desk.say(number, text="word " * 50)
    first = await desk.ask()
    assert first.more
    await desk.say(101)
    await desk.tell(make_point(1))
    pages = [first, *await _rest(desk, first)]
    assert [one.sequence for page in pages for one in page.segments] == list(range(1, 102))
    assert [one.id for page in pages for one in page.talking_points] == ["TP_1"]


async def _rest(desk: Desk, page: CatchUpReply) -> list[CatchUpReply]:
    pages = []
    while page.more:
        page = await desk.ask(since=page.since, transcript=page.transcript_since)
        pages.append(page)
    return pages


async def test_a_message_that_fills_more_than_a_page_is_shortened_and_blocks_nothing(
    desk: Desk,
) -> None:
    quote = {
        "segment_id": "s" * 64,
        "speaker_identity": "i" * 256,
        "speaker_name": "n" * 256,
        "quote": "q" * 1000,
        "at_ms": 1,
    }
    await desk.say(1, text="🗣" * 8000)
    await desk.tell(
        make_answer(1, text="🗣" * 4000, quotes=[quote] * 8), make_point(1, text="🗣" * 4000)
    )
    await desk.settings.set_prompt(goal="🗣" * 1000, instruction="🗣" * 2000)
    pages = await desk.ask_all()
    (segment,) = (one for page in pages for one in page.segments)
    assert segment.text.startswith("🗣🗣")
    assert segment.text.endswith("🗣…")
    (answer,) = (one for page in pages for one in page.answers)
    assert len(answer.quotes) == 8
    assert answer.quotes[0].speaker_identity == "i" * 256
    assert [one.id for page in pages for one in page.talking_points] == ["TP_1"]


async def test_an_erasure_comes_behind_what_it_erases_and_before_what_was_said_later(
    desk: Desk,
) -> None:
    await desk.say(1)
    await desk.say(2, speaker="guest-2")
    await desk.tell(make_point(1), make_point(2, speaker_identity="guest-2"))
    number = await desk.keeper.erase_speaker("guest-1")
    await desk.store.erase_speaker(ROOM_SID, "guest-1", transcript_sequence=number, sequence=2)
    await desk.say(4)
    for caller in ("ana", "ben"):
        reply = await desk.ask(caller)
        assert [one.sequence for one in reply.segments] == [2, 4]
        (erased,) = reply.erased
        assert (erased.speaker_identity, erased.transcript_sequence, erased.sequence) == (
            "guest-1",
            3,
            2,
        )
    assert [one.id for one in (await desk.ask()).talking_points] == ["TP_2"]
    assert (await desk.ask(transcript=3)).erased == []
    assert [one.sequence for one in (await desk.ask(transcript=3)).segments] == [4]


async def test_a_store_that_lacks_something_answers_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def still_away() -> bool:
        return False

    for part in (desk.keeper, desk.publisher):
        with monkeypatch.context() as patch:
            patch.setattr(part, "write_waiting", still_away)
            with pytest.raises(UnavailableError, match="you miss what is not in it"):
                await desk.ask()
    assert (await desk.ask()).more is False
