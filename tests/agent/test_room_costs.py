"""A call that comes near its cap: what is spent, and what is heard through the step down."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from lab.emulators.recognition import PocketSphinx, transcribe
from lab.emulators.serving import running_emulator
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, share_heard, words_of
from tests.parts import TestStack
from wire.costs import COSTS, CostReport

pytestmark = pytest.mark.room

SECOND_PRICE = 0.001
CAP = 0.055
"""Two open segments of 20 s keep 0.04 of it: after some 15 s of speech it is near."""
PRICES = f"""
currency: USD
prices:
  - provider: elevenlabs
    model: scribe_v2_realtime
    unit: audio_seconds
    price: {SECOND_PRICE}
    per: 1
    valid_from: 2026-01-01
    source: the test
"""
BEFORE = [
    (read_line(1), read_line(2)),
    (read_line(7), read_line(8)),
    (read_line(13), read_line(16)),
]
MOST_ROUNDS = 10
BEHIND = (read_line(9), read_line(14))
"""What host and guest say at the same time, before the step down and behind it."""


@pytest.fixture
async def emulator() -> AsyncIterator[ElevenLabsEmulator]:
    async with (
        PocketSphinx(2) as recognizer,
        running_emulator(ElevenLabsEmulator(recognizer)) as running,
    ):
        # A process answers late the first time, for it reads its model then.
        pcm = read_line(2).pcm
        await asyncio.gather(transcribe(recognizer, pcm), transcribe(recognizer, pcm))
        yield running


@pytest.fixture
async def capped(emulator: ElevenLabsEmulator, tmp_path: Path) -> AsyncIterator[TestStack]:
    prices = tmp_path / "prices.yaml"
    prices.write_text(PRICES)
    stack = TestStack(
        tmp_path,
        settings={
            "STT": "elevenlabs,pocketsphinx",
            # The emulator and the call share two cores with the rest: nobody is left for slowness.
            "STT_ANSWER_SECONDS": "30",
            "ELEVENLABS_API_KEY": API_KEY,
            "ELEVENLABS_BASE_URL": emulator.base_url,
            "PRICE_FILE": str(prices),
            "COST_CAP_CALL": str(CAP),
            "VOICE": "off",
        },
    )
    await asyncio.to_thread(stack.start)
    yield stack
    await asyncio.to_thread(stack.stop)


def reports_of(person: Person) -> list[CostReport]:
    found = [one.content for one in person.packets if one.topic == COSTS]
    return [CostReport.model_validate_json(content) for content in found]


def is_stepped_down(person: Person) -> bool:
    return any(notice.id == "stepped_down:call" for notice in person.notices)


def is_heard(lines: list[str], heard: str) -> bool:
    """Whether every line has been heard, as well as the recognizers here hear."""
    return share_heard(" ".join(lines), heard) >= 0.7 and all(
        share_heard(line, heard) >= 0.5 for line in lines
    )


async def test_near_the_cap_the_local_recognizer_hears_on_and_no_word_is_lost(
    capped: TestStack, emulator: ElevenLabsEmulator
) -> None:
    seats = await open_room(capped.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        room_sid = await host.room.sid
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        # At the same time: when what one has said is counted, the other one is in mid-sentence.
        said = []
        for pair in itertools.islice(itertools.cycle(BEFORE), MOST_ROUNDS):
            said.append(pair)
            await asyncio.gather(host.say(pair[0].samples), guest.say(pair[1].samples))
            if is_stepped_down(host):
                break
        await host.wait_until(lambda: is_stepped_down(host), 10.0)
        paid_seconds = emulator.record.audio_seconds
        await asyncio.gather(host.say(BEHIND[0].samples), guest.say(BEHIND[1].samples))
        host_words, guest_words = (
            [pair[side].words for pair in [*said, BEHIND]] for side in (0, 1)
        )
        await host.wait_until(
            lambda: (
                is_heard(host_words, host.text_of(host.identity))
                and is_heard(guest_words, host.text_of(guest.identity))
            )
        )
        await asyncio.sleep(3.0)
        for identity, lines in ((host.identity, host_words), (guest.identity, guest_words)):
            # Nothing comes twice.
            heard = words_of(host.text_of(identity))
            assert len(heard) <= 1.2 * len(words_of(" ".join(lines)))
        # What was open when it stepped down is paid for; nothing that began after it.
        assert emulator.record.audio_seconds == pytest.approx(paid_seconds, abs=0.5)
        assert 0 < emulator.record.audio_seconds * SECOND_PRICE <= CAP
        await host.wait_until(lambda: reports_of(host)[-1].level == "stepped_down")
        assert guest.private_topics == set()
    await check_the_books(capped, room_sid, emulator)


async def check_the_books(stack: TestStack, room_sid: str, emulator: ElevenLabsEmulator) -> None:
    """What the meter of the service has counted stands in the store once the call is over."""
    paid = emulator.record.audio_seconds * SECOND_PRICE
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{stack.token_server_url}/costs") as answer:
                body = await answer.json()
            costs = [
                meeting["costs"]["USD"]
                for day in body["days"]
                for meeting in day["meetings"]
                if meeting["room_sid"] == room_sid
            ]
            if sum(costs) == pytest.approx(paid, rel=0.01):
                return
            await asyncio.sleep(0.2)
