"""The paid service that hears in a variant of a suite: emulated on loopback, with its faults."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Final, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from lab.emulators import elevenlabs_faults, openai_messages
from lab.emulators.elevenlabs import ElevenLabsEmulator
from lab.emulators.known_speech import KnownLine, KnownSpeech
from lab.emulators.openai_transcription import OpenAITranscription
from lab.emulators.recognition import PocketSphinx, Recognizer
from lab.emulators.serving import Emulator, running_emulator
from stack.ports import find_free_port

LOCAL: Final = "pocketsphinx"
"""The recognizer on this machine, as the settings call it."""
SETTINGS: Final = frozenset(
    {
        "STT",
        "ELEVENLABS_API_KEY",
        "ELEVENLABS_BASE_URL",
        "STT_OPENAI_API_KEY",
        "STT_OPENAI_BASE_URL",
    }
)
"""What a provider sets by itself."""


class _Provider(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fallback: bool = False
    """Whether the recognizer on this machine stands behind it."""
    exact: StrictBool = False
    """Whether it knows the call's recordings, and hears each word as the call file writes it."""

    def chain(self, name: str) -> str:
        """Return who is asked, as the setting STT has it."""
        return f"{name},{LOCAL}" if self.fallback else name


class ElevenLabsProvider(_Provider):
    """ElevenLabs realtime."""

    name: Literal["elevenlabs"]
    faults: tuple[elevenlabs_faults.Fault, ...] = ()
    """Script of each call."""


class OpenAIProvider(_Provider):
    """A server with OpenAI's `audio.transcriptions`."""

    name: Literal["openai"]
    faults: tuple[openai_messages.Fault, ...] = ()
    """Script of each call; every request takes the next one."""


Provider = Annotated[ElevenLabsProvider | OpenAIProvider, Field(discriminator="name")]


class RunningProvider:
    """An emulated provider with an address of its own, which can go and come back during a call.

    Made by `running_provider`. It recognizes what it is sent with pocketsphinx, or knows it: its
    text is real, and a word that is not sent is not in it.
    """

    def __init__(self, provider: Provider, recognizer: Recognizer) -> None:
        self._provider = provider
        self._recognizer = recognizer
        self._key = secrets.token_hex(16)
        self._port = find_free_port()
        self._emulator = self._new_emulator()
        self._serving = AsyncExitStack()

    @property
    def settings(self) -> dict[str, str]:
        """What leads Sidenote to it."""
        chain = self._provider.chain(self._provider.name)
        address = f"http://127.0.0.1:{self._port}{self._emulator.base_path}"
        prefix = "ELEVENLABS" if self._provider.name == "elevenlabs" else "STT_OPENAI"
        return {"STT": chain, f"{prefix}_API_KEY": self._key, f"{prefix}_BASE_URL": address}

    @property
    def heard_seconds(self) -> float:
        """Audio that it has received in this call."""
        return self._emulator.heard_seconds

    @property
    def unplayed(self) -> list[str]:
        """The kinds of its faults that have not come in this call."""
        kinds = {str(fault.kind): None for fault in self._provider.faults if fault.kind != "none"}
        return [kind for kind in kinds if kind not in self._emulator.played]

    async def begin_call(self, lines: Sequence[KnownLine] = ()) -> None:
        """Be there, with the whole script of faults still to come.

        Args:
            lines: what will be said; for a provider that is exact.
        """
        await self.stop()
        if self._provider.exact:
            self._recognizer = KnownSpeech(lines)
        self._emulator = self._new_emulator()
        self._emulator.script(self._provider.faults)
        await self.start()

    async def start(self) -> None:
        """Listen at its address, as before a `stop`."""
        await self.stop()
        await self._serving.enter_async_context(running_emulator(self._emulator, self._port))

    async def stop(self) -> None:
        """Break every connection, and take no more."""
        await self._serving.aclose()

    def _new_emulator(self) -> Emulator:
        match self._provider.name:
            case "elevenlabs":
                return ElevenLabsEmulator(self._recognizer, api_key=self._key)
            case "openai":
                return OpenAITranscription(self._recognizer, api_key=self._key)
            case _:
                assert_never(self._provider)


@asynccontextmanager
async def running_provider(provider: Provider) -> AsyncIterator[RunningProvider]:
    """Run the emulator of a provider, with one process that recognizes unless it is exact."""
    async with AsyncExitStack() as opened:
        recognizer: Recognizer = KnownSpeech(())
        if not provider.exact:
            recognizer = await opened.enter_async_context(PocketSphinx())
        running = RunningProvider(provider, recognizer)
        try:
            await running.start()
            yield running
        finally:
            await running.stop()
