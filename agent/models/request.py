"""What a part of the call asks of a language model, and what it gets."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

Purpose = Literal["advice", "summary", "answer", "command", "minutes_window", "minutes"]


class ModelError(Exception):
    """No model gave a usable answer; the text says why and holds nothing that was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the conversation with a model."""

    role: Literal["system", "user"]
    """system: our own instructions, and never a word of the call."""
    content: str
    """Of a user message: JSON, so that speech cannot leave its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question to whichever model can answer it."""

    purpose: Purpose
    """Names the schema; the instructions need not be told by it."""
    messages: Sequence[Message]
    """System first. Where a model knows no schemas, the schema is added to the system message."""
    answer: type[BaseModel]
    """What the answer must validate as. Its fields come in their order: what is shown while the
    answer is being written stands behind what it rests on."""
    most_tokens: int
    """Of the answer; a longer one is a failure."""
    timeout_seconds: float | None = None
    """For the whole answer, all models together; None: the chain's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An answer as far as it has been written."""

    partial: Mapping[str, Any]
    """The fields so far, not validated; the last string may be unfinished. When a model dies in
    mid-stream the next one begins anew: then this holds less than the reading before."""
    complete: BaseModel | None
    """The validated answer; in the last reading, and only there."""
    model: str
    """Name of the model that writes."""


class Models(Protocol):
    """What the parts of a call know of the models: `agent.models.chain.ModelChain`."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[Reading, None]:
        """Yield the answer as it grows; the last reading is complete.

        Whoever leaves the loop early closes it (`contextlib.aclosing`): the request ends with it.

        Raises:
            ModelError: none answers.
        """
