"""Several models that read the same at once, each on its own."""

from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Self, TypeVar

from pydantic import BaseModel

from agent.models.chain import ModelChain, Patience
from agent.models.link import ModelLink
from agent.models.request import ModelError, ModelRequest, Models
from agent.usage import Reserve
from settings.advice import ModelAddress

Answer = TypeVar("Answer", bound=BaseModel)


class Panel:
    """Models by the name under which minutes mention them. Use as an async context manager."""

    def __init__(
        self, addresses: Sequence[ModelAddress], reserve: Reserve, timeout_seconds: float
    ) -> None:
        """Connect nothing yet.

        Args:
            addresses: best first.
            reserve: keeps money for each request.
            timeout_seconds: for one answer.
        """
        self.models: dict[str, Models] = {}
        self._closing = AsyncExitStack()
        for address in addresses:
            # Each by itself: the next one is no stand-in, it reads the same already.
            chain = ModelChain(
                [ModelLink(address, reserve)],
                patience=Patience(whole_seconds=timeout_seconds),
            )
            self._closing.push_async_callback(chain.aclose)
            self.models[_label(address.model, self.models)] = chain

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()


async def ask(models: Models, request: ModelRequest, answer: type[Answer]) -> tuple[Answer, str]:
    """Return the whole answer to a request, and the name of the model that wrote it.

    Raises:
        ModelError: there is none.
    """
    async with aclosing(models.stream(request)) as readings:
        async for reading in readings:
            if isinstance(reading.complete, answer):
                return reading.complete, reading.model
    raise ModelError("the answer is not what was asked for")


def _label(model: str, taken: dict[str, Models]) -> str:
    """Return a name of its own: two servers may have a model of the same name."""
    number = 1
    label = model
    while label in taken:
        number += 1
        label = f"{model} ({number})"
    return label
