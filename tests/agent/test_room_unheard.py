"""Who refuses reaches no recognizer, and a provider that is away is told of: on the real server."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from livekit import rtc

from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.elevenlabs_faults import Fault, FaultKind
from lab.emulators.recognition import Answers
from lab.emulators.serving import running_emulator
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, silence
from tests.parts import TestStack
from wire.consent import ConsentRequest
from wire.coverage import Notice

pytestmark = pytest.mark.room

GREETING, PRICE = read_line(2), read_line(8)
NOTICE_SECONDS = 5.0
YES, NO = ConsentRequest(answer="yes"), ConsentRequest(answer="no")


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with running_emulator(ElevenLabsEmulator(Answers())) as running:
        yield running


@pytest.fixture
async def paid_stack(tmp_path: Path, emulator: ElevenLabsEmulator) -> AsyncIterator[TestStack]:
    """A stack that hears by a paid provider and by nobody else."""
    settings = {
        "STT": "elevenlabs",
        "ELEVENLABS_API_KEY": API_KEY,
        "ELEVENLABS_BASE_URL": emulator.base_url,
    }
    running = TestStack(tmp_path, settings=settings)
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.stop)


async def test_the_track_of_who_has_not_agreed_is_taken_by_nobody_and_sent_nowhere(
    paid_stack: TestStack, emulator: ElevenLabsEmulator
) -> None:
    seats = await open_room(paid_stack.token_server_url, consent="ask")
    # Besides the agent nobody could subscribe.
    deaf = rtc.RoomOptions(auto_subscribe=False)
    async with (
        Person(seats.url, seats.host_token, options=deaf) as host,
        Person(seats.url, seats.guest_token, options=deaf) as guest,
    ):
        agent = await host.wait_for_agent()
        for request in (None, NO):
            if request:
                await guest.answer(agent, request)
            publication = await guest.publish_microphone()
            taken = asyncio.ensure_future(publication.wait_for_subscription())
            await guest.say(PRICE.samples)
            await host.wait_until(lambda: host.received_of(guest.identity) >= 0)
            assert not taken.done()
            taken.cancel()
            await guest.close_microphone()
        assert host.received_of(guest.identity) == 0
        assert (emulator.record.connections, emulator.record.audio_seconds) == (0, 0)

        await guest.answer(agent, YES)
        await guest.open_microphone()
        await guest.say(PRICE.samples)
        await host.wait_until(lambda: host.finals_of(guest.identity))
        await host.wait_until(lambda: host.received_of(guest.identity) > 0)
        assert emulator.record.audio_seconds > 0


async def test_a_host_is_told_in_time_that_no_recognizer_answers_and_when_it_is_over(
    paid_stack: TestStack, emulator: ElevenLabsEmulator
) -> None:
    seats = await open_room(paid_stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: host.finals_of(guest.identity))
        assert host.notices == []

        def told() -> list[Notice]:
            # Beside it there may be the notice that no words come.
            return [one for one in host.notices if not one.identity]

        emulator.faults.add(Fault(kind=FaultKind.REFUSE, times=None))
        emulator.drop_sessions()
        began = time.time()
        speaking = asyncio.ensure_future(guest.say(PRICE.samples))
        await host.wait_until(told)
        assert time.time() - began < NOTICE_SECONDS
        (first,) = told()
        assert (first.reason, first.over) == ("provider_down", False)
        assert first.text == "ElevenLabs Scribe does not answer; nobody listens now"
        await speaking

        emulator.faults.clear()
        await host.wait_until(lambda: told()[-1].over)
        assert [one.id for one in told()] == [first.id, first.id]
        assert told()[-1].text == "ElevenLabs Scribe answers again; ElevenLabs Scribe listens now"
        finals = len(host.finals_of(guest.identity))
        await guest.play(silence(0.5))
        await guest.say(GREETING.samples)
        await host.wait_until(lambda: len(host.finals_of(guest.identity)) > finals)
        assert guest.private_topics == set()
