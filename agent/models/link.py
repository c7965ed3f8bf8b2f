"""One model of one server: asks it once, and gives what it writes while it writes it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import openai

from agent.models.failure import LinkError, failure_of
from agent.models.pace import Pace
from agent.models.request import ModelRequest, Reading
from agent.models.schema import Dialect
from agent.models.written import read_answer, read_partial
from agent.usage import Reserve, Usage
from settings.advice import ModelAddress
from transcript_buffer import estimate_tokens

CAPPED: Final = "costs more than the cap on spending leaves"
_LAST_WORDS_SECONDS: Final = 0.5
"""How long the figures of usage may take behind the end of an answer."""
_BAD_ANSWERS: Final = 2
"""So many in a row that are not the JSON asked for, and a weaker form is tried: the server takes
a schema and does nothing with it."""
_NO_MODELS_PATH: Final = frozenset({404, 405, 501})


@dataclass(slots=True)
class _Answer:
    """What one request has brought so far."""

    text: str = ""
    finished: str | None = None
    usage: Any = None
    taken: bool = False
    """Whether the server has begun on it: then it may bill it."""

    def take(self, event: Any) -> bool:
        """Note an event of the stream; True if it brought text.

        Raises:
            LinkError: the model refuses.
        """
        self.usage = event.usage or self.usage
        if not event.choices:  # the event with the usage has none, and some servers send more
            return False
        choice = event.choices[0]
        self.finished = choice.finish_reason or self.finished
        if choice.delta.refusal or self.finished == "content_filter":
            raise LinkError("refuses to answer this")
        self.text += choice.delta.content or ""
        return bool(choice.delta.content)


class ModelLink:
    """A model that can be asked."""

    def __init__(self, address: ModelAddress, reserve: Reserve) -> None:
        self.name = address.model
        self.provider = _provider(address.base_url)
        self.pace = Pace(address.requests_per_minute)
        self._options = address.options
        self._reserve = reserve
        self._dialect = Dialect(
            limit_name="max_completion_tokens" if self.provider == "openai" else "max_tokens"
        )
        self._bad_answers = 0
        self._client = openai.AsyncOpenAI(
            api_key=address.key, base_url=address.base_url, max_retries=0
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    def estimate(self, request: ModelRequest) -> Usage:
        """Return the most that a request can use."""
        characters = sum(len(message.content) for message in request.messages)
        return self._usage(input_tokens=characters / 3, output_tokens=request.most_tokens)

    async def stream(
        self, request: ModelRequest, *, deadline: float, step_seconds: float | None
    ) -> AsyncGenerator[Reading, None]:
        """Ask once, and yield the answer as it grows; the last reading is complete.

        Args:
            request: what is asked.
            deadline: when the whole answer must be there, in the loop's time.
            step_seconds: how long the first words, and each further ones, may take; None: until
                the deadline.

        Raises:
            LinkError: there is no usable answer. The pace knows already what it says of limits.
        """
        reservation = self._reserve(self.estimate(request))
        if reservation is None:
            raise LinkError(CAPPED)
        answer = _Answer()
        try:
            async with aclosing(self._read(request, answer, deadline, step_seconds)) as readings:
                async for reading in readings:
                    yield reading
        except (openai.APIError, TimeoutError, ValueError, TypeError, AttributeError) as error:
            # The last three: the stream is not what the protocol says.
            failure = failure_of(error)
            self._keep_away(failure)
            raise failure from None
        finally:
            reservation.settle(self._spent(request, answer))

    async def probe(self) -> None:
        """Find out whether the server answers and knows the key, without spending anything.

        Raises:
            LinkError: it does not.
        """
        try:
            await self._client.models.with_raw_response.list(timeout=5.0)
        except openai.APIStatusError as error:
            if error.status_code not in _NO_MODELS_PATH:
                raise failure_of(error) from None
        except openai.APIError as error:
            raise failure_of(error) from None

    async def _read(
        self, request: ModelRequest, answer: _Answer, deadline: float, step_seconds: float | None
    ) -> AsyncGenerator[Reading, None]:
        until = _until(deadline, step_seconds)
        stream = await _within(until, self._open(request, answer))
        async with stream:
            self.pace.answered(_lower(stream.response.headers), _now())
            events = aiter(stream)
            while answer.finished is None:
                try:
                    event = await _within(until, anext(events))
                except StopAsyncIteration:
                    break
                if answer.take(event):
                    until = _until(deadline, step_seconds)
                    if fields := read_partial(answer.text):
                        yield Reading(partial=fields, complete=None, model=self.name)
            await _read_usage(events, answer)
        yield self._complete(request, answer)

    async def _open(self, request: ModelRequest, answer: _Answer) -> Any:
        """Begin, in the strictest words that the server takes, and remember them."""
        dialect = self._dialect
        refused: list[Dialect] = []
        tokens = round(sum(self.estimate(request).amounts.values()))
        while True:
            self.pace.sent(tokens, _now())
            answer.taken = True  # until it says otherwise: it may have read what nobody reads on
            try:
                stream = await self._client.chat.completions.create(
                    model=self.name, extra_body=self._options, **dialect.parameters(request)
                )
            except openai.APIStatusError as error:
                answer.taken = False
                refused.append(dialect)
                other = dialect.after(error) if error.status_code in {400, 422} else None
                if other is None or other in refused:
                    raise
                dialect = other
                continue
            except openai.APIError:
                answer.taken = False
                raise
            self._dialect = dialect
            return stream

    def _complete(self, request: ModelRequest, answer: _Answer) -> Reading:
        if answer.finished == "length":
            raise LinkError("wrote more than it may")
        if not answer.text:
            raise LinkError("answered nothing", reason="provider_down", retry=True)
        complete = read_answer(answer.text, request.answer)
        if complete is None:
            self._count_bad_answer()
            raise LinkError("did not write the JSON that was asked for", retry=True)
        self._bad_answers = 0
        return Reading(partial=complete.model_dump(mode="json"), complete=complete, model=self.name)

    def _count_bad_answer(self) -> None:
        self._bad_answers += 1
        if self._bad_answers >= _BAD_ANSWERS:
            self._bad_answers = 0
            self._dialect = self._dialect.weaker() or self._dialect

    def _keep_away(self, failure: LinkError) -> None:
        if failure.limited:
            self.pace.limited(failure.headers, _now())
        elif failure.wait_seconds is not None:
            self.pace.hold(failure.wait_seconds, _now())

    def _spent(self, request: ModelRequest, answer: _Answer) -> Usage | None:
        told = answer.usage
        if told is not None:
            details = told.prompt_tokens_details
            return self._usage(
                input_tokens=told.prompt_tokens,
                cached_tokens=(details and details.cached_tokens) or 0,
                output_tokens=told.completion_tokens,
                cost=getattr(told, "cost", None),
            )
        if not answer.taken:
            return None
        read = sum(estimate_tokens(message.content) for message in request.messages)
        return self._usage(
            input_tokens=read, output_tokens=estimate_tokens(answer.text), estimated=True
        )

    def _usage(
        self,
        *,
        input_tokens: float,
        output_tokens: float,
        cached_tokens: float = 0,
        cost: float | None = None,
        estimated: bool = False,
    ) -> Usage:
        return Usage(
            provider=self.provider,
            model=self.name,
            amounts={
                "input_tokens": input_tokens,
                "cached_tokens": cached_tokens,
                "output_tokens": output_tokens,
            },
            estimated=estimated,
            cost=cost if isinstance(cost, int | float) else None,
        )


async def _read_usage(events: AsyncIterator[Any], answer: _Answer) -> None:
    """Read what stands behind the end of an answer: the figures, if they come."""
    try:
        async with asyncio.timeout(_LAST_WORDS_SECONDS):
            async for event in events:
                answer.usage = event.usage or answer.usage
    except (openai.APIError, TimeoutError, ValueError, TypeError, AttributeError):
        return  # the answer is whole; what it cost is estimated then


async def _within(until: float, waited_for: Any) -> Any:
    async with asyncio.timeout_at(until):
        return await waited_for


def _until(deadline: float, step_seconds: float | None) -> float:
    return deadline if step_seconds is None else min(deadline, _now() + step_seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _provider(base_url: str | None) -> str:
    host = urlsplit(base_url or "").hostname or "api.openai.com"
    return "openai" if host == "api.openai.com" else host
