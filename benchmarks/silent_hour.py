"""An hour in which nobody says anything: what it sends to a provider, and what it leaves behind.

Run with `python -m benchmarks --only silent_hour`. The audio goes as fast as it is taken through
what a call has for each track (ears, speech gate, recognizer stream), into a stream of ElevenLabs
with the emulator behind it. Once the microphone is muted, once it stands in an office: the air
conditioning, the mains, and people who talk in another room, 30 dB below a voice.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import numpy as np
import psutil
from livekit import rtc

from agent.listener import Listener, Speaker
from agent.retry import wait_until
from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.stt.elevenlabs import ElevenLabsSTT
from benchmarks.provider import EmulatedProvider, open_provider
from benchmarks.rooms import BenchmarkError
from benchmarks.spoken_call import read_lines
from lab.emulators.elevenlabs import API_KEY
from lab.noise import BED_SECONDS, LISTENER_DBFS, at_level, generated
from lab.sound import as_samples
from transcript_buffer import Segment

HOUR_SECONDS: Final = 3600.0
QUICK_SECONDS: Final = 120.0
_WARM_UP_SECONDS: Final = 30.0
"""Played before memory is measured: what every call needs is there by then."""
_OPEN_SECONDS: Final = 5.0
"""At most, until the track is open."""
_MOST_WAITING_SECONDS: Final = 2.0
_LOOKS: Final = 20_000
_FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
_MB: Final = 1 << 20


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return seconds sent, megabytes before and after, and the time taken, of both hours.

    Raises:
        BenchmarkError: audio was lost on the way, so the figures stand for less than an hour.
    """
    return asyncio.run(_run(QUICK_SECONDS if quick else HOUR_SECONDS))


def office_noise() -> Samples:
    """Return what a microphone hears in an office when nobody speaks, to be repeated."""
    count = round(BED_SECONDS * SAMPLE_RATE_HZ)
    lines = [line.samples for line in read_lines()]
    bed = np.zeros(count)
    for kind, decibels in (("pink", 25.0), ("hum", 30.0), ("babble", 30.0)):
        sound = generated(kind, count, 7, lines)  # type: ignore[arg-type]
        bed += at_level(sound, LISTENER_DBFS - decibels)
    return as_samples(bed)


async def _run(seconds: float) -> dict[str, Any]:
    beds = {
        "silence": np.zeros(SAMPLE_RATE_HZ, np.int16),
        "office_noise": office_noise(),
    }
    figures: dict[str, Any] = {"seconds": seconds}
    for name, bed in beds.items():
        print(f"  {name}: {seconds / 60:.0f} min ...", flush=True)
        async with open_provider() as provider:
            figures[name] = await _hear(provider, bed, seconds)
    return figures


async def _hear(provider: EmulatedProvider, bed: Samples, seconds: float) -> dict[str, Any]:
    microphone = _FastMicrophone(bed)
    texts: list[Segment] = []

    async def take(segment: Segment) -> None:
        texts.append(segment)

    speaker = Speaker(identity="guest-1", name="Ben", role="guest", track_sid="TR_1")
    recognizer = ElevenLabsSTT(api_key=API_KEY, base_url=provider.emulator.base_url)
    listener = Listener(speaker, microphone.track, recognizer, take)
    async with _listening(listener, microphone):
        await microphone.play(listener, _WARM_UP_SECONDS)
        before_mb = psutil.Process().memory_info().rss / _MB
        began = time.monotonic()
        await microphone.play(listener, seconds)
        took = time.monotonic() - began
        after_mb = psutil.Process().memory_info().rss / _MB
    await recognizer.aclose()
    counts = listener.counts()
    if counts.received < 0.99 * (seconds + _WARM_UP_SECONDS) or any(counts.dropped.values()):
        raise BenchmarkError("audio was lost between microphone and speech gate")
    return {
        "sent_seconds": round(provider.emulator.record.audio_seconds, 2),
        "finals": sum(bool(segment.text) for segment in texts if segment.final),
        "rss_before_mb": round(before_mb, 1),
        "rss_after_mb": round(after_mb, 1),
        "took_seconds": round(took, 1),
    }


@asynccontextmanager
async def _listening(listener: Listener, microphone: "_FastMicrophone") -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.run(microphone.now))
        await wait_until(lambda: listener.is_open, _OPEN_SECONDS)
        yield
        listener.end_input()


class _FastMicrophone:
    """A track on this machine that carries audio as fast as it is taken."""

    def __init__(self, bed: Samples) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=0)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        frames = bed[: len(bed) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
        self._frames = [
            rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE_HZ, 1, _FRAME_SAMPLES) for frame in frames
        ]
        self._played = 0

    def now(self) -> float:
        """Return the time on a clock that goes as fast as the audio."""
        return self._played * _FRAME_SAMPLES / SAMPLE_RATE_HZ

    async def play(self, listener: Listener, seconds: float) -> None:
        """Play so much, and wait until it has been judged."""
        for _ in range(round(seconds * SAMPLE_RATE_HZ / _FRAME_SAMPLES)):
            await self._source.capture_frame(self._frames[self._played % len(self._frames)])
            self._played += 1
            if self._played % len(self._frames) == 0:
                await self._wait_for(listener, _MOST_WAITING_SECONDS)
        await self._wait_for(listener, 0.1)

    async def _wait_for(self, listener: Listener, behind_seconds: float) -> None:
        for _ in range(_LOOKS):
            if listener.counts().received >= self.now() - behind_seconds:
                return
            await asyncio.sleep(0.001)
        raise BenchmarkError("the listener takes no more audio")
