"""What participants may ask of the agent: RPC in, checked by a table, into one action each."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar

from livekit import rtc
from pydantic import BaseModel, ValidationError

from agent.refusals import RefusedError
from records import StoreUnavailableError
from transcript_buffer import Role
from wire.consent import BAD_REQUEST, NOT_ALLOWED, TOO_MANY_REQUESTS, UNAVAILABLE

Request = TypeVar("Request", bound=BaseModel)

LONGEST_REQUEST: Final = 1000
"""Characters; a request without free text needs no hundred."""
LONGEST_TEXT_REQUEST: Final = 14_000
"""Characters of a request that carries what a host typed; an RPC carries 15 KiB."""
WAITING_REQUESTS: Final = 8
"""Requests of one caller that may wait; with more, the newest is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method(Generic[Request]):
    """One RPC method."""

    name: str
    """As in `wire`."""
    request: type[Request]
    action: Callable[[str, Request], Awaitable[BaseModel]]
    """Takes the caller's identity and the request; returns the reply. May raise `RefusedError`,
    and `StoreUnavailableError` when nothing has changed because of it."""
    who: Literal["host", "anyone"] = "host"
    longest: int = LONGEST_REQUEST
    """Characters of a request."""


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
        on_caller: Callable[[str], object],
        methods: Sequence[Method[Any]],
    ) -> None:
        """Begin with nothing registered.

        Args:
            participant: the agent.
            find_role: returns what the token server sealed into an identity; None if it did not.
            on_caller: takes the identity of whoever asks, before what it asks for is done.
            methods: by which one may ask.
        """
        self._participant = participant
        self._find_role = find_role
        self._on_caller = on_caller
        self._methods = methods
        self._tasks = asyncio.TaskGroup()
        self._one_at_a_time = asyncio.Lock()
        self._waiting: Counter[str] = Counter()

    async def __aenter__(self) -> "Controls":
        await self._tasks.__aenter__()
        for method in self._methods:
            self._participant.register_rpc_method(method.name, partial(self._answer, method))
        return self

    async def __aexit__(self, *raised: Any) -> None:
        for method in self._methods:
            self._participant.unregister_rpc_method(method.name)
        await self._tasks.__aexit__(*raised)

    async def _answer(self, method: Method[Request], call: rtc.RpcInvocationData) -> str:
        caller = call.caller_identity
        if method.who == "host" and self._find_role(caller) != "host":
            raise rtc.RpcError(NOT_ALLOWED, "only a host of this call may ask for this")
        request = _parse(method, call.payload)
        if self._waiting[caller] >= WAITING_REQUESTS:
            raise rtc.RpcError(
                TOO_MANY_REQUESTS, f"{WAITING_REQUESTS} requests wait; wait for their answers"
            )
        # Before the action: what comes of it is sent to a host who is not announced yet, too.
        self._on_caller(caller)
        self._waiting[caller] += 1
        reply: asyncio.Future[BaseModel] = asyncio.get_running_loop().create_future()
        self._tasks.create_task(self._settle(reply, caller, method, request), name="control")
        # The library cancels this when the caller waits no longer; the action goes on.
        return (await reply).model_dump_json()

    async def _settle(
        self,
        reply: asyncio.Future[BaseModel],
        caller: str,
        method: Method[Request],
        request: Request,
    ) -> None:
        try:
            async with self._one_at_a_time:
                answer = await _carry_out(method, caller, request)
        except rtc.RpcError as error:
            if not reply.done():
                reply.set_exception(error)
        else:
            if not reply.done():
                reply.set_result(answer)
        finally:
            self._waiting -= Counter({caller: 1})


async def _carry_out(method: Method[Request], caller: str, request: Request) -> BaseModel:
    try:
        return await method.action(caller, request)
    except RefusedError as error:
        raise rtc.RpcError(error.code, str(error)) from None
    except StoreUnavailableError:
        raise rtc.RpcError(
            UNAVAILABLE, "the store is away, so nothing has changed; try again"
        ) from None


def _parse(method: Method[Request], payload: str) -> Request:
    if len(payload) > method.longest:
        raise rtc.RpcError(
            BAD_REQUEST,
            f"the request has {len(payload)} characters; send {method.longest} at most",
        )
    try:
        return method.request.model_validate_json(payload)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])[:64] or "the request"
        raise rtc.RpcError(BAD_REQUEST, f"{place}: {wrong['msg']}") from None
