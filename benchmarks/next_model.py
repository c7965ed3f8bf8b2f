"""How soon the next model answers when the first one dies, hangs, falls silent or refuses.

From the request to the first model, or its last words, to the first words of the next one, with
the times of the settings. Both are emulated and answer at once, so that what is waited is ours.
"""

import asyncio
from contextlib import AsyncExitStack, aclosing
from typing import Final

from agent.advice_request import AdviceInput
from agent.models.choice import choose_models
from agent.usage import free_of_charge
from lab.emulators.openai_chat import API_KEY, OpenAIChat, running_chat
from lab.emulators.openai_chat_faults import Fault, FaultKind
from lab.emulators.openai_chat_models import ChatModel
from settings import AdviceSettings
from settings.advice import ModelAddress
from transcript_buffer import Segment

FAULTS: Final[tuple[FaultKind, ...]] = ("refuse", "status", "cut", "hang", "pause")
_FIRST: Final = "first"
_LINE: Final = Segment(
    id="SG_1",
    speaker="guest-1",
    name="Ben",
    role="guest",
    text="our trouble is with the invoices",
    start_seconds=1.0,
    end_seconds=2.0,
    final=True,
)


async def measure(rounds: int) -> list[float]:
    """Return milliseconds, of each fault so many."""
    return [await _measure(fault) for _ in range(rounds) for fault in FAULTS]


async def _measure(fault: FaultKind) -> float:
    async with AsyncExitStack() as opened:
        models = [ChatModel(name=name) for name in (_FIRST, "second")]
        chat = await opened.enter_async_context(running_chat(OpenAIChat(models)))
        chat.script([Fault(kind=fault, model=_FIRST)])
        addresses = tuple(
            ModelAddress(model=model.name, server=chat.base_url, api_key=API_KEY)
            for model in models
        )
        # A chain of its own each time: one that has seen the fault asks the next at once.
        chain = choose_models(AdviceSettings(llm_models=addresses), free_of_charge)
        assert chain
        opened.push_async_callback(chain.aclose)
        stream = chain.stream(AdviceInput(lines=[_LINE]).request())
        readings = await opened.enter_async_context(aclosing(stream))
        while (await anext(readings)).model == _FIRST:
            pass
        now = asyncio.get_running_loop().time()
        died = chat.record.requests[0]
        return (now - max([died.at_seconds, *died.pieces_at])) * 1000
