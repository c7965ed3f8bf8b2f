"""Recorded lines, spoken in turns by two participants, and what a third client reads of them."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import soundfile
from livekit import rtc

from benchmarks.rooms import Client, MediaAccess
from lab.call_file import load_call
from lab.microphone import Microphone, Samples, Speech
from lab.voices import RenderedLine, read_index, voices_folder
from wire.roles import Role
from wire.topics import TRANSCRIPTION

CALL = Path("lab/calls/sales.yaml")
PAUSE_SECONDS = 0.3
"""Silence between two lines."""
WARM_UP_SECONDS = 5.0
"""From the agent's coming to the first word: what it starts for the speakers is there by then."""
SETTLE_SECONDS = 5.0
"""How long the last final may take."""


@dataclass(slots=True, kw_only=True)
class PlayedLine:
    """A line of the call and, once it is spoken, its speech."""

    who: str
    rendered: RenderedLine
    samples: Samples
    speech: Speech | None = None

    @property
    def seconds(self) -> float:
        """How long it lasts with the pause before it."""
        return self.rendered.seconds + PAUSE_SECONDS

    @property
    def started_at_seconds(self) -> float:
        """When it began, since the Unix epoch."""
        assert self.speech
        return self.speech.start_seconds

    @property
    def last_word_ended_at_seconds(self) -> float:
        """When its last word was over, since the Unix epoch."""
        return self.started_at_seconds + self.rendered.word_ends[-1].end_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinal:
    """A final as it arrived at the third client."""

    received_at_seconds: float
    """Since the Unix epoch."""
    sender: str
    text: str


def read_lines() -> list[PlayedLine]:
    """Return the lines of the call with their audio."""
    call = load_call(CALL)
    folder = voices_folder(CALL)
    lines = []
    for line, rendered in zip(call.lines, read_index(folder).lines, strict=True):
        samples, _rate = soundfile.read(folder / rendered.file, dtype="int16")
        lines.append(PlayedLine(who=line.who, rendered=rendered, samples=samples))
    return lines


class SpokenCall:
    """Two speakers and a listener in a room; use as an async context manager."""

    def __init__(self, access: MediaAccess, room_name: str) -> None:
        self._access = access
        self._room_name = room_name
        self._exits = AsyncExitStack()
        self._microphones: dict[str, Microphone] = {}
        self._identities: dict[str, str] = {}
        self._listener = Client()
        self._lines: list[PlayedLine] = []
        self.finals: list[ReadFinal] = []

    async def __aenter__(self) -> "SpokenCall":
        async with self._exits as opening:
            self._tasks = await opening.enter_async_context(asyncio.TaskGroup())
            self.listen(self._listener.room)
            # Hidden: the plain way listens to whoever is seen, and this one is no part of the call.
            await self._join(self._listener, "guest", "Listener", opening, hidden=True)
            for participant in load_call(CALL).participants:
                client = Client()
                identity = await self._join(client, participant.role, participant.name, opening)
                self._identities[participant.identity] = identity
                microphone = await self._open_microphone(client, opening)
                self._microphones[participant.identity] = microphone
            self._exits = opening.pop_all()
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self._exits.aclose()

    def listen(self, room: rtc.Room) -> None:
        """Take the finals that come into the listener's room, from LiveKit's text streams."""
        room.register_text_stream_handler(TRANSCRIPTION, self._on_stream)

    def take_final(self, sender: str, text: str) -> None:
        """Note a final that has arrived now."""
        if text.strip():
            final = ReadFinal(received_at_seconds=time.time(), sender=sender, text=text)
            self.finals.append(final)

    async def wait_until_warm(self) -> None:
        """Wait until the agent is there, and some seconds more.

        Raises:
            BenchmarkError: no agent came.
        """
        await self._listener.wait_for_agent()
        await asyncio.sleep(WARM_UP_SECONDS)

    async def play(self, lines: list[PlayedLine]) -> float:
        """Speak the lines and wait for their finals; return how many seconds that took."""
        began = time.monotonic()
        self._lines = lines
        for line in lines:
            await asyncio.sleep(PAUSE_SECONDS)
            line.speech = self._microphones[line.who].say(line.samples)
            await line.speech.wait()
        await asyncio.sleep(SETTLE_SECONDS)
        return time.monotonic() - began

    def final_delays_ms(self) -> list[float | None]:
        """Return for each line the milliseconds from its last word to its last final.

        None: after its last word nothing came before the same speaker's next line.
        """
        delays: list[float | None] = []
        for index, line in enumerate(self._lines):
            later = (each for each in self._lines[index + 1 :] if each.who == line.who)
            following = next(later, None)
            until = following.started_at_seconds if following else float("inf")
            ended = line.last_word_ended_at_seconds
            received = [
                final.received_at_seconds
                for final in self.finals
                if final.sender == self._identities[line.who]
                and ended < final.received_at_seconds < until
            ]
            delays.append((max(received) - ended) * 1000 if received else None)
        return delays

    def words(self) -> tuple[list[str], list[str]]:
        """Return what each speaker said, and what was read of him, in the same order."""
        said, heard = [], []
        for who, identity in self._identities.items():
            said.append(" ".join(each.rendered.words for each in self._lines if each.who == who))
            heard.append(" ".join(each.text for each in self.finals if each.sender == identity))
        return said, heard

    async def _join(
        self,
        client: Client,
        role: Role,
        name: str,
        opening: AsyncExitStack,
        *,
        hidden: bool = False,
    ) -> str:
        identity = self._access.identity(self._room_name, role)
        opening.push_async_callback(client.room.disconnect)
        token = self._access.token(self._room_name, identity, name, hidden=hidden)
        await client.connect(self._access.url, token)
        return identity

    async def _open_microphone(self, client: Client, opening: AsyncExitStack) -> Microphone:
        microphone = Microphone()
        await client.room.local_participant.publish_track(
            microphone.track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        task = self._tasks.create_task(microphone.run())
        opening.callback(task.cancel)
        return microphone

    def _on_stream(self, reader: rtc.TextStreamReader, sender: str) -> None:
        self._tasks.create_task(self._read(reader, sender))

    async def _read(self, reader: rtc.TextStreamReader, sender: str) -> None:
        text = await reader.read_all()
        attributes = reader.info.attributes or {}
        if attributes.get("lk.transcription_final") == "true":
            self.take_final(sender, text)
