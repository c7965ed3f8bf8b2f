"""How soon a reply is heard, and how soon it stops when a person speaks, at a guest's ear.

Run with `python -m benchmarks --only voice`. A room on the real media server with the call's own
hearing and voice on one side and a guest on the other. First audio: from the moment at which the
first sentence is handed over to the first sound that the guest receives. Silence: from the first
sound of the guest's speech to the last sound of the voice that the guest receives.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import numpy as np
from livekit import rtc

from agent.coverage import Coverage
from agent.hearing import Hearing
from agent.speech_gate import SAMPLE_RATE_HZ
from agent.stt.pocketsphinx import PocketSphinxSTT
from agent.stt.recognizer import RecognizerPool
from agent.usage import free_of_charge
from agent.voice import Voice
from agent.voice_track import TRACK_NAME
from agent.voices.elevenlabs import ElevenLabsVoice
from agent.voices.flite import FliteVoice
from agent.voices.synthesizer import Synthesizer
from benchmarks.rooms import BenchmarkError, MediaAccess, NotInstalledError, open_room, open_stack
from benchmarks.spoken_call import CALL
from lab.emulators.elevenlabs_speech import API_KEY, VOICE_ID, ElevenLabsSpeech, running_emulator
from lab.microphone import Microphone
from lab.score import Latency
from lab.sound import read_sound
from lab.voices import read_index, voices_folder
from transcript_buffer import Segment

ROUNDS: Final = 10
QUICK_ROUNDS: Final = 3
SENTENCE: Final = "The standard plan costs thirty dollars a month. "
_LOUD: Final = 500
_FRAME_MS: Final = 10
_SETTLED_SECONDS: Final = 0.6
_PATIENCE_SECONDS: Final = 20.0


class Ear:
    """Notes when a guest receives something of the voice that can be heard."""

    def __init__(self, room: rtc.Room, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._loud = asyncio.Event()
        self._reading: list[asyncio.Task[None]] = []
        self.first_loud: float | None = None
        """When something was first heard since `begin`, since the Unix epoch."""
        self.last_loud = 0.0
        """When something was last heard, since the Unix epoch."""
        room.on("track_subscribed", self._on_track)

    def begin(self) -> None:
        """Wait for the first sound anew."""
        self._loud.clear()
        self.first_loud = None

    async def wait(self) -> float:
        """Return when the first sound came.

        Raises:
            BenchmarkError: none came.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._loud.wait()
        except TimeoutError:
            raise BenchmarkError("the voice was not heard") from None
        assert self.first_loud
        return self.first_loud

    def close(self) -> None:
        """Stop listening."""
        for task in self._reading:
            task.cancel()

    def _on_track(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, _: rtc.RemoteParticipant
    ) -> None:
        if publication.name == TRACK_NAME:
            self._reading.append(self._tasks.create_task(self._read(track)))

    async def _read(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(
            track, sample_rate=SAMPLE_RATE_HZ, num_channels=1, frame_size_ms=_FRAME_MS
        )
        try:
            async for event in stream:
                if np.abs(np.frombuffer(event.frame.data, np.int16)).max(initial=0) > _LOUD:
                    self.last_loud = time.time()
                    self.first_loud = self.first_loud or self.last_loud
                    self._loud.set()
        finally:
            await stream.aclose()


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return the delays in milliseconds, with each voice.

    Raises:
        NotInstalledError: flite is missing.
        BenchmarkError: something was not heard.
    """
    if not FliteVoice.is_installed():
        raise NotInstalledError("the voice needs flite: sudo apt-get install flite")
    return asyncio.run(_run(QUICK_ROUNDS if quick else ROUNDS, logs=logs))


async def _run(rounds: int, *, logs: bool) -> dict[str, Any]:
    async with open_stack(logs=logs) as stack, running_emulator(ElevenLabsSpeech()) as emulator:
        cloud = ElevenLabsVoice(
            api_key=API_KEY,
            base_url=emulator.base_url,
            voice_id=VOICE_ID,
            model="eleven_flash_v2_5",
        )
        access = MediaAccess.of(stack)
        voices: dict[str, Synthesizer] = {
            "flite": FliteVoice("slt"),
            "elevenlabs_emulator": cloud,
        }
        return {name: await _measure(access, voice, rounds) for name, voice in voices.items()}


async def _measure(access: MediaAccess, synthesizer: Synthesizer, rounds: int) -> dict[str, Any]:
    first_audio: list[float] = []
    silence: list[float] = []
    room_name = f"bench-{secrets.token_hex(6)}"
    folder = voices_folder(CALL)
    line = read_index(folder).lines[0]
    samples = read_sound(folder / line.file)
    async with (
        RecognizerPool(1) as pool,
        open_room(access, room_name),
        _open_scene(access, room_name, synthesizer, pool) as (voice, ear, microphone),
    ):
        await voice.say(_text("Ready. "))  # the track is there from the first word on
        for _ in range(rounds):
            ear.begin()
            begun = time.time()
            saying = asyncio.ensure_future(voice.say(_text(SENTENCE * 10)))
            first_audio.append((await ear.wait() - begun) * 1000)
            await asyncio.sleep(_SETTLED_SECONDS)
            speech = microphone.say(samples)
            if (await saying).complete:
                raise BenchmarkError("the voice spoke on while a person spoke")
            await asyncio.sleep(_SETTLED_SECONDS)
            spoken_at = speech.start_seconds + line.speech_start_seconds
            silence.append((ear.last_loud - spoken_at) * 1000)
            await speech.wait()
            await asyncio.sleep(_SETTLED_SECONDS)
    return {
        "text_to_first_audio": Latency.of(first_audio).model_dump(),
        "speech_to_silence": Latency.of(silence).model_dump(),
    }


@asynccontextmanager
async def _open_scene(
    access: MediaAccess, room_name: str, synthesizer: Synthesizer, pool: RecognizerPool
) -> AsyncIterator[tuple[Voice, Ear, Microphone]]:
    """Open a call's ears and voice, and a guest with an ear and a microphone."""
    async with AsyncExitStack() as opened:
        tasks = await opened.enter_async_context(asyncio.TaskGroup())
        agent, guest = rtc.Room(), rtc.Room()
        token = access.agent_token(room_name, "voice")
        await agent.connect(access.url, token, rtc.RoomOptions(auto_subscribe=False))
        opened.push_async_callback(agent.disconnect)
        voice, hearing = _make_voice(agent, synthesizer, pool)
        await opened.enter_async_context(hearing)
        opened.push_async_callback(voice.aclose)
        identity = access.identity(room_name, "guest")
        await guest.connect(access.url, access.token(room_name, identity, "Guest"))
        opened.push_async_callback(guest.disconnect)
        ear = Ear(guest, tasks)
        opened.callback(ear.close)
        microphone = Microphone()
        feeding = tasks.create_task(microphone.run())
        opened.callback(feeding.cancel)
        publication = await guest.local_participant.publish_track(
            microphone.track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        await publication.wait_for_subscription()
        yield voice, ear, microphone


def _make_voice(
    room: rtc.Room, synthesizer: Synthesizer, pool: RecognizerPool
) -> tuple[Voice, Hearing]:
    hearing = Hearing(
        room=room,
        recognizer=PocketSphinxSTT(pool),
        coverage=Coverage(),
        role_of=lambda _: "guest",
        is_allowed=lambda _: True,
        on_segment=_drop,
        on_speakers=pool.reserve,
        now=time.time,
        on_speech=lambda identity: voice.on_speech(identity),
        on_onset=lambda identity: voice.on_onset(identity),
    )
    voice = Voice(
        room=room,
        voices=[synthesizer],
        missing_because="",
        reserve=free_of_charge,
        is_muted=lambda: False,
        somebody_speaks=hearing.somebody_speaks,
        now=time.time,
    )
    return voice, hearing


async def _drop(_: Segment) -> None:
    return None


async def _text(text: str) -> AsyncIterator[str]:
    for word in text.split():
        yield f"{word} "
