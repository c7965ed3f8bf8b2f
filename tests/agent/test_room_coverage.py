"""What could not be heard, as hosts see it, on the real media server."""

import asyncio
import os
import signal
import time

import numpy as np
import psutil
import pytest
from livekit import rtc

from agent.speech_gate import SAMPLE_RATE_HZ
from records import Store
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, silence
from tests.agent.waiting import until
from tests.parts import TestStack
from wire.coverage import SpeakerCoverage

pytestmark = pytest.mark.room

GREETING, PRICE, ANSWER = read_line(2), read_line(8), read_line(13)
NOTICE_SECONDS = 5.0


def assert_nothing_is_missing(coverage: SpeakerCoverage) -> None:
    """The figures are rounded to 10 ms, and must match to 1 %."""
    dropped = sum(coverage.dropped_seconds.values())
    parts = coverage.silent_seconds + coverage.sent_seconds + dropped
    assert coverage.received_seconds == pytest.approx(parts, rel=0.01, abs=0.05)
    answered = coverage.recognized_seconds + coverage.without_text_seconds
    assert answered <= coverage.sent_seconds + 0.05


async def test_every_second_of_a_call_is_accounted_for_and_only_hosts_are_told(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        room_sid = await host.room.sid
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await asyncio.gather(host.say(ANSWER.samples), guest.say(PRICE.samples))
        await host.wait_until(lambda: host.finals_of(host.identity))
        await host.wait_until(lambda: host.received_of(guest.identity) > PRICE.seconds)
        for identity in (host.identity, guest.identity):
            coverage = host.coverage_of(identity)
            assert coverage
            assert_nothing_is_missing(coverage)
        assert guest.private_topics == set()
        spoken = {host.identity: ANSWER, guest.identity: PRICE}
    async with Store(stack.database_url) as store:
        await until(lambda: "a track has ended" in stack.worker.output())
        async with asyncio.timeout(20):
            while True:
                meeting = await store.find_meeting(room_sid)
                if meeting and meeting.ended_at_ms:
                    break
                await asyncio.sleep(0.1)
        kept = await store.list_coverage(room_sid)
    assert {one.identity: one.name for one in kept} == {
        seats.host_identity: "Ana",
        seats.guest_identity: "Ben",
    }
    for one in kept:
        assert_nothing_is_missing(one)
        assert one.dropped_seconds == {}
        answered = one.recognized_seconds + one.without_text_seconds
        assert answered == pytest.approx(one.sent_seconds, abs=0.05)
        seconds = spoken[one.identity].seconds
        assert 0.6 * seconds < one.recognized_seconds < 1.2 * seconds


def recognizers_of(worker: psutil.Process) -> list[int]:
    """Processes forked from the one that has the models; unlike jobs they run no threads."""
    forks = [fork for child in worker.children() for fork in child.children()]
    return [fork.pid for fork in forks if fork.num_threads() == 1]


async def test_speech_of_which_no_words_come_is_told_in_time_and_when_it_is_over(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: host.finals_of(guest.identity))
        assert host.notices == []
        recognizers = recognizers_of(psutil.Process(stack.worker.pid))
        assert recognizers
        try:
            for pid in recognizers:
                os.kill(pid, signal.SIGSTOP)
            began = time.time()
            speaking = asyncio.ensure_future(
                guest.say(np.concatenate((ANSWER.samples, PRICE.samples)))
            )
            await host.wait_until(lambda: host.notices)
            waited = time.time() - began
        finally:
            for pid in recognizers:
                os.kill(pid, signal.SIGCONT)
        await host.wait_until(lambda: host.notices[-1].over)
        await speaking
        await guest.play(silence(1.0))
        first, second = host.notices
        assert (first.reason, first.identity, first.over) == ("no_text", guest.identity, False)
        assert first.text == "I cannot hear Ben: there is speech, but no words come of it"
        assert (second.id, second.over) == (first.id, True)
        assert waited < NOTICE_SECONDS
        assert guest.private_topics == set()


async def test_an_encrypted_microphone_is_told_of_also_to_a_host_who_comes_later(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    key = rtc.KeyProviderOptions(shared_key=b"a key that the agent does not have")
    options = rtc.RoomOptions(encryption=rtc.E2EEOptions(key_provider_options=key))
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token, options=options) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        published = time.time()
        await host.wait_until(lambda: host.notices)
        assert time.time() - published < NOTICE_SECONDS
        (notice,) = host.notices
        assert (notice.reason, notice.over) == ("encrypted", False)
        assert notice.text == "I cannot hear Ben: the sound is encrypted end to end"

        await host.leave()
        host.packets.clear()
        host.room = type(host.room)()
        host.room.on("data_received", host._on_packet)
        await host.join()
        await host.wait_until(lambda: host.notices)
        assert host.notices == [notice]
        assert host.received_of(guest.identity) <= 0

        await guest.close_microphone()
        await host.wait_until(lambda: host.notices[-1].over)
        assert guest.private_topics == set()


async def test_a_track_that_is_silent_while_it_is_marked_as_speaking_is_told_of_and_when_it_is_over(
    stack: TestStack,
) -> None:
    """A microphone that is stuck at one value is loud for the media server, and nothing to hear.

    The level that a client tells the server of counts the direct current; the codec leaves it out.
    """
    stuck = np.full(SAMPLE_RATE_HZ, 9000, np.int16)
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        # Without DTX, by which a client would leave the silence out, and the level with it.
        await guest.publish_microphone(dtx=False)
        await guest.publication.wait_for_subscription()
        while not host.notices:
            await guest.play(stuck)
        (first,) = host.notices
        assert (first.reason, first.identity, first.over) == ("silent", guest.identity, False)
        assert first.text == "I cannot hear Ben: the microphone sends silence"

        await guest.say(PRICE.samples)
        await host.wait_until(lambda: host.notices[-1].over)
        assert [one.id for one in host.notices] == [first.id, first.id]
        await host.wait_until(lambda: host.finals_of(guest.identity))
        assert guest.private_topics == set()
