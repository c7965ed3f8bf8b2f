"""The language models that advise in a variant of a suite: emulated on loopback, with faults."""

import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from lab.emulators.openai_chat import OpenAIChat, running_chat
from lab.emulators.openai_chat_faults import Fault
from lab.emulators.openai_chat_models import ChatModel
from stack.ports import find_free_port

SETTINGS: Final = frozenset({"LLM_MODELS", "LLM_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"})
"""What models set by themselves, or would contradict."""
_TOO_MANY: Final = 429


class Model(BaseModel):
    """One model, in the order in which Sidenote asks them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=120)]
    faults: tuple[Fault, ...] = ()
    """Script of each call; every request to this model takes the next one."""
    requests_per_window: Annotated[int, Field(ge=1)] | None = None
    """Its rate limit, which its answers tell; None: none."""
    window_seconds: Annotated[float, Field(gt=0)] = 60.0
    answers: StrictBool | None = None
    """Whether it must have answered in each call (true), or must not have (false)."""


class ModelUse(BaseModel):
    """What a model was asked in one call."""

    name: str
    requests: int = 0
    answered: int = 0
    """To the end."""
    limited: int = 0
    """Refused for the rate limit."""
    limited_in_a_row: int = 0
    """Refused for it right after such a refusal."""

    def __str__(self) -> str:
        told = f"{self.name} answered {self.answered} of {self.requests} requests"
        limits = f", {self.limited} refused for the rate, {self.limited_in_a_row} in a row"
        return told + (limits if self.limited else "")


class RunningModels:
    """Emulated models at one address. Made by `running_models`."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = models
        self._key = secrets.token_hex(16)
        self._port = find_free_port()
        self._emulator = self._new_emulator()
        self._serving = AsyncExitStack()

    @property
    def settings(self) -> dict[str, str]:
        """What leads Sidenote to them."""
        server = f"http://127.0.0.1:{self._port}/v1"
        addresses = [
            {"model": model.name, "server": server, "api_key": self._key} for model in self._models
        ]
        return {"LLM_MODELS": json.dumps(addresses)}

    @property
    def instructions(self) -> list[str]:
        """What the models were told to do in this call, each text once."""
        requests = self._emulator.record.requests
        told = (seen.body["messages"][0]["content"] for seen in requests)
        return list(dict.fromkeys(told))

    def uses(self) -> list[ModelUse]:
        """Return what each model was asked in this call."""
        uses = {model.name: ModelUse(name=model.name) for model in self._models}
        last: dict[str, int] = {}
        for seen in self._emulator.record.requests:
            use = uses[seen.model]
            limited = seen.status == _TOO_MANY
            use.requests += 1
            use.answered += seen.status == 200 and not seen.cut
            use.limited += limited
            use.limited_in_a_row += limited and last.get(seen.model) == _TOO_MANY
            last[seen.model] = seen.status
        return list(uses.values())

    def failures(self) -> list[str]:
        """Return what this call has not shown, or should not have."""
        played = {(seen.model, seen.fault) for seen in self._emulator.record.requests}
        told = [
            f"models: fault {fault.kind} of {model.name} never came"
            for model in self._models
            for fault in model.faults
            if fault.kind != "none" and (model.name, fault.kind) not in played
        ]
        for model, use in zip(self._models, self.uses(), strict=True):
            if use.limited_in_a_row:
                told.append(f"models: {model.name} hit its rate limit {use.limited_in_a_row + 1}x")
            if model.answers is not None and model.answers != bool(use.answered):
                told.append(f"models: {model.name} answered {use.answered} of {use.requests}")
        return told

    async def begin_call(self) -> None:
        """Be there, with the whole script of faults still to come."""
        await self.stop()
        self._emulator = self._new_emulator()
        await self.start()

    async def start(self) -> None:
        """Listen at their address."""
        await self._serving.enter_async_context(running_chat(self._emulator, self._port))

    async def stop(self) -> None:
        """Break every connection, and take no more."""
        await self._serving.aclose()

    def _new_emulator(self) -> OpenAIChat:
        emulator = OpenAIChat(
            [
                ChatModel(
                    name=model.name,
                    requests_per_window=model.requests_per_window,
                    window_seconds=model.window_seconds,
                )
                for model in self._models
            ],
            api_key=self._key,
        )
        emulator.script(
            [
                fault.model_copy(update={"model": model.name})
                for model in self._models
                for fault in model.faults
            ]
        )
        return emulator


@asynccontextmanager
async def running_models(models: Sequence[Model]) -> AsyncIterator[RunningModels]:
    """Run the emulator of some models."""
    running = RunningModels(models)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()
