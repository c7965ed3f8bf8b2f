"""Models that answer what a test has written down, as a provider's stream would."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from pydantic import BaseModel

from agent.models.request import ModelError, ModelRequest, Reading

Script = Callable[[ModelRequest], list[Mapping[str, Any]]]
"""Returns the answer as it grows; the last step must be complete."""


class ScriptedModels:
    """Answers by a script, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._script = script
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncIterator[Reading]:
        self.requests.append(request)
        steps = self._script(request)
        for step in steps[:-1]:
            yield Reading(partial=step, complete=None, model=self.name)
        answer: BaseModel = request.answer.model_validate(steps[-1])
        yield Reading(partial=answer.model_dump(), complete=answer, model=self.name)


class SilentModels:
    """Answers nothing."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[Reading]:
        raise ModelError("no model answers")
        yield
