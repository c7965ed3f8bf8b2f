"""Recognizers that cost, a cap, and marked speech: what is paid, and what is heard."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from agent.budget import Budget
from agent.gate_settings import GateSettings
from agent.hearing_cost import HearingCost, check_caps
from agent.prices import PriceRow, PriceTable
from agent.settings import AgentSettings
from agent.stt.chain import ChainSTT, Provider
from agent.stt.health import ChainTimes
from agent.stt.openai_batch import OpenAIBatchSTT
from lab.emulators.elevenlabs import ElevenLabsEmulator
from lab.emulators.openai_transcription import API_KEY, OpenAITranscription
from lab.emulators.serving import running_emulator
from records import Store
from settings import CostSettings, SettingsError
from tests.agent.stt.elevenlabs_speech import LINES, recognizer, say
from tests.agent.stt.streams import finals_of, next_final
from tests.lab.marked_speech import MarkReader
from tests.lab.marked_speech import speak as marked
from tests.parts import API_KEY as MEDIA_KEY
from tests.parts import API_SECRET

pytestmark = pytest.mark.unit

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
SECOND_PRICE = 0.001
LONGEST_SEGMENT = GateSettings().longest_segment_seconds * SECOND_PRICE


def price(provider: str, second: str) -> PriceRow:
    return PriceRow(
        provider=provider,
        model="*",
        unit="audio_seconds",
        price=Decimal(second),
        per=1,
        valid_from=date(2026, 1, 1),
        source="here",
    )


PRICES = PriceTable(
    currency="USD", prices=(price("elevenlabs", str(SECOND_PRICE)), price("127.*", "0"))
)


class Clock:
    """A clock that stands still."""

    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def paid() -> AsyncIterator[ElevenLabsEmulator]:
    async with asyncio.timeout(60), running_emulator(ElevenLabsEmulator(MarkReader())) as running:
        yield running


@pytest.fixture
async def free() -> AsyncIterator[OpenAITranscription]:
    async with running_emulator(OpenAITranscription(MarkReader())) as running:
        yield running


@pytest.fixture
async def chain(paid: ElevenLabsEmulator, free: OpenAITranscription) -> AsyncIterator[ChainSTT]:
    own = OpenAIBatchSTT(api_key=API_KEY, base_url=free.base_url, model="whisper-1")
    providers = [
        Provider(label="ElevenLabs", stt=recognizer(paid), reopens=True),
        Provider(label="own", stt=own),
    ]
    async with ChainSTT(providers, times=ChainTimes(answer_seconds=60.0)) as made:
        assert isinstance(made, ChainSTT)
        yield made


async def open_budget(store: Store, clock: Clock, **caps: Any) -> Budget:
    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    budget = Budget(
        prices=PRICES,
        settings=CostSettings(**caps),
        store=store,
        room_sid="RM_1",
        report=lambda _: None,
        tell=lambda _: None,
        now=clock,
    )
    await budget.load()
    return budget


async def test_the_cap_holds_at_the_meter_of_the_service_and_every_word_is_heard(
    store: Store,
    clock: Clock,
    chain: ChainSTT,
    paid: ElevenLabsEmulator,
    free: OpenAITranscription,
) -> None:
    cap = 2 * LONGEST_SEGMENT + 8 * SECOND_PRICE
    budget = await open_budget(store, clock, cost_cap_call=cap)
    heard: dict[int, list[str]] = {0: [], 1: []}
    with HearingCost(chain, budget, clock):
        async with chain.stream() as one, chain.stream() as other:
            for line in LINES * 3:
                for number, stream in enumerate((one, other)):
                    say(stream, line)
                    heard[number].append(await next_final(stream))
            for number, stream in enumerate((one, other)):
                stream.end_input()
                heard[number] += await finals_of(stream)
    assert heard == {0: LINES * 3, 1: LINES * 3}
    assert budget.level == "stepped_down"
    assert free.record.requests
    spent = paid.record.audio_seconds * SECOND_PRICE
    assert 8 * SECOND_PRICE * 0.5 < spent <= cap
    await budget.look()
    costs = {one.provider: one.cost for one in await store.list_meeting_usage("RM_1")}
    assert costs == {"elevenlabs": pytest.approx(spent), "127.0.0.1": 0}


async def test_the_audio_under_way_is_kept_for_with_open_segments_in_full(
    store: Store, clock: Clock, chain: ChainSTT
) -> None:
    budget = await open_budget(store, clock, cost_cap_call=1.0)
    with HearingCost(chain, budget, clock):
        assert budget.cost_under_way() == 0
        async with chain.stream() as stream:
            say(stream, LINES[0])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seconds = len(marked(LINES[0])) / 16000
            kept = LONGEST_SEGMENT + seconds * SECOND_PRICE
            assert budget.cost_under_way() == pytest.approx(kept)
            await next_final(stream)
            assert budget.cost_under_way() == pytest.approx(LONGEST_SEGMENT)
    assert budget.cost_under_way() == 0


async def test_at_midnight_the_better_recognizer_is_asked_again(
    store: Store, clock: Clock, chain: ChainSTT, paid: ElevenLabsEmulator
) -> None:
    budget = await open_budget(store, clock, cost_cap_day=LONGEST_SEGMENT + 2 * SECOND_PRICE)
    with HearingCost(chain, budget, clock):
        async with chain.stream() as stream:
            say(stream, LINES[0])
            assert await next_final(stream) == LINES[0]
            await budget.look()
            assert chain.active_label == "own"
            clock.now += 86400 / 2
            await budget.look()
            assert chain.active_label == "ElevenLabs"
            say(stream, LINES[1])
            assert await next_final(stream) == LINES[1]
    assert [commit.text for commit in paid.record.commits] == LINES[:2]


async def test_a_call_that_is_taken_up_near_its_cap_begins_with_what_is_free(
    store: Store, clock: Clock, chain: ChainSTT, paid: ElevenLabsEmulator
) -> None:
    budget = await open_budget(store, clock, cost_cap_call=LONGEST_SEGMENT / 2)
    with HearingCost(chain, budget, clock):
        async with chain.stream() as stream:
            await budget.look()
            say(stream, LINES[0])
            assert await next_final(stream) == LINES[0]
    assert paid.record.audio_seconds == 0


def settings(**changes: Any) -> AgentSettings:
    values: dict[str, Any] = {
        "livekit_api_key": MEDIA_KEY,
        "livekit_api_secret": API_SECRET,
        "elevenlabs_api_key": SecretStr("key"),
        "cost_cap_call": 1.0,
    }
    return AgentSettings(**(values | changes))


def test_a_cap_needs_a_recognizer_that_costs_nothing(clock: Clock) -> None:
    own = "http://127.0.0.1:8000/v1"
    check_caps(settings(stt="elevenlabs,pocketsphinx"), PRICES, clock)
    check_caps(settings(stt="elevenlabs,openai", stt_openai_base_url=own), PRICES, clock)
    check_caps(settings(stt="elevenlabs", cost_cap_call=None), PRICES, clock)
    for stt in ("elevenlabs", "elevenlabs,openai"):
        with pytest.raises(SettingsError, match="pocketsphinx"):
            check_caps(settings(stt=stt, openai_api_key=SecretStr("key")), PRICES, clock)
