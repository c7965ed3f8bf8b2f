import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from agent.models.chain import ModelChain, Patience
from agent.models.link import ModelLink
from agent.models.request import ModelError
from agent.stt.health import ChainTimes
from lab.emulators.openai_chat_faults import Fault
from lab.emulators.openai_chat_models import ChatModel
from settings.advice import AdviceSettings
from tests.agent.models.asking import Served, advice, read, serve
from tests.agent.waiting import until

pytestmark = pytest.mark.unit

FIRST, SECOND = ChatModel(name="first"), ChatModel(name="second")
NEVER = ChainTimes(retry_seconds=(86_400.0,))
SOON = ChainTimes(retry_seconds=(0.1,), refused_seconds=0.1)


@pytest.fixture
async def served(opened: AsyncExitStack) -> Served:
    return await serve(opened, FIRST, SECOND)


@asynccontextmanager
async def running(chain: ModelChain) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        loop = tasks.create_task(chain.run())
        yield
        loop.cancel()


async def test_the_first_model_answers_while_it_can(served: Served) -> None:
    for _ in range(3):
        assert (await served.ask())[-1].model == "first"
    assert served.asked == ["first"] * 3
    assert served.changes == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=529),
        Fault(status=429),
        Fault(status=401),
        Fault(status=400, times=4),
        Fault(kind="refuse"),
        Fault(kind="hang"),
        Fault(kind="slow", seconds=9.0),
        Fault(kind="cut"),
        Fault(kind="pause"),
        Fault(kind="error_event"),
        Fault(kind="error_event", code="rate_limit_exceeded"),
        Fault(kind="bad_event"),
        Fault(kind="web_page"),
        Fault(kind="refusal"),
        Fault(kind="length"),
        Fault(kind="invalid_json"),
        Fault(kind="empty_choices"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.code}",
)
async def test_when_the_first_fails_the_next_answers_the_same_request(
    fault: Fault, served: Served
) -> None:
    served.chat.script([fault.model_copy(update={"model": "first"})])
    readings = await served.ask()
    assert readings[-1].model == "second"
    assert readings[-1].complete
    first, *_, second = served.chat.record.requests
    assert first.model == "first"
    assert first.body["messages"] == second.body["messages"]


@pytest.mark.parametrize(
    "fault", [Fault(kind="refuse"), Fault(status=500), Fault(kind="hang"), Fault(kind="pause")]
)
async def test_the_next_model_is_asked_when_the_wait_for_the_first_that_is_set_is_over(
    fault: Fault, opened: AsyncExitStack
) -> None:
    # Were it any other wait than the first one, no test would live to see its end.
    served = await serve(
        opened, FIRST, SECOND, first_token_seconds=0.1, whole_seconds=86_400.0, times=NEVER
    )
    served.chat.script([fault.model_copy(update={"model": "first"})])
    assert (await served.ask())[-1].model == "second"
    assert served.asked == ["first", "second"]


def test_by_default_the_next_model_is_asked_within_two_seconds() -> None:
    settings = AdviceSettings()
    assert settings.llm_first_token_seconds < 2.0
    assert Patience().first_token_seconds == settings.llm_first_token_seconds
    # Where a model dies nothing is waited for, and a request is only sent again to it when no
    # other can be asked.
    assert settings.llm_first_token_seconds < settings.llm_timeout_seconds


async def test_a_model_that_died_in_mid_stream_has_shown_what_it_wrote(served: Served) -> None:
    served.chat.script([Fault(kind="cut", model="first", events=8)])
    models = [reading.model for reading in await served.ask()]
    assert models == sorted(models)
    assert set(models) == {"first", "second"}


async def test_a_failed_model_is_left_alone_and_comes_back_when_its_server_answers(
    opened: AsyncExitStack,
) -> None:
    served = await serve(opened, FIRST, SECOND, times=SOON)
    served.chat.script([Fault(status=500, model="first")])
    await served.ask()
    await served.ask()
    assert served.asked == ["first", "second", "second"]
    assert served.changes == [("second", "")]
    async with running(served.chain):
        await until(lambda: served.chain.active_name == "first")
    assert served.chat.record.probes == 1
    await served.ask()
    assert served.asked[-1] == "first"


async def test_the_only_model_is_asked_again_after_a_passing_fault(opened: AsyncExitStack) -> None:
    served = await serve(opened)
    served.chat.script([Fault(status=503), Fault(kind="cut")])
    assert (await served.ask())[-1].complete
    assert len(served.asked) == 3
    assert served.changes == []


@pytest.mark.parametrize("fault", [Fault(status=401), Fault(kind="refusal"), Fault(kind="length")])
async def test_what_will_not_pass_is_not_asked_again(fault: Fault, opened: AsyncExitStack) -> None:
    served = await serve(opened)
    served.chat.script([fault])
    with pytest.raises(ModelError):
        await served.ask()
    assert len(served.asked) == 1


@pytest.mark.parametrize(("told", "asked"), [("true", 2), ("false", 1)])
async def test_a_server_may_say_whether_to_ask_again(
    told: str, asked: int, opened: AsyncExitStack
) -> None:
    served = await serve(opened)
    status = 400 if told == "true" else 500
    fault = Fault(status=status, code="context_length_exceeded", headers={"x-should-retry": told})
    served.chat.script([fault])
    if told == "true":
        assert (await served.ask())[-1].complete
    else:
        with pytest.raises(ModelError):
            await served.ask()
    assert len(served.asked) == asked


async def test_the_only_model_may_take_longer_than_one_of_several(opened: AsyncExitStack) -> None:
    served = await serve(opened, first_token_seconds=0.05)
    served.chat.script([Fault(kind="slow", seconds=0.4)])
    assert (await served.ask())[-1].complete
    assert len(served.asked) == 1


async def test_when_none_answers_it_is_quiet_says_why_and_comes_back(
    opened: AsyncExitStack,
) -> None:
    served = await serve(opened, FIRST, SECOND, times=SOON)
    served.chat.script([Fault(status=401, times=2), Fault(kind="none")])
    with pytest.raises(ModelError, match=r"first answered 401.*second answered 401"):
        await served.ask()
    assert served.chain.active_name == ""
    assert "first answered 401; check its key" in served.chain.quiet_because
    assert served.changes[-1] == ("", served.chain.quiet_because)
    async with running(served.chain):
        await until(lambda: served.chain.active_name == "first")
    assert served.chain.quiet_because == ""
    assert (await served.ask())[-1].complete


async def test_a_quiet_chain_answers_at_once_and_asks_nobody(opened: AsyncExitStack) -> None:
    served = await serve(opened)
    served.chat.script([Fault(status=401)])
    for _ in range(2):
        with pytest.raises(ModelError, match="401"):
            await served.ask()
    assert len(served.asked) == 1


async def test_a_server_that_is_gone_is_probed_and_stays_quiet(opened: AsyncExitStack) -> None:
    async with AsyncExitStack() as gone:
        served = await serve(gone, times=SOON)
    again = ModelChain([ModelLink(served.address, served.money.reserve)], times=SOON)
    opened.push_async_callback(again.aclose)
    with pytest.raises(ModelError, match="cannot be reached"):
        await read(again.stream(advice()))
    async with running(again):
        await asyncio.sleep(0.5)
        assert "cannot be reached" in again.quiet_because


async def test_a_rate_limit_is_waited_out_when_there_is_no_other_model(
    opened: AsyncExitStack,
) -> None:
    limited = ChatModel(name="limited", requests_per_window=2, window_seconds=0.8)
    served = await serve(opened, limited)
    for _ in range(6):
        assert (await served.ask())[-1].complete
    statuses = [seen.status for seen in served.chat.record.requests]
    assert statuses == [200] * 6


async def test_a_limited_model_is_left_alone_for_as_long_as_it_says(opened: AsyncExitStack) -> None:
    served = await serve(opened, FIRST, SECOND)
    served.chat.script(
        [Fault(status=429, model="first", headers={"retry-after": "0.4"}), Fault(model="first")]
    )
    while served.asked.count("first") < 2:
        await served.ask()
        await asyncio.sleep(0.02)
    limited, again = (one for one in served.chat.record.requests if one.model == "first")
    assert again.at_seconds - limited.at_seconds >= 0.4
    assert served.chat.record.limited_in_a_row() == 0


async def test_a_limited_model_is_not_failed_and_a_short_rest_is_no_news(
    opened: AsyncExitStack,
) -> None:
    served = await serve(opened, FIRST, SECOND)
    served.chat.script([Fault(status=429, model="first", headers={"retry-after": "0.2"})])
    assert (await served.ask())[-1].model == "second"
    assert served.changes == []
    assert (await served.ask())[-1].model == "second"
    while (await served.ask())[-1].model != "first":  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.1)
    assert served.changes == []
    assert served.chat.record.probes == 0


async def test_a_long_rest_of_the_only_model_is_told_as_quiet(opened: AsyncExitStack) -> None:
    served = await serve(opened, whole_seconds=1.0)
    served.chat.script([Fault(status=429, headers={"retry-after": "90"})])
    with pytest.raises(ModelError, match="rate limit"):
        await served.ask()
    assert "rests until its rate limit allows more" in served.chain.quiet_because
    assert not await served.chain.ready()
    with pytest.raises(ModelError, match="rate limit"):
        await served.ask()
    assert len(served.asked) == 1


async def test_the_configured_pace_keeps_requests_back(opened: AsyncExitStack) -> None:
    served = await serve(opened, requests_per_minute=2, whole_seconds=1.0)
    for _ in range(2):
        assert await served.chain.ready()
        await served.ask()
    assert not await served.chain.ready()
    with pytest.raises(ModelError):
        await served.ask()
    assert len(served.asked) == 2


async def test_two_requests_at_once_do_not_wait_for_each_other(served: Served) -> None:
    served.chat.script([Fault(kind="pause", seconds=0.2), Fault(kind="none")])
    answers = await asyncio.gather(
        read(served.chain.stream(advice())), read(served.chain.stream(advice()))
    )
    assert all(readings[-1].complete for readings in answers)
    assert served.chat.record.most_in_flight == 2
