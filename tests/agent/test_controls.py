import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit import rtc

from agent.controls import LONGEST_REQUEST, WAITING_REQUESTS, Controls, Method
from agent.refusals import ConflictError, NotFoundError, UnavailableError, when_store_is_away
from records import StoreUnavailableError
from tests.agent.waiting import until
from transcript_buffer import Role
from wire.consent import (
    BAD_REQUEST,
    CONSENT_METHOD,
    NOT_ALLOWED,
    OFF_THE_RECORD_METHOD,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    ConsentRequest,
    ConsentState,
    OffTheRecordRequest,
)
from wire.controls import CONFLICT, NOT_FOUND, PROMPT_METHOD, PromptRequest

pytestmark = pytest.mark.unit

STATE = ConsentState(policy="notice", answers={"ben": "no"})
ROLES: dict[str, Role] = {"ana": "host", "ben": "guest"}


class Desk:
    """Stands for the library's participant and for the call, and notes what comes."""

    def __init__(self) -> None:
        self.methods: dict[str, Any] = {}
        self.done: list[object] = []
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.callers: list[str] = []
        self.controls = Controls(
            self,  # type: ignore[arg-type]
            find_role=ROLES.get,
            on_caller=self.callers.append,
            methods=[
                Method(
                    name=CONSENT_METHOD, request=ConsentRequest, action=self.consent, who="anyone"
                ),
                Method(
                    name=OFF_THE_RECORD_METHOD,
                    request=OffTheRecordRequest,
                    action=self.off_the_record,
                ),
                Method(name=PROMPT_METHOD, request=PromptRequest, action=self.prompt, longest=4000),
            ],
        )

    def register_rpc_method(self, name: str, method: Any) -> None:
        self.methods[name] = method

    def unregister_rpc_method(self, name: str) -> None:
        del self.methods[name]

    async def _do(self, what: object) -> ConsentState:
        self.at_once += 1
        assert self.at_once == 1, "two at once"
        await self.gate.wait()
        self.at_once -= 1
        if self.fault:
            raise self.fault
        self.done.append(what)
        return STATE

    async def consent(self, caller: str, request: ConsentRequest) -> ConsentState:
        return await self._do((caller, request.answer))

    async def off_the_record(self, _: str, request: OffTheRecordRequest) -> ConsentState:
        return await self._do(request.off)

    async def prompt(self, _: str, request: PromptRequest) -> ConsentState:
        return await self._do(request.goal)

    async def ask(self, method: str, payload: str, caller: str = "ben") -> str:
        call = rtc.RpcInvocationData("1", caller, payload, 10.0, method)
        return str(await self.methods[method](call))

    async def refused(self, method: str, payload: str, caller: str = "ben") -> tuple[int, str]:
        with pytest.raises(rtc.RpcError) as caught:
            await self.ask(method, payload, caller)
        return caught.value.code, caught.value.message


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    opened = Desk()
    async with asyncio.timeout(30), opened.controls:
        yield opened
    assert opened.methods == {}


async def test_a_participant_asks_and_gets_the_reply(desk: Desk) -> None:
    assert await desk.ask(CONSENT_METHOD, '{"answer": "yes"}') == STATE.model_dump_json()
    await desk.ask(CONSENT_METHOD, '{"v": 1, "answer": "no", "erase": false}', "stranger")
    assert desk.done == [("ben", "yes"), ("stranger", "no")]


async def test_a_caller_counts_as_here_before_anything_is_done(desk: Desk) -> None:
    desk.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.ask(OFF_THE_RECORD_METHOD, '{"off": true}', "ana"))
        await asyncio.sleep(0)
        assert (desk.callers, desk.done) == (["ana"], [])
        desk.gate.set()


@pytest.mark.parametrize("payload", ['{"off": true}', "", "x" * 20_000])
async def test_who_is_no_host_is_refused_before_anything_is_read(payload: str, desk: Desk) -> None:
    for caller in ("ben", "host-me"):
        code, message = await desk.refused(OFF_THE_RECORD_METHOD, payload, caller)
        assert (code, message) == (NOT_ALLOWED, "only a host of this call may ask for this")
    assert desk.done == []
    await desk.ask(OFF_THE_RECORD_METHOD, '{"off": true}', "ana")
    assert desk.done == [True]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("", "the request: Invalid JSON"),
        ("[]", "the request: Input should be an object"),
        ("null", "the request: Input should be an object"),
        ("{", "the request: Invalid JSON"),
        ("[" * 900, "the request: Invalid JSON"),
        ("{}", "answer: Field required"),
        ('{"answer": "maybe secret words"}', "answer: Input should be 'yes' or 'no'"),
        ('{"answer": null}', "answer: Input should be 'yes' or 'no'"),
        ('{"answer": "yes", "identity": "ana"}', "identity: Extra inputs are not permitted"),
        ('{"answer": "no", "erase": "perhaps"}', "erase: Input should be a valid boolean"),
        (json.dumps({"answer": "yes", "x" * 500: 1}), "x" * 64 + ": Extra"),
        (json.dumps({"answer": "yes", "x": "x" * 20_000}), f"send {LONGEST_REQUEST} at most"),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong_and_changes_nothing(
    payload: str, words: str, desk: Desk
) -> None:
    code, message = await desk.refused(CONSENT_METHOD, payload)
    assert code == BAD_REQUEST
    assert words in message
    assert "secret words" not in message
    assert len(message) < 250
    assert desk.done == []


async def test_a_malformed_request_of_a_host_names_the_field(desk: Desk) -> None:
    code, message = await desk.refused(OFF_THE_RECORD_METHOD, "{}", "ana")
    assert (code, message) == (BAD_REQUEST, "off: Field required")


async def test_a_request_may_be_as_long_as_its_method_says(desk: Desk) -> None:
    request = json.dumps({"goal": "g" * 1000, "instruction": "i" * 2000})
    await desk.ask(PROMPT_METHOD, request, "ana")
    code, message = await desk.refused(PROMPT_METHOD, request + " " * 1000, "ana")
    assert (code, "send 4000 at most" in message) == (BAD_REQUEST, True)
    assert desk.done == ["g" * 1000]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (NotFoundError("there is none"), NOT_FOUND, "there is none"),
        (ConflictError("it is done"), CONFLICT, "it is done"),
        (UnavailableError("say it again"), UNAVAILABLE, "say it again"),
        (
            StoreUnavailableError("the store at sqlite:///secret.db"),
            UNAVAILABLE,
            "the store is away, so nothing has changed; try again",
        ),
    ],
)
async def test_what_cannot_be_done_is_told_with_its_code_and_the_next_request_is_served(
    fault: Exception, code: int, words: str, desk: Desk
) -> None:
    desk.fault = fault
    assert await desk.refused(CONSENT_METHOD, '{"answer": "yes"}') == (code, words)
    desk.fault = None
    await desk.ask(CONSENT_METHOD, '{"answer": "no"}')
    assert desk.done == [("ben", "no")]


async def test_a_store_that_is_away_means_what_the_action_says() -> None:
    with (
        pytest.raises(UnavailableError, match="you are not listened to"),
        when_store_is_away("you are not listened to"),
    ):
        raise StoreUnavailableError("the store at sqlite:///secret.db")


async def test_what_was_begun_is_done_though_the_caller_waits_no_longer(desk: Desk) -> None:
    desk.gate.clear()
    asking = asyncio.ensure_future(desk.ask(CONSENT_METHOD, '{"answer": "no"}'))
    await until(lambda: desk.at_once)
    asking.cancel()
    await asyncio.wait({asking})
    desk.gate.set()
    assert await desk.ask(CONSENT_METHOD, '{"answer": "yes"}')
    assert desk.done == [("ben", "no"), ("ben", "yes")]


async def test_what_waits_when_the_call_ends_is_done() -> None:
    desk = Desk()
    desk.gate.clear()
    async with asyncio.timeout(30):
        async with desk.controls:
            asking = [
                asyncio.ensure_future(desk.ask(CONSENT_METHOD, f'{{"answer": "{answer}"}}'))
                for answer in ("yes", "no")
            ]
            await until(lambda: desk.at_once)
            asyncio.get_running_loop().call_soon(desk.gate.set)
        assert desk.done == [("ben", "yes"), ("ben", "no")]
        assert await asyncio.gather(*asking) == [STATE.model_dump_json()] * 2


async def test_one_caller_cannot_fill_the_queue_for_others(desk: Desk) -> None:
    desk.gate.clear()
    waiting = [
        asyncio.ensure_future(desk.ask(CONSENT_METHOD, '{"answer": "yes"}'))
        for _ in range(WAITING_REQUESTS)
    ]
    await asyncio.sleep(0)
    code, _ = await desk.refused(CONSENT_METHOD, '{"answer": "no"}')
    assert code == TOO_MANY_REQUESTS
    waiting.append(asyncio.ensure_future(desk.ask(CONSENT_METHOD, '{"answer": "no"}', "ana")))
    desk.gate.set()
    await asyncio.gather(*waiting)
    assert desk.done == [("ben", "yes")] * WAITING_REQUESTS + [("ana", "no")]
    await desk.ask(CONSENT_METHOD, '{"answer": "no"}')
