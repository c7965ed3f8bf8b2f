"""What participants may ask of the agent: RPC in, checked, into one method of the call."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from livekit import rtc
from pydantic import BaseModel, ValidationError

from records import StoreUnavailableError
from transcript_buffer import Role
from wire.consent import (
    BAD_REQUEST,
    CONSENT_METHOD,
    NOT_ALLOWED,
    OFF_THE_RECORD_METHOD,
    UNAVAILABLE,
    ConsentRequest,
    ConsentState,
    OffTheRecordRequest,
)

Request = TypeVar("Request", bound=BaseModel)


class Controls:
    """Registers the RPC methods of one call.

    A malformed request, a caller who may not ask, and a store that is away are answered with an
    error that says so, and change nothing.
    """

    def __init__(
        self,
        *,
        find_role: Callable[[str], Role | None],
        on_consent: Callable[[str, ConsentRequest], Awaitable[ConsentState]],
        on_off_the_record: Callable[[OffTheRecordRequest], Awaitable[ConsentState]],
    ) -> None:
        self._find_role = find_role
        self._on_consent = on_consent
        self._on_off_the_record = on_off_the_record

    def register(self, participant: rtc.LocalParticipant) -> None:
        """Answer from now on."""
        participant.register_rpc_method(CONSENT_METHOD, self._consent)
        participant.register_rpc_method(OFF_THE_RECORD_METHOD, self._off_the_record)

    def unregister(self, participant: rtc.LocalParticipant) -> None:
        """Answer no more."""
        for method in (CONSENT_METHOD, OFF_THE_RECORD_METHOD):
            participant.unregister_rpc_method(method)

    async def _consent(self, call: rtc.RpcInvocationData) -> str:
        request = _parse(ConsentRequest, call.payload)
        return await _answered(self._on_consent(call.caller_identity, request))

    async def _off_the_record(self, call: rtc.RpcInvocationData) -> str:
        if self._find_role(call.caller_identity) != "host":
            raise rtc.RpcError(NOT_ALLOWED, "only a host may put the call off the record")
        request = _parse(OffTheRecordRequest, call.payload)
        return await _answered(self._on_off_the_record(request))


async def _answered(answer: Awaitable[ConsentState]) -> str:
    try:
        return (await answer).model_dump_json()
    except StoreUnavailableError:
        raise rtc.RpcError(
            UNAVAILABLE, "the answer could not be kept, so nothing has changed; try again"
        ) from None


def _parse(model: type[Request], payload: str) -> Request:
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in wrong["loc"]) or "the request"
        raise rtc.RpcError(BAD_REQUEST, f"{place}: {wrong['msg']}") from None
