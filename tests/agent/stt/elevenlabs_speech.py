"""Speech pushed into ElevenLabs streams, and what comes back."""

from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import stt
from numpy.typing import NDArray

from agent.stt.elevenlabs import ElevenLabsSTT
from agent.stt.elevenlabs_patience import Patience
from agent.stt.elevenlabs_stream import ElevenLabsStream
from lab.emulators.elevenlabs import API_KEY, ElevenLabsEmulator
from tests.lab.marked_speech import speak

FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT
INTERIM = stt.SpeechEventType.INTERIM_TRANSCRIPT
USAGE = stt.SpeechEventType.RECOGNITION_USAGE
FRAME_SAMPLES = 512
LINES = [
    "good morning i am happy to be here",
    "who looks after the customers today",
    "we keep them all in one old sheet",
    "yes",
    "and what would it cost us every month",
]
PATIENT = Patience(give_up_seconds=60.0, answer_seconds=30.0)
"""No test waits for these: what it waits for happens at once."""


def recognizer(emulator: ElevenLabsEmulator, **options: Any) -> ElevenLabsSTT:
    given: dict[str, Any] = {"base_url": emulator.base_url, "patience": PATIENT}
    return ElevenLabsSTT(**({"api_key": API_KEY} | given | options))


def push(stream: stt.RecognizeStream, samples: NDArray[np.int16]) -> None:
    for start in range(0, len(samples), FRAME_SAMPLES):
        piece = samples[start : start + FRAME_SAMPLES]
        stream.push_frame(rtc.AudioFrame(piece.tobytes(), 16000, 1, len(piece)))


def say(stream: stt.RecognizeStream, line: str) -> None:
    push(stream, speak(line))
    stream.flush()


def text_of(event: stt.SpeechEvent) -> str:
    return event.alternatives[0].text


async def events_of(stream: stt.RecognizeStream) -> list[stt.SpeechEvent]:
    return [event async for event in stream]


def finals_in(events: list[stt.SpeechEvent]) -> list[str]:
    return [text_of(event) for event in events if event.type is FINAL]


def usage_in(events: list[stt.SpeechEvent]) -> float:
    used = [event.recognition_usage for event in events if event.type is USAGE]
    return sum(usage.audio_duration for usage in used if usage)


async def next_final(stream: stt.RecognizeStream) -> str:
    return text_of(await anext(event async for event in stream if event.type is FINAL))


async def hear(stt_: ElevenLabsSTT, lines: list[str]) -> tuple[ElevenLabsStream, list[str]]:
    """Say all lines at once, as after a stall; return their finals."""
    async with stt_.stream() as stream:
        for line in lines:
            say(stream, line)
        stream.end_input()
        return stream, finals_in(await events_of(stream))
