import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit import rtc

from agent.controls import LONGEST_REQUEST, WAITING_REQUESTS, Controls
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
    ConsentAnswer,
    ConsentState,
)

pytestmark = pytest.mark.unit

STATE = ConsentState(policy="notice", answers={"ben": "no"})
ROLES: dict[str, Role] = {"ana": "host", "ben": "guest"}


class Desk:
    """Stands for the library's participant and for the call, and notes what comes."""

    def __init__(self) -> None:
        self.methods: dict[str, Any] = {}
        self.done: list[object] = []
        self.store_is_away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.controls = Controls(
            self,  # type: ignore[arg-type]
            find_role=ROLES.get,
            on_consent=self.on_consent,
            on_erase=self.on_erase,
            on_off_the_record=self.on_off_the_record,
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
        if self.store_is_away:
            raise StoreUnavailableError("the store at sqlite:///secret.db")
        self.done.append(what)
        return STATE

    async def on_consent(self, identity: str, answer: ConsentAnswer) -> ConsentState:
        return await self._do((identity, answer))

    async def on_erase(self, identity: str) -> None:
        await self._do((identity, "erase"))

    async def on_off_the_record(self, off: bool) -> ConsentState:
        return await self._do(off)

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


async def test_a_participant_answers_for_itself_and_gets_the_state(desk: Desk) -> None:
    assert await desk.ask(CONSENT_METHOD, '{"answer": "yes"}') == STATE.model_dump_json()
    await desk.ask(CONSENT_METHOD, '{"v": 1, "answer": "no", "erase": false}', "stranger")
    await desk.ask(CONSENT_METHOD, '{"answer": "no", "erase": true}')
    await desk.ask(CONSENT_METHOD, '{"answer": "yes", "erase": true}')
    assert desk.done == [
        ("ben", "yes"),
        ("stranger", "no"),
        ("ben", "no"),
        ("ben", "erase"),
        ("ben", "yes"),
    ]


async def test_only_a_host_puts_the_call_off_the_record(desk: Desk) -> None:
    await desk.ask(OFF_THE_RECORD_METHOD, '{"off": true}', "ana")
    await desk.ask(OFF_THE_RECORD_METHOD, '{"off": false}', "ana")
    for caller in ("ben", "host-me"):
        code, message = await desk.refused(OFF_THE_RECORD_METHOD, '{"off": true}', caller)
        assert (code, message) == (NOT_ALLOWED, "only a host may put the call off the record")
    assert desk.done == [True, False]


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


@pytest.mark.parametrize(
    ("method", "payload", "words"),
    [
        (CONSENT_METHOD, '{"answer": "yes"}', "nothing has changed; try again"),
        (CONSENT_METHOD, '{"answer": "no"}', "you are not listened to"),
        (OFF_THE_RECORD_METHOD, '{"off": true}', "nobody is listened to"),
        (OFF_THE_RECORD_METHOD, '{"off": false}', "nobody is listened to yet; try again"),
    ],
)
async def test_a_store_that_is_away_is_told_with_what_it_means(
    method: str, payload: str, words: str, desk: Desk
) -> None:
    desk.store_is_away = True
    code, message = await desk.refused(method, payload, "ana")
    assert code == UNAVAILABLE
    assert words in message
    assert "secret.db" not in message


async def test_an_erasure_that_fails_is_not_called_done(desk: Desk) -> None:
    async def answer(identity: str, answer: ConsentAnswer) -> ConsentState:
        desk.store_is_away = True
        return STATE

    desk.controls._on_consent = answer
    code, message = await desk.refused(CONSENT_METHOD, '{"answer": "no", "erase": true}')
    assert code == UNAVAILABLE
    assert "not all erased: try again" in message


async def test_what_was_begun_is_done_though_the_caller_waits_no_longer(desk: Desk) -> None:
    desk.gate.clear()
    asking = asyncio.ensure_future(desk.ask(CONSENT_METHOD, '{"answer": "no", "erase": true}'))
    await until(lambda: desk.at_once)
    asking.cancel()
    await asyncio.wait({asking})
    desk.gate.set()
    assert await desk.ask(CONSENT_METHOD, '{"answer": "yes"}')
    assert desk.done == [("ben", "no"), ("ben", "erase"), ("ben", "yes")]


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
