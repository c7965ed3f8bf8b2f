"""Plays a scripted call over real WebRTC and records what every participant saw."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import aiohttp

from lab.aftermath import Aftermath, read_aftermath
from lab.call_events import OUTAGES
from lab.call_file import CallFile, Event, Participant
from lab.client import Client
from lab.events import EventPlayer
from lab.front_desk import FrontDesk, PlayError, Ticket, find_play_error
from lab.machine import ProcessTrees
from lab.microphone import Microphone, Samples, Speech
from lab.minutes import wait_for_minutes
from lab.noise import microphone_noise
from lab.play_options import PlayOptions
from lab.recording import PlayedEvent, Recording, SpokenLine
from lab.requests import Requests
from lab.sound import SoundError, read_sound
from lab.spy import SpyRing, read_private
from lab.timeline import Timeline
from lab.voices import VoiceIndex
from lab.witness import Witness
from stack.running import RunningStack

__all__ = ["CallPlayer", "PlayError", "PlayOptions", "PlayedEvent", "Recording", "SpokenLine"]

SETTLE_SECONDS: Final = 3.0
"""How long the last final and talking point may take after the last word."""
AGENT_SECONDS: Final = 20.0
"""How long the call waits for its agent before it begins."""


class CallPlayer:
    """Plays one call in a room of its own."""

    def __init__(
        self,
        call: CallFile,
        voices: VoiceIndex,
        folder: Path,
        token_server_url: str,
        api_key: str | None = None,
        *,
        stack: RunningStack | None = None,
        options: PlayOptions | None = None,
    ) -> None:
        """Prepare a call.

        Args:
            call: what is played.
            voices: its audio.
            folder: where the audio is.
            token_server_url: of the stack that is played on.
            api_key: of that token server; None: it wants none.
            stack: the lab's own stack, whose parts may be killed and measured; None: other's.
            options: how to play it.
        """
        self._options = options or PlayOptions()
        self._call = call
        self._voices = voices
        self._folder = folder
        self._url = token_server_url
        self._api_key = api_key
        self._stack = stack
        self._clients: dict[str, Client] = {}
        self._microphones: dict[str, Microphone] = {}
        self._later_noise: list[tuple[float, Microphone, Samples]] = []
        """From which second of the call on which microphone hears what."""
        texts, ids = read_private(call.playbook)
        self.recording = Recording(call=call, room_name="", private_texts=texts, private_ids=ids)
        for participant in call.participants:
            self.recording.witnesses[participant.identity] = Witness(
                identity="", name=participant.name, role=participant.role
            )

    async def play(self) -> Recording:
        """Play the call from the first join to the last hang-up.

        Raises:
            PlayError: the token server refused, the agent did not come, or an event of the call
                cannot be played here.
        """
        try:
            await self._play()
        except BaseExceptionGroup as group:
            if cause := find_play_error(group):
                raise cause from None
            raise
        if self._options.sabotage:
            self.recording.sabotage = self._options.sabotage.name
            self._options.sabotage.spoil(self.recording)
        return self.recording

    async def _play(self) -> None:
        audio = self._read_audio()
        rendered = self._voices.lines
        self._timeline = Timeline(
            self._call,
            [line.seconds for line in rendered],
            [line.speech_end_seconds for line in rendered],
            self._options.speed,
        )
        self._trees = None
        if self._stack:
            pids = {name: part.pid for name, part in self._stack.parts.items()}
            self._trees = ProcessTrees(pids)
        async with AsyncExitStack() as exits, asyncio.TaskGroup() as tasks:
            http = await exits.enter_async_context(aiohttp.ClientSession())
            desk = FrontDesk(http, self._url, self._api_key)
            self._events = EventPlayer(
                self.recording,
                self._clients,
                self._stack,
                self._trees,
                provider=self._options.provider,
                requests=Requests(self.recording, desk, self._clients.__getitem__),
            )
            self._events.check()
            self.recording.room_name = await desk.open_room(self._call.playbook)
            environment = self._stack.environment if self._stack else dict(os.environ)
            self._spies = SpyRing(desk, self.recording, environment, tasks)
            microphones = self._open_microphones(tasks)
            try:
                await self._join_all(desk, tasks)
                await self._wait_for_agent()
                await self._run(audio)
                self.recording.stored_tasks = await desk.list_tasks()
                if any(event.do in OUTAGES for event in self._call.events):
                    self.recording.aftermath = await self._read_aftermath()
                if self._options.models:
                    self.recording.instructions = self._options.models.instructions
            finally:
                await self._end(microphones, desk)
            if self._call.expectations.minutes:
                await wait_for_minutes(desk, self.recording)

    async def _join_all(self, desk: FrontDesk, tasks: asyncio.TaskGroup) -> None:
        for participant in self._call.participants:
            self._clients[participant.identity] = self._make_client(desk, participant, tasks)
        first = True
        for participant in self._call.participants:
            identity = participant.identity
            if not participant.joins:
                self._events.note_absent(identity)
                continue
            client = self._clients[identity]
            await client.join()
            self.recording.joined_seconds[identity] = client.first_join_seconds or time.time()
            self.recording.room_sid = self.recording.room_sid or await client.room.sid
            if first and self._options.spies:
                # After the first person: how soon that one sees the agent is measured.
                await self._spies.join_early()
                first = False

    def _make_client(
        self, desk: FrontDesk, participant: Participant, tasks: asyncio.TaskGroup
    ) -> Client:
        async def ticket() -> Ticket:
            return await desk.ticket(participant.role, participant.identity, participant.name)

        return Client(
            ticket=ticket,
            witness=self.recording.witnesses[participant.identity],
            microphone=self._microphones.get(participant.identity),
            tasks=tasks,
        )

    def _open_microphones(self, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        drop_every = self._options.sabotage.drop_every if self._options.sabotage else 0
        running = []
        for participant in self._call.participants:
            identity = participant.identity
            noises = {
                at: microphone_noise(self._call, identity, self._voices, self._folder, at=at)
                for at in {None, *(noise.at for noise in self._call.noise_of(identity))}
            }
            if not any(noise is not None for noise in noises.values()) and not self._speaks(
                identity
            ):
                continue  # who has nothing to say publishes nothing
            microphone = Microphone(noises.pop(None), drop_every=drop_every)
            self._microphones[identity] = microphone
            self._later_noise += [
                (at, microphone, noise)
                for at, noise in noises.items()
                if at is not None and noise is not None
            ]
            running.append(tasks.create_task(microphone.run(), name=f"microphone {identity}"))
        return running

    def _speaks(self, identity: str) -> bool:
        return any(line.who == identity for line in self._call.lines)

    async def _wait_for_agent(self) -> None:
        present = [
            self.recording.witnesses[identity]
            for identity, client in self._clients.items()
            if client.is_in
        ]
        for _ in range(round(AGENT_SECONDS / 0.05)):
            if all(witness.agent_seen_seconds for witness in present):
                return
            await asyncio.sleep(0.05)
        raise PlayError(
            f"no agent came within {AGENT_SECONDS:.0f} s; {self._url}/ready says what is missing"
        )

    async def _run(self, audio: list[Samples]) -> None:
        """Say the lines and let the events happen."""
        self.recording.started_seconds = time.time()
        if self._trees:
            await self._trees.begin()
        async with asyncio.TaskGroup() as tasks:
            sampling = tasks.create_task(self._trees.run()) if self._trees else None
            spoken: list[asyncio.Future[Speech]] = [
                asyncio.get_running_loop().create_future() for _ in audio
            ]
            happening = [
                tasks.create_task(self._happen(event, due, spoken))
                for event, due in zip(self._call.events, self._timeline.events_seconds, strict=True)
            ]
            surrounding = [tasks.create_task(self._surround(*one)) for one in self._later_noise]
            if self._options.spies:
                happening.append(tasks.create_task(self._bring_late_spy()))
            await self._speak(audio, spoken)
            for task in happening:
                await task
            for task in surrounding:
                task.cancel()  # what would begin after the end
            await asyncio.sleep(SETTLE_SECONDS)
            self.recording.ended_seconds = time.time()
            if sampling:
                sampling.cancel()
        if self._trees:
            length = self.recording.ended_seconds - self.recording.started_seconds
            self.recording.machine = await self._trees.finish(length)

    async def _read_aftermath(self) -> Aftermath:
        assert self._stack is not None  # noqa: S101 - the events' check has seen to it
        host = next(one.identity for one in self._call.participants if one.role == "host")
        listening = self.recording.witnesses[host].listening
        if not listening:
            raise PlayError("no agent listens any more, so nobody can be asked what is kept")
        return await read_aftermath(
            self._stack.environment["DATABASE_URL"],
            self.recording.room_name,
            self._clients[host].room,
            agent=listening[-1][1],
        )

    async def _speak(self, audio: list[Samples], spoken: list[asyncio.Future[Speech]]) -> None:
        starts = self._timeline.starts_seconds
        for index in sorted(range(len(audio)), key=starts.__getitem__):
            await self._wait_until(starts[index])
            line = self._call.lines[index]
            speech = self._microphones[line.who].say(audio[index])
            spoken[index].set_result(speech)
            self.recording.lines.append(
                SpokenLine(line=line, rendered=self._voices.lines[index], speech=speech)
            )
        for line_spoken in self.recording.lines:
            await line_spoken.speech.wait()

    async def _happen(
        self, event: Event, due_seconds: float, spoken: list[asyncio.Future[Speech]]
    ) -> None:
        number = event.after_line
        if number is None:
            await self._wait_until(due_seconds)
        else:
            # By what was really played, not by when it was due.
            speech = await spoken[number - 1]
            await speech.wait_until_begun()
            end = speech.start_seconds + self._voices.lines[number - 1].speech_end_seconds
            await asyncio.sleep(max(0.0, end + event.offset_seconds - time.time()))
        await self._events.play(event)

    async def _surround(self, at_seconds: float, microphone: Microphone, noise: Samples) -> None:
        await self._wait_until(self._timeline.played_seconds(at_seconds))
        microphone.surround(noise)

    async def _bring_late_spy(self) -> None:
        await self._wait_until(self._timeline.end_seconds / 2)
        # While media server or token server is away nobody can come; the spy waits as people do.
        for _ in range(30):
            try:
                await self._spies.join_late()
            except PlayError:
                await asyncio.sleep(1.0)
            else:
                return
        raise PlayError("the late spy could not join the room")

    async def _wait_until(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, self.recording.started_seconds + seconds - time.time()))

    async def _end(self, microphones: list[asyncio.Task[None]], desk: FrontDesk) -> None:
        for identity, witness in self.recording.witnesses.items():
            self.recording.real_identities[identity] = witness.identity
        await self._events.aclose()
        if self._options.spies:
            await self._spies.leave()
        for task in microphones:
            task.cancel()
        for client in self._clients.values():
            await client.hang_up()
        await desk.close_room()

    def _read_audio(self) -> list[Samples]:
        sabotage = self._options.sabotage
        try:
            audio = [read_sound(self._folder / line.file) for line in self._voices.lines]
        except SoundError as error:
            raise PlayError(str(error)) from error
        if sabotage is None:
            return audio
        return [
            sabotage.cut(samples, line)
            for samples, line in zip(audio, self._voices.lines, strict=True)
        ]
