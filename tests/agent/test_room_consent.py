"""Who is listened to, on the real media server: asked, refused, withdrawn, off the record."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial

import pytest
from livekit import rtc

from records import Store
from tests.agent.people import Person, Seats, make_token, open_room
from tests.agent.speech import read_line, share_heard, silence
from tests.parts import TestStack
from wire.consent import NOT_ALLOWED, ConsentRequest, Erased
from wire.coverage import COVERAGE

pytestmark = pytest.mark.room

GREETING, PRICE, ANSWER = read_line(2), read_line(8), read_line(13)
YES, NO = ConsentRequest(answer="yes"), ConsentRequest(answer="no")
FORGET = ConsentRequest(answer="no", erase=True)


@dataclass
class Party:
    """Host, guest and a stranger in one room with an agent."""

    seats: Seats
    host: Person
    guest: Person
    stranger: Person
    agent: str
    room_sid: str

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (self.host, self.guest, self.stranger)

    async def all_see(self, is_so: Callable[[Person], object]) -> None:
        """Wait until something is so for each of them."""
        for one in self.everybody:
            await one.wait_until(partial(is_so, one))

    def said(self, person: Person) -> str:
        """What the host has read of somebody."""
        return self.host.text_of(person.identity)


@asynccontextmanager
async def meet(stack: TestStack, **wanted: str) -> AsyncIterator[Party]:
    seats = await open_room(stack.token_server_url, **wanted)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
        Person(seats.url, make_token(seats.room_name, "stranger")) as stranger,
    ):
        agents = await asyncio.gather(*(one.wait_for_agent() for one in (host, guest, stranger)))
        yield Party(seats, host, guest, stranger, agents[0], await host.room.sid)


async def test_where_consent_is_asked_for_nobody_is_heard_before_a_yes(stack: TestStack) -> None:
    async with meet(stack, consent="ask") as party:
        host, guest, agent = party.host, party.guest, party.agent
        for one in party.everybody:
            state = one.consent_state(agent)
            assert (state.policy, state.answers) == ("ask", {})
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await asyncio.gather(host.say(GREETING.samples), guest.say(GREETING.samples))
        await host.wait_until(lambda: host.received_of(guest.identity) >= 0)
        assert host.received_of(guest.identity) == host.received_of(host.identity) == 0

        state = await guest.answer(agent, YES)
        assert state.answers == {guest.identity: "yes"}
        await asyncio.gather(guest.play(silence(1.0)), host.play(silence(1.0)))
        await asyncio.gather(guest.say(PRICE.samples), host.say(GREETING.samples))
        await host.wait_until(lambda: "people" in party.said(guest))
        await host.wait_until(lambda: host.received_of(guest.identity) > 0)
        assert host.received_of(host.identity) == 0
        await party.all_see(lambda one: one.finals_of(guest.identity))
        for one in party.everybody:
            assert one.consent_state(agent).answers == {guest.identity: "yes"}
            assert share_heard(PRICE.words, one.text_of(guest.identity)) >= 0.6
            assert {line.attributes.speaker_identity for line in one.lines} == {guest.identity}
            assert "here" not in one.text_of(guest.identity)
        assert guest.private_topics == party.stranger.private_topics == set()


async def test_who_has_said_no_before_speaking_is_never_heard_and_others_are(
    stack: TestStack,
) -> None:
    async with meet(stack) as party:
        host, guest, agent = party.host, party.guest, party.agent
        await guest.answer(agent, NO)
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await asyncio.gather(host.say(ANSWER.samples), guest.say(PRICE.samples))
        await host.wait_until(lambda: share_heard(ANSWER.words, party.said(host)) > 0.6)
        await host.wait_until(lambda: host.received_of(host.identity) > ANSWER.seconds / 2)
        reports = [one for one in host.packets if one.topic == COVERAGE]
        assert reports
        assert host.received_of(guest.identity) == 0
        assert host.talking_points == []
        for one in party.everybody:
            assert {line.attributes.speaker_identity for line in one.lines} <= {host.identity}
        await party.all_see(lambda one: one.consent_state(agent).answers == {guest.identity: "no"})
        guest_identity = guest.identity
    async with Store(stack.database_url) as store:
        kept = await store.list_coverage(party.room_sid)
    assert [one.received_seconds for one in kept if one.identity == guest_identity] == [0]


async def test_withdrawal_in_mid_sentence_with_erasure_leaves_no_word_anywhere(
    stack: TestStack,
) -> None:
    log_start = len(stack.worker.output()), len(stack.token_server.output())
    async with meet(stack) as party:
        host, guest, agent = party.host, party.guest, party.agent
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await asyncio.gather(guest.say(PRICE.samples), host.say(GREETING.samples))
        await host.wait_until(lambda: "people" in party.said(guest) and host.talking_points)
        await host.wait_until(lambda: "here" in party.said(host))
        words = party.said(guest)

        speaking = asyncio.ensure_future(guest.say(PRICE.samples))
        shown = len(host.lines)
        await host.wait_until(
            lambda: any(
                line.text and line.attributes.speaker_identity == guest.identity
                for line in host.lines[shown:]
            )
        )
        state = await guest.answer(agent, FORGET)
        assert state.answers == {guest.identity: "no"}
        await party.all_see(lambda one: one.erasures)
        for one in party.everybody:
            (packet,) = one.erasures
            erased = Erased.model_validate_json(packet.content)
            assert erased.speaker_identity == guest.identity
        await speaking
        await asyncio.gather(guest.say(GREETING.samples), host.say(ANSWER.samples))
        await host.wait_until(lambda: share_heard(ANSWER.words, party.said(host)) > 0.6)
        for one in party.everybody:
            after = [line for line in one.lines if line.at_seconds > one.erasures[0].at_seconds]
            assert {line.attributes.speaker_identity for line in after if line.text} == {
                host.identity
            }
        guest_identity = guest.identity
    async with Store(stack.database_url) as store:
        segments = await store.list_segments(party.room_sid)
        assert {one.speaker for one in segments} == {party.seats.host_identity}
        assert await store.list_talking_points(party.room_sid) == []
    assert guest_identity not in rows_with_words(stack, party.room_sid)
    logs = stack.worker.output()[log_start[0] :] + stack.token_server.output()[log_start[1] :]
    for start in range(0, len(words) - 20, 5):
        assert words[start : start + 20] not in logs
    assert "price" not in logs


def rows_with_words(stack: TestStack, room_sid: str) -> str:
    """Everything that stands in the tables of what was said and advised in a meeting."""
    with closing(sqlite3.connect(stack.database_url.removeprefix("sqlite:///"))) as connection:
        rows = [
            connection.execute(f"SELECT * FROM {table} WHERE room_sid = ?", (room_sid,)).fetchall()
            for table in ("segments", "talking_points")
        ]
    return str(rows)


async def test_a_host_puts_everybody_off_the_record_and_on_again(stack: TestStack) -> None:
    async with meet(stack) as party:
        host, guest, agent = party.host, party.guest, party.agent
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: "here" in party.said(guest))
        for one in (guest, party.stranger):
            with pytest.raises(rtc.RpcError) as caught:
                await one.put_off_the_record(agent, off=True)
            assert caught.value.code == NOT_ALLOWED
        began_ms = round(time.time() * 1000)
        state = await host.put_off_the_record(agent, off=True)
        since = state.off_the_record_since_ms
        assert since
        assert began_ms <= since < began_ms + 3000
        await party.all_see(lambda one: one.consent_state(agent).off_the_record_since_ms == since)
        lines = len(host.lines)
        await asyncio.gather(host.say(ANSWER.samples), guest.say(PRICE.samples))
        assert [line for line in host.lines[lines:] if line.text] == []

        state = await host.put_off_the_record(agent, off=False)
        assert state.off_the_record_since_ms is None
        ended_ms = round(time.time() * 1000)
        await guest.play(silence(1.0))
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: party.said(guest).split().count("here") == 2)
        assert host.talking_points == []
        assert "price" not in party.said(guest)
        assert party.said(host) == ""
    async with Store(stack.database_url) as store:
        ((start, end),) = await store.list_off_the_record(party.room_sid)
    assert start == since
    assert end
    assert start + ANSWER.seconds * 1000 < end <= ended_ms
