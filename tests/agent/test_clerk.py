import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.clerk import Clerk
from agent.prices import load_prices
from lab.emulators.openai_chat_faults import Fault
from records import Store, Work
from tests.agent.minutes.panels import addresses_of, serve_models
from tests.agent.minutes.talk import ROOM_SID, record
from tests.agent.minutes.test_scribe import settings_for

pytestmark = pytest.mark.unit

PRICES = load_prices(Path("prices.yaml"))


class Time:
    """The clock of a clerk, which a test sets."""

    def __init__(self) -> None:
        self.seconds = 1_764_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with asyncio.timeout(90), AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def now() -> Time:
    return Time()


def clerk(store: Store, now: Time, **changes: Any) -> Clerk:
    return Clerk(store, settings_for(**changes), PRICES, now)


async def work_of(store: Store) -> Work:
    (work,) = await store.list_work(ROOM_SID)
    return work


@asynccontextmanager
async def running(clerk: Clerk) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(clerk.run())
        yield task
        task.cancel()


async def test_a_clerk_writes_the_minutes_of_every_meeting_that_has_ended(
    store: Store, now: Time, opened: AsyncExitStack
) -> None:
    await record(store)
    async with running(clerk(store, now)):
        while (await work_of(store)).state != "done":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await store.find_minutes(ROOM_SID)


async def test_work_is_done_once(store: Store, now: Time) -> None:
    await record(store)
    assert await clerk(store, now).do_next()
    assert (await work_of(store)).state == "done"
    assert not await clerk(store, now).do_next()
    minutes = await store.find_minutes(ROOM_SID)
    assert minutes
    assert minutes.version == 1


async def test_the_models_of_the_settings_write_and_what_they_cost_is_counted(
    store: Store, now: Time, opened: AsyncExitStack
) -> None:
    chat = await serve_models(opened, ["one", "two"])
    await record(store)
    await clerk(store, now, minutes_models=addresses_of(chat, ["one", "two"])).do_next()
    minutes = await store.find_minutes(ROOM_SID)
    assert minutes
    assert sorted(minutes.written_by) == ["one", "two"]
    usage = await store.list_meeting_usage(ROOM_SID)
    assert {row.model for row in usage} == {"one", "two"}
    assert all(row.amounts["input_tokens"] > 0 for row in usage)


async def test_those_that_advise_write_where_no_others_are_named(
    store: Store, now: Time, opened: AsyncExitStack
) -> None:
    chat = await serve_models(opened, ["adviser"])
    await record(store)
    await clerk(store, now, llm_models=addresses_of(chat, ["adviser"])).do_next()
    minutes = await store.find_minutes(ROOM_SID)
    assert minutes
    assert minutes.written_by == ["adviser"]


async def test_near_a_cap_the_rules_write(
    store: Store, now: Time, opened: AsyncExitStack, tmp_path: Path
) -> None:
    chat = await serve_models(opened, ["dear"])
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        "currency: USD\nprices:\n"
        + "".join(
            f"  - {{provider: 127.0.0.1, model: dear, unit: {unit}, price: 1.0, per: 1, "
            "valid_from: 2020-01-01, source: x}\n"
            for unit in ("input_tokens", "output_tokens")
        )
    )
    await record(store)
    settings = settings_for(minutes_models=addresses_of(chat, ["dear"]), cost_cap_call=1.0)
    await Clerk(store, settings, load_prices(prices), now).do_next()
    minutes = await store.find_minutes(ROOM_SID)
    assert minutes
    assert (minutes.written_by, minutes.did_not_answer) == ([], ["dear"])
    assert chat.record.requests == []


async def test_work_that_cannot_be_done_says_why_and_is_given_up(store: Store, now: Time) -> None:
    await record(store)
    await clerk(store, now).do_next()
    await store.request_minutes(ROOM_SID, template="sale", now_ms=1)
    assert await clerk(store, now).do_next()
    failed = next(one for one in await store.list_work(ROOM_SID) if one.template == "sale")
    assert failed.state == "failed"
    assert "there is no template 'sale'" in failed.reason


async def test_work_whose_writers_all_died_is_given_up(store: Store, now: Time) -> None:
    await record(store)
    for _ in range(2):  # somebody begins, and is never heard of again
        assert await store.claim_work("dead", now_ms=now_ms(now), lease_seconds=30)
        assert not await clerk(store, now, minutes_attempts=2).do_next()
        now.seconds += 31
    assert await clerk(store, now, minutes_attempts=2).do_next()
    work = await work_of(store)
    assert (work.state, work.attempts) == ("failed", 3)
    assert "ended in the middle" in work.reason
    assert await store.list_minutes(ROOM_SID) == []


async def test_a_clerk_that_is_cancelled_puts_its_work_back_at_once(
    store: Store, now: Time, opened: AsyncExitStack
) -> None:
    chat = await serve_models(opened, ["one"])
    chat.script([Fault(kind="hang", times=None)])
    await record(store)
    async with running(clerk(store, now, minutes_models=addresses_of(chat, ["one"]))):
        await chat.asked.wait()
    work = await work_of(store)
    assert (work.state, work.due_at_ms) == ("waiting", now_ms(now))
    assert await clerk(store, now).do_next()
    assert (await work_of(store)).state == "done"


async def test_what_is_erased_while_it_is_written_is_written_anew_without_it(
    store: Store, now: Time, opened: AsyncExitStack
) -> None:
    chat = await serve_models(opened, ["one"])
    chat.script([Fault(kind="slow", seconds=2.0)])
    await record(store)
    slow = clerk(store, now, minutes_models=addresses_of(chat, ["one"]))
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(slow.do_next())
        await chat.asked.wait()
        await store.erase_speaker(ROOM_SID, "id-ben", transcript_sequence=99, sequence=0)
        await writing
    assert await store.list_minutes(ROOM_SID) == []
    work = await work_of(store)
    assert (work.state, work.reason) == ("waiting", "words were erased meanwhile")
    now.seconds += 5
    assert await slow.do_next()
    minutes = await store.find_minutes(ROOM_SID)
    assert minutes
    assert "pilot with forty" not in minutes.model_dump_json()


def now_ms(now: Time) -> int:
    return round(now() * 1000)
