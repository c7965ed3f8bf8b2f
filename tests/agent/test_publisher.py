import asyncio
import logging
from dataclasses import replace
from functools import partial

import pytest
from pydantic import BaseModel

from agent import retry
from agent.numbering import Numbering
from agent.outbox import Outbox
from agent.publisher import Publisher
from records import Store, StoreUnavailableError
from tests.agent.waiting import until
from tests.records.test_store import make_point
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT

pytestmark = pytest.mark.unit


class Post:
    """Takes what an outbox sends; a gate holds up the sending."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.gate = asyncio.Event()
        self.under_way = 0

    async def send(self, item: str) -> None:
        self.under_way += 1
        assert self.under_way == 1, "two at once"
        await self.gate.wait()
        self.sent.append(item)
        self.under_way -= 1


async def run_to_end(outbox: Outbox[str]) -> None:
    outbox.end_input()
    async with asyncio.timeout(30):
        await outbox.run()


async def test_what_waits_is_sent_in_the_order_of_its_first_version() -> None:
    post = Post()
    post.gate.set()
    outbox = Outbox(post.send)
    for item in ("a1", "b1", "c1", "a2"):
        outbox.push(item[0], item)
    await run_to_end(outbox)
    assert post.sent == ["a2", "b1", "c1"]


async def test_a_slow_network_thins_out_interims_and_never_the_last_version() -> None:
    post = Post()
    outbox = Outbox(post.send)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.run())
        outbox.push("a", "a interim 0")
        await until(lambda: post.under_way)
        for number in range(1, 100):
            outbox.push("a", f"a interim {number}")
        outbox.push("a", "a final")
        outbox.push("b", "b interim")
        assert len(outbox._waiting) == 2
        post.gate.set()
        outbox.end_input()
    assert post.sent == ["a interim 0", "a final", "b interim"]


async def test_run_goes_on_until_the_end_of_input_and_sends_everything_before() -> None:
    post = Post()
    post.gate.set()
    outbox = Outbox(post.send)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(outbox.run())
        for number in range(3):
            outbox.push(str(number), str(number))
            await until(lambda: not outbox._waiting and not post.under_way)
        assert not running.done()
        outbox.push("last", "last")
        outbox.end_input()
    assert post.sent == ["0", "1", "2", "last"]


async def test_nothing_is_left_to_do_after_an_end_without_input() -> None:
    await run_to_end(Outbox(Post().send))


class EmptyRoom:
    """A room without a connection: nothing can be sent, and nobody is a host."""

    def isconnected(self) -> bool:
        return False


def make_segment(text: str) -> Segment:
    return Segment(
        id="SG_1",
        speaker="guest-1",
        name="Ben",
        role="guest",
        text=text,
        start_seconds=1.0,
        end_seconds=2.0,
        final=True,
    )


def make_publisher(last_sequence: int = 0) -> Publisher:
    return Publisher(
        room=EmptyRoom(),  # type: ignore[arg-type]
        hosts=list,
        last_sequence=last_sequence,
    )


def publish_point(publisher: Publisher, store: Store, point: TalkingPoint) -> None:
    publisher.publish_numbered(
        TALKING_POINT,
        point.id,
        make=lambda sequence: point.model_copy(update={"sequence": sequence}),
        keep=lambda numbered: store.put_talking_point("RM_1", numbered),
        rests_on=frozenset({point.speaker_identity, *point.read_identities}),
    )


async def test_messages_are_numbered_on_from_the_meeting_and_kept_without_a_host(
    store: Store,
) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = make_publisher(last_sequence=7)
    for number in range(1, 4):
        publish_point(publisher, store, make_point(number))
    publisher.end_input()
    await publisher.run()
    points = await store.list_talking_points("RM_1")
    assert [(point.id, point.sequence) for point in points] == [
        ("TP_1", 8),
        ("TP_2", 9),
        ("TP_3", 10),
    ]
    assert publisher.last_sequence == 10


async def test_a_version_that_is_replaced_while_it_waits_gets_no_number(store: Store) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = make_publisher()
    for version in range(1, 30):
        publish_point(publisher, store, make_point(1, version=version))
    publish_point(publisher, store, make_point(2))
    publisher.end_input()
    await publisher.run()
    points = await store.list_talking_points("RM_1")
    assert [(point.id, point.version, point.sequence) for point in points] == [
        ("TP_1", 29, 1),
        ("TP_2", 1, 2),
    ]


async def test_a_room_that_is_gone_does_not_stop_the_sending(
    caplog: pytest.LogCaptureFixture,
) -> None:
    publisher = make_publisher()
    publisher.publish_segment(make_segment("very private words"))
    publisher.end_input()
    with caplog.at_level(logging.DEBUG):
        await publisher.run()
    assert "very private words" not in caplog.text


async def test_what_is_discarded_is_not_sent_and_nothing_of_it_is_under_way() -> None:
    post = Post()
    outbox = Outbox(post.send)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.run())
        for item in ("a1", "b1", "a2"):
            outbox.push(item, item)
        await until(lambda: post.under_way)
        discarding = tasks.create_task(outbox.discard(lambda item: item.startswith("a")))
        await asyncio.sleep(0)
        assert not discarding.done()
        post.gate.set()
        await discarding
        assert post.sent[0] == "a1"
        outbox.end_input()
    assert post.sent == ["a1", "b1"]


class Pigeonhole:
    """A store that is away when a test says so, and the hosts; notes the order of what comes."""

    def __init__(self) -> None:
        self.is_away = False
        self.done: list[str] = []
        self.numbering = Numbering(0, self._send)

    def push(self, item_id: str, speaker: str = "guest-1") -> None:
        async def keep(numbered: TalkingPoint) -> None:
            if self.is_away:
                raise StoreUnavailableError("the store is away")
            self.done.append(f"keep {numbered.id} {numbered.sequence}")

        self.numbering.push(
            TALKING_POINT,
            item_id,
            lambda sequence: make_point(1, id=item_id, sequence=sequence),
            keep,
            frozenset({speaker}),
        )

    async def _send(self, topic: str, message: BaseModel) -> None:
        assert isinstance(message, TalkingPoint)
        self.done.append(f"send {message.id} {message.sequence}")


async def test_a_message_is_kept_before_it_is_sent() -> None:
    hole = Pigeonhole()
    hole.push("a")
    hole.push("b")
    hole.numbering.end_input()
    await hole.numbering.run()
    assert hole.done == ["keep a 1", "send a 1", "keep b 2", "send b 2"]


async def test_while_the_store_is_away_hosts_are_told_and_the_newest_versions_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.001)
    hole = Pigeonhole()
    hole.is_away = True
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(hole.numbering.run())
        for item in ("a", "b", "a"):
            sent = len(hole.done)
            hole.push(item)
            await until(partial(lambda before: len(hole.done) > before, sent))
        assert not await hole.numbering.write_waiting()
        hole.is_away = False
        await until(lambda: "keep a 3" in hole.done)
        hole.numbering.end_input()
    assert hole.done == ["send a 1", "send b 2", "send a 3", "keep b 2", "keep a 3"]


async def test_what_waits_for_the_store_is_written_at_the_end_of_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.001)
    hole = Pigeonhole()
    hole.is_away = True
    hole.push("a")
    hole.numbering.end_input()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(hole.numbering.run())
        await until(lambda: hole.done)
        hole.is_away = False
    assert hole.done == ["send a 1", "keep a 1"]


async def test_what_rests_on_an_erased_speaker_is_not_written_later() -> None:
    hole = Pigeonhole()
    hole.is_away = True
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(hole.numbering.run())
        hole.push("a", "guest-1")
        hole.push("b", "guest-2")
        await until(lambda: len(hole.done) == 2)
        await hole.numbering.erase_speaker("guest-1")
        hole.is_away = False
        hole.numbering.end_input()
    assert "keep a 1" not in hole.done
    assert "keep b 2" in hole.done


async def test_an_erased_speaker_leaves_no_line_and_no_talking_point_behind(store: Store) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = make_publisher()
    read_of = (("guest-1", ()), ("guest-2", ("guest-2", "guest-3")), ("guest-2", ("guest-1",)))
    for number, (speaker, read) in enumerate(read_of, start=1):
        segment = replace(make_segment("what is the price"), speaker=speaker)
        publisher.publish_segment(replace(segment, final=False))
        point = make_point(number, speaker_identity=speaker, read_identities=read)
        publish_point(publisher, store, point)
    await publisher.erase_speaker("guest-1")
    publisher.end_input()
    await publisher.run()
    points = await store.list_talking_points("RM_1")
    assert [point.id for point in points] == ["TP_2"]


async def test_numbered_finals_go_out_in_the_order_of_their_numbers() -> None:
    post = Post()
    post.gate.set()
    outbox = Outbox(post.send)
    outbox.push("a", "a interim")
    outbox.push("b", "b final 1", behind=True)
    outbox.push("a", "a final 2", behind=True)
    await run_to_end(outbox)
    assert post.sent == ["b final 1", "a final 2"]
