"""One call on the real media server, looked at from every side."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import pytest
from livekit import api

from records import Store
from tests.agent.people import Line, Packet, Person, Seats, make_token, open_room
from tests.agent.speech import read_line, share_heard
from tests.parts import API_KEY, API_SECRET, TestStack
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT

pytestmark = pytest.mark.room

GREETING, PRICE, ANSWER = read_line(2), read_line(8), read_line(13)


@dataclass
class Record:
    """Everything that one call left behind."""

    seats: Seats
    host_lines: list[Line] = field(default_factory=list)
    guest_lines: list[Line] = field(default_factory=list)
    spy_lines: list[Line] = field(default_factory=list)
    host_packets: list[Packet] = field(default_factory=list)
    guest_packets: list[Packet] = field(default_factory=list)
    spy_packets: list[Packet] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    kept_when_received: dict[str, bool] = field(default_factory=dict)
    """Whether a final stood in the store at the moment in which a client had it."""
    segments: list[Segment] = field(default_factory=list)
    talking_points: list[TalkingPoint] = field(default_factory=list)
    guest_spoke: tuple[float, float] = (0.0, 0.0)
    alone_seconds: float = 0.0
    ended: bool = False
    logs: str = ""

    @property
    def finals(self) -> list[Line]:
        return [line for line in self.host_lines if line.final]

    @property
    def points(self) -> list[TalkingPoint]:
        return [
            packet.talking_point for packet in self.host_packets if packet.topic == TALKING_POINT
        ]


@pytest.fixture(scope="module")
def record(stack: TestStack) -> Record:
    """A call of host, guest, and a spy who calls himself a host."""
    return asyncio.run(asyncio.wait_for(hold_call(stack), 120))


async def hold_call(stack: TestStack) -> Record:
    seats = await open_room(stack.token_server_url)
    record = Record(seats)
    path = stack.database_url.removeprefix("sqlite:///")

    def look_up(line: Line) -> None:
        if line.final:
            with closing(sqlite3.connect(path)) as connection:
                query = "SELECT text FROM segments WHERE id = ?"
                row = connection.execute(query, (line.attributes.segment_id,)).fetchone()
            record.kept_when_received[line.attributes.segment_id] = row == (line.text,)

    spy_token = make_token(seats.room_name, "host-0123456789ab-not-sealed")
    async with (
        Person(seats.url, seats.host_token, on_line=look_up) as host,
        Person(seats.url, seats.guest_token) as guest,
        Person(seats.url, spy_token) as spy,
    ):
        await spy.room.local_participant.set_attributes({"role": "host"})
        await spy.room.local_participant.set_name("Ana")
        await asyncio.gather(*(one.wait_for_agent() for one in (host, guest, spy)))
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        room_sid = await host.room.sid

        began = time.time()
        await guest.say(PRICE.samples)
        record.guest_spoke = (began, began + PRICE.seconds)
        await host.wait_until(lambda: host.talking_points)
        # Both at once.
        await asyncio.gather(host.say(ANSWER.samples), guest.say(GREETING.samples))
        for one in (host, guest, spy):
            await one.wait_until(partial(has_heard_both, one, seats))
        for name, one in (("host", host), ("guest", guest), ("spy", spy)):
            setattr(record, f"{name}_lines", list(one.lines))
            setattr(record, f"{name}_packets", list(one.packets))
        record.agents = list(host.agents)
    left = time.time()
    async with Store(stack.database_url) as store:
        record.segments = await store.list_segments(room_sid)
        record.talking_points = await store.list_talking_points(room_sid)
        record.alone_seconds = await wait_until_agent_left(stack, seats.room_name) - left
        meeting = await store.find_meeting(room_sid)
        record.ended = bool(meeting and meeting.ended_at_ms)
    record.logs = stack.worker.output() + stack.token_server.output()
    return record


def has_heard_both(one: Person, seats: Seats) -> bool:
    return (
        share_heard(ANSWER.words, one.text_of(seats.host_identity)) > 0.6
        and "here" in one.text_of(seats.guest_identity).split()[-3:]
    )


async def wait_until_agent_left(stack: TestStack, room_name: str) -> float:
    """Return when the room was empty or gone."""
    async with api.LiveKitAPI(stack.media_server.url, API_KEY, API_SECRET) as server:
        while True:
            rooms = await server.room.list_rooms(api.ListRoomsRequest(names=[room_name]))
            if not rooms.rooms:
                return time.time()
            request = api.ListParticipantsRequest(room=room_name)
            if not (await server.room.list_participants(request)).participants:
                return time.time()
            await asyncio.sleep(0.1)


def test_every_final_names_the_right_speaker(record: Record) -> None:
    seats = record.seats
    said = {
        seats.host_identity: ("Ana", "host", ANSWER.words),
        seats.guest_identity: ("Ben", "guest", f"{PRICE.words} {GREETING.words}"),
    }
    assert {line.attributes.speaker_identity for line in record.finals} == set(said)
    for identity, (name, role, words) in said.items():
        lines = [one for one in record.finals if one.attributes.speaker_identity == identity]
        assert {line.attributes.speaker_name for line in lines} == {name}
        assert {line.attributes.speaker_role for line in lines} == {role}
        assert {line.sender for line in lines} == {identity}
        assert share_heard(words, " ".join(line.text for line in lines)) >= 0.6


def test_everybody_has_the_same_finals_and_none_twice(record: Record) -> None:
    everybody = [
        {(line.attributes.segment_id, line.text) for line in lines if line.final}
        for lines in (record.host_lines, record.guest_lines, record.spy_lines)
    ]
    assert everybody[0] == everybody[1] == everybody[2]
    ids = [line.attributes.segment_id for line in record.finals]
    assert len(ids) == len(set(ids))


def test_interims_come_before_their_final_and_never_after(record: Record) -> None:
    ended: set[str] = set()
    interims = 0
    for line in record.host_lines:
        assert line.attributes.segment_id not in ended
        if line.final:
            ended.add(line.attributes.segment_id)
        else:
            interims += 1
    assert interims >= 3 * len(record.finals)
    assert {line.attributes.segment_id for line in record.host_lines} == ended


def test_times_of_a_line_are_the_times_of_its_speech(record: Record) -> None:
    first = record.finals[0].attributes
    began, ended = (round(at * 1000) for at in record.guest_spoke)
    assert began - 300 < first.started_at_ms < began + 1500
    assert first.started_at_ms < first.ended_at_ms < ended + 1500


def test_a_final_is_in_the_store_before_anybody_has_it(record: Record) -> None:
    assert len(record.kept_when_received) == len(record.finals)
    assert all(record.kept_when_received.values())
    kept = {(one.id, one.speaker, one.name, one.role, one.text) for one in record.segments}
    assert kept == {
        (
            line.attributes.segment_id,
            line.attributes.speaker_identity,
            line.attributes.speaker_name,
            line.attributes.speaker_role,
            line.text,
        )
        for line in record.finals
    }


def test_the_talking_point_reaches_the_host_once_with_what_it_rests_on(record: Record) -> None:
    (point,) = record.points
    assert (point.rule_id, point.source, point.version, point.sequence) == (
        "pricing",
        "playbook",
        1,
        1,
    )
    assert point.quote == "the price"
    assert point.speaker_identity == record.seats.guest_identity
    (line,) = [one for one in record.finals if one.attributes.segment_id == point.segment_id]
    assert "price" in line.text
    assert record.talking_points == [point]


def test_the_talking_point_comes_before_the_sentence_is_over(record: Record) -> None:
    (packet,) = [p for p in record.host_packets if p.topic == TALKING_POINT]
    assert packet.at_seconds < record.guest_spoke[1]


def test_no_byte_for_hosts_reaches_a_guest_or_who_only_says_he_is_a_host(record: Record) -> None:
    assert record.guest_packets == []
    assert record.spy_packets == []
    (point,) = record.points
    for line in record.guest_lines + record.spy_lines:
        assert point.text not in line.text


def test_one_agent_served_the_call_and_left_after_the_last_person(record: Record) -> None:
    assert len(record.agents) == 1
    assert record.ended
    assert 4.0 < record.alone_seconds < 15.0


def test_no_log_line_holds_what_was_said_or_a_secret(record: Record) -> None:
    assert API_SECRET not in record.logs
    assert record.seats.host_token not in record.logs
    for line in record.finals:
        for start in range(0, len(line.text) - 20, 10):
            assert line.text[start : start + 20] not in record.logs
