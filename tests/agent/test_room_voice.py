"""What the agent says aloud, as people in the room hear it, on the real media server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest
from livekit import api, rtc

from agent.coverage import Coverage
from agent.hearing import Hearing
from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.track_stream import FRAME_MS
from agent.usage import Reservation, Reserve, Usage, free_of_charge
from agent.voice import Spoken, Voice, VoiceMissingError
from agent.voice_track import TRACK_NAME
from agent.voices.elevenlabs import ElevenLabsVoice
from agent.voices.flite import FliteVoice
from agent.voices.synthesizer import Synthesizer
from lab.emulators.elevenlabs_speech import API_KEY as SPEECH_KEY
from lab.emulators.elevenlabs_speech import VOICE_ID, ElevenLabsSpeech, running_emulator
from lab.emulators.elevenlabs_speech_messages import SpeechFault
from lab.emulators.recognition import PocketSphinx, transcribe
from tests.agent.people import Person, make_token
from tests.agent.scripted_stt import ScriptedSTT
from tests.agent.speech import read_line, share_heard
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET, MediaServer

pytestmark = pytest.mark.room

ANSWER = "The standard plan costs thirty dollars. The contract runs for twelve months."
LONG = " ".join([ANSWER] * 8)
LOUD = 500


async def parts_of(text: str) -> AsyncIterator[str]:
    for word in text.split():
        yield f"{word} "


class Listening:
    """What a client hears on the agent's track."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.samples: list[Samples] = []
        self.tracks: list[rtc.RemoteTrackPublication] = []
        self._tasks = asyncio.TaskGroup()
        self._reading: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Listening":
        await self._tasks.__aenter__()
        self._person.room.on("track_subscribed", self._on_track)
        return self

    async def __aexit__(self, *raised: Any) -> None:
        self._person.room.off("track_subscribed", self._on_track)
        for task in self._reading:
            task.cancel()
        await self._tasks.__aexit__(*raised)

    @property
    def audio(self) -> Samples:
        return np.concatenate(self.samples) if self.samples else np.empty(0, np.int16)

    def has_more_loud_frames_than(self, frames: int) -> bool:
        return self.loud_frames > frames

    @property
    def loud_frames(self) -> int:
        """Frames of 64 ms in which something is to be heard."""
        return sum(int(np.abs(frame).max(initial=0)) > LOUD for frame in self.samples)

    def _on_track(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, _: rtc.RemoteParticipant
    ) -> None:
        if publication.name == TRACK_NAME:
            self.tracks.append(publication)
            self._reading.append(self._tasks.create_task(self._read(track)))

    async def _read(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE_HZ, num_channels=1, frame_size_ms=FRAME_MS
        )
        try:
            async for event in stream:
                self.samples.append(np.frombuffer(event.frame.data, np.int16).copy())
        finally:
            await stream.aclose()


class Stage:
    """An agent with ears and a voice, and a guest who listens."""

    def __init__(self, agent: rtc.Room, guest: Person, heard: Listening) -> None:
        self.agent = agent
        self.guest = guest
        self.heard = heard
        self.muted = False
        self.recognizer = ScriptedSTT(["something was said"])
        self.voice: Voice

    def make_voice(self, *voices: Synthesizer, reserve: Reserve = free_of_charge) -> None:
        self.voice = Voice(
            room=self.agent,
            voices=list(voices),
            missing_because="there is none",
            reserve=reserve,
            is_muted=lambda: self.muted,
            somebody_speaks=self.hearing.somebody_speaks,
            now=asyncio.get_running_loop().time,
        )

    def make_hearing(self) -> Hearing:
        async def drop(_: Any) -> None:
            return None

        self.hearing = Hearing(
            room=self.agent,
            recognizer=self.recognizer,
            coverage=Coverage(),
            role_of=lambda _: "guest",
            is_allowed=lambda _: True,
            on_segment=drop,
            on_speakers=lambda _: None,
            now=asyncio.get_running_loop().time,
            on_speech=lambda identity: self.voice.on_speech(identity),
            on_onset=lambda identity: self.voice.on_onset(identity),
        )
        return self.hearing


def agent_token(room_name: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room_name, agent=True)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity("sidenote").with_grants(grants)
    return token.with_kind("agent").to_jwt()


@pytest.fixture
async def stage(media_server: MediaServer, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    room_name = request.node.name[:60]
    async with asyncio.timeout(90), open_stage(media_server, room_name) as opened:
        yield opened


@asynccontextmanager
async def open_stage(media_server: MediaServer, room_name: str) -> AsyncIterator[Stage]:
    agent = rtc.Room()
    options = rtc.RoomOptions(auto_subscribe=False)
    async with AsyncExitStack() as opened:
        await agent.connect(media_server.url, agent_token(room_name), options)
        opened.push_async_callback(agent.disconnect)
        guest = Person(media_server.url, make_token(room_name, "guest"))
        await opened.enter_async_context(guest)
        heard = await opened.enter_async_context(Listening(guest))
        made = Stage(agent, guest, heard)
        await opened.enter_async_context(made.make_hearing())
        made.make_voice(FliteVoice("slt"))
        yield made
        await made.voice.aclose()


async def test_what_is_said_is_heard_by_a_guest_and_never_by_the_agent(stage: Stage) -> None:
    assert stage.agent.local_participant.track_publications == {}
    spoken = await stage.voice.say(parts_of(ANSWER))
    assert spoken == Spoken(ANSWER, complete=True)
    (track,) = stage.heard.tracks
    assert track.source == rtc.TrackSource.SOURCE_MICROPHONE
    await until(lambda: stage.heard.loud_frames > 40)
    await asyncio.sleep(0.5)  # what is on its way
    async with PocketSphinx() as recognizer:
        text = await transcribe(recognizer, stage.heard.audio.tobytes())
    assert share_heard(ANSWER, text) >= 0.6
    # The agent listens to others only: nothing of it has come to a recognizer.
    assert (stage.recognizer.streams, stage.recognizer.received_samples) == (0, 0)


async def test_the_track_is_published_once_and_taken_back_at_the_end(stage: Stage) -> None:
    await stage.voice.say(parts_of("One."))
    await stage.voice.say(parts_of("Two."))
    assert len(stage.heard.tracks) == 1
    await stage.voice.aclose()
    assert stage.agent.local_participant.track_publications == {}


async def test_it_stops_when_a_person_begins_to_speak(stage: Stage) -> None:
    await stage.guest.open_microphone()
    saying = asyncio.ensure_future(stage.voice.say(parts_of(LONG)))
    await until(lambda: stage.heard.loud_frames > 20)
    await stage.guest.say(read_line(2).samples)
    spoken = await saying
    assert not spoken.complete
    assert LONG.startswith(spoken.text)
    await assert_silent(stage)


async def test_a_sound_that_is_no_speech_makes_a_pause_and_no_word_is_lost(stage: Stage) -> None:
    saying = asyncio.ensure_future(stage.voice.say(parts_of(ANSWER)))
    for frames in (8, 20):
        await until(partial(stage.heard.has_more_loud_frames_than, frames))
        stage.voice.on_onset("guest")
    assert await saying == Spoken(ANSWER, complete=True)
    await asyncio.sleep(0.5)  # what is on its way
    async with PocketSphinx() as recognizer:
        text = await transcribe(recognizer, stage.heard.audio.tobytes())
    assert share_heard(ANSWER, text) >= 0.6


async def test_it_stops_when_it_is_told_to_and_says_nothing_while_muted(stage: Stage) -> None:
    saying = asyncio.ensure_future(stage.voice.say(parts_of(LONG)))
    await until(lambda: stage.heard.loud_frames > 20)
    stage.muted = True
    stage.voice.stop()
    assert not (await saying).complete
    await assert_silent(stage)
    with pytest.raises(VoiceMissingError, match="muted"):
        await stage.voice.say(parts_of(ANSWER))


async def test_something_newer_takes_the_place_of_what_is_said(stage: Stage) -> None:
    older = asyncio.ensure_future(stage.voice.say(parts_of(LONG)))
    await until(lambda: stage.heard.loud_frames > 10)
    newer = await stage.voice.say(parts_of("Something else."))
    assert newer == Spoken("Something else.", complete=True)
    assert not (await older).complete


async def test_it_waits_while_somebody_speaks_and_then_begins(stage: Stage) -> None:
    await stage.guest.open_microphone()
    speaking = asyncio.ensure_future(stage.guest.say(read_line(2).samples))
    await until(stage.hearing.somebody_speaks)
    saying = asyncio.ensure_future(stage.voice.say(parts_of("It is thirty dollars.")))
    await until(lambda: not stage.hearing.somebody_speaks())
    assert stage.heard.loud_frames == 0
    await speaking
    assert await saying


async def test_whoever_is_cancelled_falls_silent(stage: Stage) -> None:
    saying = asyncio.ensure_future(stage.voice.say(parts_of(LONG)))
    await until(lambda: stage.heard.loud_frames > 10)
    saying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saying
    await assert_silent(stage)


async def test_a_service_that_fails_is_followed_by_the_voice_of_this_machine(
    stage: Stage,
) -> None:
    async with running_emulator(ElevenLabsSpeech()) as emulator:
        settled: list[Usage | None] = []

        class Kept:
            def settle(self, usage: Usage | None) -> None:
                settled.append(usage)

        def reserve(_: Usage) -> Reservation | None:
            return Kept()

        paid = cloud_voice(emulator)
        stage.make_voice(paid, FliteVoice("slt"), reserve=reserve)
        emulator.faults.append(SpeechFault(kind="cut", seconds=0.3))
        assert stage.voice.name == paid.name
        spoken = await stage.voice.say(parts_of(ANSWER))
        assert spoken == Spoken(ANSWER, complete=True)
        assert stage.voice.name == FliteVoice.name
        # The sentence that was cut is billed, and the service is left alone for a while.
        first = "The standard plan costs thirty dollars."
        assert settled == [paid.estimate(first)]
        assert [request["text"] for request in emulator.record.requests] == [first]


async def test_near_the_cap_the_voice_that_costs_is_not_asked(stage: Stage) -> None:
    async with running_emulator(ElevenLabsSpeech()) as emulator:
        stage.make_voice(cloud_voice(emulator), FliteVoice("slt"), reserve=lambda _: None)
        assert (await stage.voice.say(parts_of("Yes."))).complete
        stage.make_voice(cloud_voice(emulator), reserve=lambda _: None)
        with pytest.raises(VoiceMissingError, match="cap"):
            await stage.voice.say(parts_of("Yes."))
        assert emulator.record.requests == []


async def test_with_no_voice_left_it_says_why(stage: Stage) -> None:
    stage.make_voice()
    assert (stage.voice.name, stage.voice.missing_because) == ("", "there is none")
    with pytest.raises(VoiceMissingError, match="there is none"):
        await stage.voice.say(parts_of("Yes."))
    async with running_emulator(ElevenLabsSpeech()) as emulator:
        emulator.faults.append(SpeechFault(kind="status", status=401))
        changes: list[str] = []
        stage.make_voice(cloud_voice(emulator))
        stage.voice.on_change = lambda: changes.append(stage.voice.missing_because)
        with pytest.raises(VoiceMissingError, match="refuses our key"):
            await stage.voice.say(parts_of("Yes."))
        assert changes == ["ElevenLabs refuses our key"]
        assert stage.voice.name == ""


def cloud_voice(emulator: ElevenLabsSpeech) -> ElevenLabsVoice:
    return ElevenLabsVoice(
        api_key=SPEECH_KEY,
        base_url=emulator.base_url,
        voice_id=VOICE_ID,
        model="eleven_flash_v2_5",
    )


async def assert_silent(stage: Stage) -> None:
    """Nothing more is heard, but what was on its way."""
    await asyncio.sleep(0.5)
    before = stage.heard.loud_frames
    await asyncio.sleep(1.0)
    assert stage.heard.loud_frames == before
