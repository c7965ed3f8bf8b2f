"""Models of the emulator, over real sockets, that write minutes."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from agent.minutes.panel import Panel
from agent.usage import Reserve, free_of_charge
from lab.emulators.openai_chat import API_KEY, OpenAIChat, running_chat
from lab.emulators.openai_chat_models import ChatModel
from settings.advice import ModelAddress


async def serve_models(opened: AsyncExitStack, names: Sequence[str]) -> OpenAIChat:
    models = [ChatModel(name=name) for name in names]
    return await opened.enter_async_context(running_chat(OpenAIChat(models)))


def addresses_of(chat: OpenAIChat, names: Sequence[str]) -> tuple[ModelAddress, ...]:
    return tuple(
        ModelAddress.model_validate({"model": name, "server": chat.base_url, "api_key": API_KEY})
        for name in names
    )


async def open_panel(
    opened: AsyncExitStack,
    chat: OpenAIChat,
    names: Sequence[str],
    *,
    reserve: Reserve = free_of_charge,
    timeout_seconds: float = 20.0,
) -> Panel:
    panel = Panel(addresses_of(chat, names), reserve, timeout_seconds)
    return await opened.enter_async_context(panel)
