"""Plays a scripted call over real WebRTC and records what every participant saw."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import soundfile
from livekit import rtc

from lab.call_file import CallFile, Line, Participant
from lab.microphone import Microphone, Samples, Speech
from lab.voices import RenderedLine, VoiceIndex
from lab.witness import Witness

SETTLE_SECONDS: Final = 2.5
"""How long the last final and talking point may take after the last word."""
AGENT_SECONDS: Final = 20.0
"""How long the call waits for its agent before it begins."""


class PlayError(Exception):
    """The call could not be played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """A line as it is really played."""

    line: Line
    rendered: RenderedLine
    speech: Speech

    @property
    def speech_end_seconds(self) -> float:
        """When the last word was over, since the Unix epoch."""
        return self.speech.start_seconds + self.rendered.word_ends[-1].end_seconds

    def phrase_end_seconds(self, phrase: str) -> float:
        """When a phrase of the line was over, since the Unix epoch."""
        return self.speech.start_seconds + self.rendered.phrase_end_seconds(phrase)


@dataclass(slots=True, kw_only=True)
class Recording:
    """A call that was played."""

    call: CallFile
    room_name: str
    joined_seconds: dict[str, float] = field(default_factory=dict)
    """By the identity of the call file: when its connect call began."""
    lines: list[SpokenLine] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    """By the identity of the call file."""
    real_identities: dict[str, str] = field(default_factory=dict)
    """What the token server made of the identities of the call file."""


class CallPlayer:
    """Plays one call in a room of its own."""

    def __init__(
        self,
        call: CallFile,
        voices: VoiceIndex,
        folder: Path,
        token_server_url: str,
        api_key: str | None = None,
    ) -> None:
        self._call = call
        self._voices = voices
        self._folder = folder
        self._url = token_server_url
        self._headers = {"X-API-Key": api_key} if api_key else {}
        self._microphones: dict[str, Microphone] = {}
        self.recording = Recording(call=call, room_name="")
        for participant in call.participants:
            self.recording.witnesses[participant.identity] = Witness(
                identity="", name=participant.name, role=participant.role
            )

    async def play(self) -> Recording:
        """Play the call from the first join to the last hang-up.

        Raises:
            PlayError: the token server refused, or the agent did not come.
        """
        audio = [_read_audio(self._folder / line.file) for line in self._voices.lines]
        async with AsyncExitStack() as exits, asyncio.TaskGroup() as tasks:
            http = await exits.enter_async_context(aiohttp.ClientSession())
            room = await self._post(http, "/rooms", {"playbook": self._call.playbook})
            self.recording.room_name = room["room_name"]
            rooms = [
                await self._join(http, participant, room, tasks)
                for participant in self._call.participants
            ]
            microphones = [
                tasks.create_task(microphone.run()) for microphone in self._microphones.values()
            ]
            try:
                await self._wait_for_agent()
                await self._speak(audio)
                await asyncio.sleep(SETTLE_SECONDS)
            finally:
                for task in microphones:
                    task.cancel()
                for each in rooms:
                    await each.disconnect()
                await self._delete(http, room["room_name"])
        return self.recording

    async def _join(
        self,
        http: aiohttp.ClientSession,
        participant: Participant,
        room: dict[str, Any],
        tasks: asyncio.TaskGroup,
    ) -> rtc.Room:
        token = await self._post(
            http,
            "/tokens",
            {"participant_identity": participant.identity, "participant_name": participant.name},
            {"Authorization": f"Bearer {room[participant.role]['invitation']}"},
        )
        client = rtc.Room()
        witness = self.recording.witnesses[participant.identity]
        witness.attach(client, tasks)
        self.recording.joined_seconds[participant.identity] = time.time()
        await client.connect(token["server_url"], token["participant_token"])
        witness.look_around(client)
        witness.identity = client.local_participant.identity
        self.recording.real_identities[participant.identity] = witness.identity
        microphone = Microphone()
        await client.local_participant.publish_track(
            microphone.track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        self._microphones[participant.identity] = microphone
        return client

    async def _wait_for_agent(self) -> None:
        for _ in range(round(AGENT_SECONDS / 0.05)):
            if all(each.agent_seen_seconds for each in self.recording.witnesses.values()):
                return
            await asyncio.sleep(0.05)
        raise PlayError(
            f"no agent came within {AGENT_SECONDS:.0f} s; {self._url}/ready says what is missing"
        )

    async def _speak(self, audio: list[Samples]) -> None:
        start = time.time()
        offsets = self._call.starts_seconds([line.seconds for line in self._voices.lines])
        for line, rendered, samples, offset in zip(
            self._call.lines, self._voices.lines, audio, offsets, strict=True
        ):
            await asyncio.sleep(max(0.0, start + offset - time.time()))
            speech = self._microphones[line.who].say(samples)
            self.recording.lines.append(SpokenLine(line=line, rendered=rendered, speech=speech))
        for spoken in self.recording.lines:
            await spoken.speech.wait()

    async def _post(
        self,
        http: aiohttp.ClientSession,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            async with http.post(
                self._url + path, json=body, headers=headers or self._headers
            ) as response:
                answer: dict[str, Any] = await response.json(content_type=None)
        except aiohttp.ClientError as error:
            raise PlayError(f"{self._url} cannot be reached: {type(error).__name__}") from None
        if response.status >= 400:
            raise PlayError(
                f"POST {path}: {answer.get('title')}. {answer.get('detail', '')} "
                f"{answer.get('remedy', '')}"
            )
        return answer

    async def _delete(self, http: aiohttp.ClientSession, room_name: str) -> None:
        async with http.delete(f"{self._url}/rooms/{room_name}", headers=self._headers):
            return


def _read_audio(path: Path) -> Samples:
    samples, _rate = soundfile.read(path, dtype="int16")
    read: Samples = samples
    return read
