import asyncio
import logging
from dataclasses import replace

import pytest

from agent.publisher import Advice, Outbox, Publisher
from records import Store
from tests.agent.waiting import until
from transcript_buffer import Segment

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


async def test_talking_points_are_numbered_on_from_the_meeting_and_kept_without_a_host(
    store: Store,
) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = Publisher(
        room=EmptyRoom(),  # type: ignore[arg-type]
        store=store,
        room_sid="RM_1",
        last_sequence=7,
        now=lambda: 3.0,
    )
    for number in range(3):
        publisher.publish_advice(
            Advice(
                id=f"TP_{number}",
                version=1,
                source="playbook",
                rule_id="pricing",
                text="Ask.",
                complete=True,
                quote="the price",
                segment=make_segment("what is the price"),
                heard_at_seconds=2.0,
            )
        )
    publisher.end_input()
    await publisher.run(list)
    points = await store.list_talking_points("RM_1")
    assert [point.sequence for point in points] == [8, 9, 10]
    assert (points[0].heard_at_ms, points[0].sent_at_ms) == (2000, 3000)


async def test_a_room_that_is_gone_does_not_stop_the_sending(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(
        room=EmptyRoom(),  # type: ignore[arg-type]
        store=store,
        room_sid="RM_1",
        last_sequence=0,
        now=lambda: 3.0,
    )
    publisher.publish_segment(make_segment("very private words"))
    publisher.end_input()
    with caplog.at_level(logging.DEBUG):
        await publisher.run(list)
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


async def test_an_erased_speaker_leaves_no_line_and_no_talking_point_behind(store: Store) -> None:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    publisher = Publisher(
        room=EmptyRoom(),  # type: ignore[arg-type]
        store=store,
        room_sid="RM_1",
        last_sequence=0,
        now=lambda: 3.0,
    )
    read_of: list[tuple[str, tuple[str, ...]]] = [
        ("guest-1", ()),
        ("guest-2", ("guest-2", "guest-3")),
        ("guest-2", ("guest-1",)),
    ]
    for number, (speaker, read) in enumerate(read_of):
        segment = replace(make_segment("what is the price"), speaker=speaker)
        publisher.publish_segment(replace(segment, final=False))
        publisher.publish_advice(
            Advice(
                id=f"TP_{number}",
                version=1,
                source="playbook",
                rule_id="pricing",
                text="Ask.",
                complete=True,
                quote="the price",
                segment=segment,
                heard_at_seconds=2.0,
                read_identities=read,
            )
        )
    await publisher.erase_speaker("guest-1")
    publisher.end_input()
    await publisher.run(list)
    points = await store.list_talking_points("RM_1")
    assert [(point.id, point.read_identities) for point in points] == [
        ("TP_1", ("guest-2", "guest-3"))
    ]
