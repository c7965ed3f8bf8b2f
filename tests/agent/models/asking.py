"""Requests as the parts of a call make them, and models that answer from the emulator."""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Any

from agent.advice_request import AdviceInput
from agent.models.chain import ModelChain, Patience
from agent.models.link import ModelLink
from agent.models.request import ModelRequest, Reading
from agent.stt.health import ChainTimes
from agent.usage import Reservation, Usage
from lab.emulators.openai_chat import API_KEY, OpenAIChat, running_chat
from lab.emulators.openai_chat_models import ChatModel
from settings.advice import ModelAddress
from transcript_buffer import Segment

PRIVATE = "our biggest customer has cancelled"


def line(number: int, text: str, role: str = "guest", speaker: str = "") -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker=speaker or f"{role}-1",
        name={"guest": "Ben", "host": "Ana"}[role],
        role=role,  # type: ignore[arg-type]
        text=text,
        start_seconds=float(number),
        end_seconds=number + 0.5,
        final=True,
    )


LINES = [line(1, "how are you", "host"), line(2, f"bad because {PRIVATE}")]
SAID = "Ask Ben to say more about cancelled."


def advice(*lines: Segment) -> ModelRequest:
    return AdviceInput(lines=lines or LINES).request()


class Money:
    """Counts what is spent, and lets nothing pass when there is none left."""

    def __init__(self) -> None:
        self.left = True
        self.estimates: list[Usage] = []
        self.settled: list[Usage | None] = []

    def reserve(self, estimate: Usage) -> Reservation | None:
        if not self.left:
            return None
        self.estimates.append(estimate)
        return self

    def settle(self, usage: Usage | None) -> None:
        self.settled.append(usage)


class Served:
    """Emulated models, and a chain that asks them in their order."""

    def __init__(
        self, chat: OpenAIChat, chain: ModelChain, money: Money, address: ModelAddress
    ) -> None:
        self.chat = chat
        self.address = address
        """Of the first model."""
        self.chain = chain
        self.money = money
        self.changes: list[tuple[str, str]] = []
        chain.on_change = self._on_change

    def _on_change(self) -> None:
        self.changes.append((self.chain.active_name, self.chain.quiet_because))

    @property
    def asked(self) -> list[str]:
        """Which models were asked, in their order."""
        return [seen.model for seen in self.chat.record.requests]

    async def ask(self, request: ModelRequest | None = None) -> list[Reading]:
        return await read(self.chain.stream(request or advice()))


async def read(readings: AsyncGenerator[Reading, None]) -> list[Reading]:
    return [reading async for reading in readings]


async def serve(
    opened: AsyncExitStack,
    *models: ChatModel,
    first_token_seconds: float = 0.3,
    whole_seconds: float = 30.0,
    times: ChainTimes | None = None,
    **address: Any,
) -> Served:
    chat = await opened.enter_async_context(running_chat(OpenAIChat(models or (ChatModel(),))))
    money = Money()
    fields = {"server": chat.base_url, "api_key": API_KEY} | address
    addresses = [ModelAddress(model=model.name, **fields) for model in models or (ChatModel(),)]
    chain = ModelChain(
        [ModelLink(address, money.reserve) for address in addresses],
        patience=Patience(first_token_seconds=first_token_seconds, whole_seconds=whole_seconds),
        times=times,
    )
    opened.push_async_callback(chain.aclose)
    return Served(chat, chain, money, addresses[0])


def material_of(body: dict[str, Any]) -> dict[str, Any]:
    material: dict[str, Any] = json.loads(body["messages"][-1]["content"])
    return material
