"""What participants may ask of the agent: RPC in, checked, into one method of the call."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from livekit import rtc
from pydantic import BaseModel, ValidationError

from records import StoreUnavailableError
from transcript_buffer import Role
from wire.consent import (
    BAD_REQUEST,
    CONSENT_METHOD,
    NOT_ALLOWED,
    OFF_THE_RECORD_METHOD,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    ConsentAnswer,
    ConsentRequest,
    ConsentState,
    OffTheRecordRequest,
)

Request = TypeVar("Request", bound=BaseModel)

LONGEST_REQUEST: Final = 1000
"""Characters; no request needs a hundred."""
WAITING_REQUESTS: Final = 8
"""Requests of one caller that may wait; with more, the newest is refused."""


class Controls:
    """Answers the RPC methods of one call. Use as an async context manager.

    Requests are carried out one after the other, and to the end even when a caller does not wait
    for the answer; on leaving, those that wait are carried out. A malformed request, a caller who
    may not ask, and a store that is away are answered with an error that says so.
    """

    def __init__(
        self,
        participant: rtc.LocalParticipant,
        *,
        find_role: Callable[[str], Role | None],
        on_consent: Callable[[str, ConsentAnswer], Awaitable[ConsentState]],
        on_erase: Callable[[str], Awaitable[None]],
        on_off_the_record: Callable[[bool], Awaitable[ConsentState]],
    ) -> None:
        self._participant = participant
        self._find_role = find_role
        self._on_consent = on_consent
        self._on_erase = on_erase
        self._on_off_the_record = on_off_the_record
        self._methods: dict[str, Callable[[rtc.RpcInvocationData], Awaitable[str]]] = {
            CONSENT_METHOD: self.consent,
            OFF_THE_RECORD_METHOD: self.off_the_record,
        }
        self._tasks = asyncio.TaskGroup()
        self._one_at_a_time = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    async def __aenter__(self) -> "Controls":
        await self._tasks.__aenter__()
        for name, method in self._methods.items():
            self._participant.register_rpc_method(name, method)
        return self

    async def __aexit__(self, *raised: Any) -> None:
        for name in self._methods:
            self._participant.unregister_rpc_method(name)
        await self._tasks.__aexit__(*raised)

    async def consent(self, call: rtc.RpcInvocationData) -> str:
        """Answer `CONSENT_METHOD`."""
        request = _parse(ConsentRequest, call.payload)
        return await self._carry_out(call.caller_identity, self._take_consent, request)

    async def off_the_record(self, call: rtc.RpcInvocationData) -> str:
        """Answer `OFF_THE_RECORD_METHOD`."""
        if self._find_role(call.caller_identity) != "host":
            raise rtc.RpcError(NOT_ALLOWED, "only a host may put the call off the record")
        request = _parse(OffTheRecordRequest, call.payload)
        return await self._carry_out(call.caller_identity, self._take_off_the_record, request)

    async def _take_consent(self, identity: str, request: ConsentRequest) -> ConsentState:
        no = request.answer == "no"
        with _Failing(
            "you are not listened to, and the store is away: say it again so that it is kept"
            if no
            else "the answer could not be kept, so nothing has changed; try again"
        ):
            state = await self._on_consent(identity, request.answer)
        if no and request.erase:
            with _Failing(
                "you are not listened to; what you had said is not all erased: try again"
            ):
                await self._on_erase(identity)
        return state

    async def _take_off_the_record(
        self, _identity: str, request: OffTheRecordRequest
    ) -> ConsentState:
        with _Failing(
            "nobody is listened to, and the store is away: say it again so that it is kept"
            if request.off
            else "the store is away, so nobody is listened to yet; try again"
        ):
            return await self._on_off_the_record(request.off)

    async def _carry_out(
        self,
        caller: str,
        action: Callable[[str, Request], Awaitable[ConsentState]],
        request: Request,
    ) -> str:
        if self._waiting[caller] >= WAITING_REQUESTS:
            raise rtc.RpcError(
                TOO_MANY_REQUESTS, f"{WAITING_REQUESTS} requests wait; wait for their answers"
            )
        self._waiting[caller] += 1
        answer: asyncio.Future[ConsentState] = asyncio.get_running_loop().create_future()
        self._tasks.create_task(self._settle(answer, caller, action, request), name="control")
        # The library cancels this when the caller waits no longer; the action goes on.
        return (await answer).model_dump_json()

    async def _settle(
        self,
        answer: asyncio.Future[ConsentState],
        caller: str,
        action: Callable[[str, Request], Awaitable[ConsentState]],
        request: Request,
    ) -> None:
        try:
            async with self._one_at_a_time:
                state = await action(caller, request)
        except rtc.RpcError as error:
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(state)
        finally:
            self._waiting -= Counter({caller: 1})


class _Failing:
    """Tells the caller what it means for the request that the store is away."""

    def __init__(self, meaning: str) -> None:
        self._meaning = meaning

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, StoreUnavailableError):
            raise rtc.RpcError(UNAVAILABLE, self._meaning) from None


def _parse(model: type[Request], payload: str) -> Request:
    if len(payload) > LONGEST_REQUEST:
        raise rtc.RpcError(
            BAD_REQUEST,
            f"the request has {len(payload)} characters; send {LONGEST_REQUEST} at most",
        )
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])[:64] or "the request"
        raise rtc.RpcError(BAD_REQUEST, f"{place}: {wrong['msg']}") from None
