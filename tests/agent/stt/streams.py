"""What the tests of recognizer streams have in common."""

from livekit import rtc
from livekit.agents import stt

from agent.speech_gate import Samples
from agent.stt.segments import UnheardEvent
from tests.agent.speech import read_line

FRAME_SAMPLES = 800
FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT
INTERIM = stt.SpeechEventType.INTERIM_TRANSCRIPT


def frames(samples: Samples) -> list[rtc.AudioFrame]:
    pieces = [
        samples[start : start + FRAME_SAMPLES] for start in range(0, len(samples), FRAME_SAMPLES)
    ]
    return [rtc.AudioFrame(piece.tobytes(), 16000, 1, len(piece)) for piece in pieces]


def push(stream: stt.RecognizeStream, samples: Samples) -> None:
    for frame in frames(samples):
        stream.push_frame(frame)


def speak(stream: stt.RecognizeStream, seconds: float = 1.0) -> None:
    """Push the beginning of a spoken line, and flush."""
    push(stream, read_line(2).samples[: round(seconds * 16000)])
    stream.flush()


def text_of(event: stt.SpeechEvent) -> str:
    """What was heard, or in parentheses why nothing was."""
    if isinstance(event, UnheardEvent):
        return f"({event.reason})"
    return event.alternatives[0].text


async def next_final(stream: stt.RecognizeStream) -> str:
    async for event in stream:
        if event.type is FINAL:
            return text_of(event)
    raise AssertionError("the stream ended without a final")


async def finals_of(stream: stt.RecognizeStream) -> list[str]:
    return [text_of(event) async for event in stream if event.type is FINAL]
