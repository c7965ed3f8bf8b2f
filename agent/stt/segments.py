"""Segments whose audio is kept, and the stream of a provider that is asked for whole segments."""

import asyncio
import io
import math
import wave
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, stt
from livekit.agents.utils import AudioBuffer

from wire.coverage import DropReason

SAMPLE_RATE_HZ: Final = 16000
_BYTES_PER_SECOND: Final = SAMPLE_RATE_HZ * 2
LONGEST_SEGMENT_SECONDS: Final = 120.0
"""Of a longer one the oldest audio is forgotten and counted; the speech gate ends one at 20 s."""
WAITING_SEGMENTS: Final = 8
"""Segments of one stream that may wait for their finals; with more, the newest is refused."""
IN_FLIGHT: Final = 2
"""Requests of one stream that run at the same time."""
NO_RETRY: Final = APIConnectOptions(max_retry=0)
"""The library's own retry forgets the audio that the failed attempt had taken."""


@dataclass
class UnheardEvent(stt.SpeechEvent):
    """The final of a segment that could not be recognized: it has no alternatives."""

    type: stt.SpeechEventType = stt.SpeechEventType.FINAL_TRANSCRIPT
    reason: DropReason = "provider_down"


class KeptSegment:
    """A segment with its audio: mono, 16 bit, 16 kHz."""

    def __init__(self) -> None:
        self._pcm: deque[bytes] = deque()
        self._bytes = 0
        self.ended = False
        """Whether `flush` has come."""
        self.dropped_seconds = 0.0
        """Audio forgotten because the segment grew too long."""

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return self._bytes / _BYTES_PER_SECOND

    def push(self, frame: rtc.AudioFrame) -> None:
        """Add audio."""
        pcm = bytes(frame.data)
        self._pcm.append(pcm)
        self._bytes += len(pcm)
        while self.seconds > LONGEST_SEGMENT_SECONDS and len(self._pcm) > 1:
            oldest = len(self._pcm.popleft())
            self._bytes -= oldest
            self.dropped_seconds += oldest / _BYTES_PER_SECOND

    def frames(self) -> Iterator[rtc.AudioFrame]:
        """Yield the audio from the beginning."""
        for pcm in self._pcm:
            yield rtc.AudioFrame(pcm, SAMPLE_RATE_HZ, 1, len(pcm) // 2)

    def wav(self, shortest_seconds: float = 0.0) -> bytes:
        """Return a WAV file of the audio, with silence behind it if it is very short."""
        padding = max(0, round((shortest_seconds - self.seconds) * SAMPLE_RATE_HZ)) * 2
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(SAMPLE_RATE_HZ)
            writer.writeframes(b"".join(self._pcm) + bytes(padding))
        return file.getvalue()

    def loudest_dbfs(self, window_seconds: float = 0.1) -> float:
        """Return the level of the loudest window, in dB below full scale; -inf: digital silence."""
        samples = np.frombuffer(b"".join(self._pcm), np.int16).astype(np.float64)
        size = round(window_seconds * SAMPLE_RATE_HZ)
        power = max(
            (
                float(np.mean(np.square(samples[start : start + size])))
                for start in range(0, len(samples), size)
            ),
            default=0.0,
        )
        return 10 * math.log10(power / 32768**2) if power else -math.inf


def kept(buffer: AudioBuffer) -> KeptSegment:
    """Return audio that was handed over as a whole.

    Raises:
        ValueError: it is not mono at 16 kHz.
    """
    segment = KeptSegment()
    for frame in buffer if isinstance(buffer, list) else [buffer]:
        if frame.sample_rate != SAMPLE_RATE_HZ or frame.num_channels != 1:
            raise ValueError(
                f"audio at {frame.sample_rate} Hz with {frame.num_channels} channels; "
                f"resample it to one at {SAMPLE_RATE_HZ} Hz"
            )
        segment.push(frame)
    segment.ended = True
    return segment


def final_event(text: str, language: str) -> stt.SpeechEvent:
    """Return a final; an empty text means that there was nothing to hear."""
    heard = stt.SpeechData(language=language, text=text)  # type: ignore[arg-type]
    return stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[heard])


def text_of(event: stt.SpeechEvent) -> str:
    """Return the text of an event, without white space around it."""
    return event.alternatives[0].text.strip() if event.alternatives else ""


class SegmentwiseStream(stt.RecognizeStream, ABC):
    """Asks for each segment when it is over; up to two requests run, finals come in order."""

    def __init__(self, owner: stt.STT[Any]) -> None:
        super().__init__(stt=owner, conn_options=NO_RETRY, sample_rate=SAMPLE_RATE_HZ)
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._waiting = 0
        self.refused_segments = 0
        """Segments that were not recognized because too many waited."""

    @abstractmethod
    async def _recognize(self, segment: KeptSegment) -> stt.SpeechEvent:
        """Return the final of a segment.

        Raises:
            APIError: there is none; the stream fails with it.
        """

    async def _run(self) -> None:
        answers: asyncio.Queue[asyncio.Task[stt.SpeechEvent] | None] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read_input(tasks, answers))
                tasks.create_task(self._emit_finals(answers))
        except ExceptionGroup as failures:
            raise api_error_of(failures) from None

    async def _read_input(
        self,
        tasks: asyncio.TaskGroup,
        answers: "asyncio.Queue[asyncio.Task[stt.SpeechEvent] | None]",
    ) -> None:
        segment: KeptSegment | None = None
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                segment = segment or KeptSegment()
                segment.push(item)
            elif segment:
                segment.ended = True
                self._waiting += 1
                refused = self._waiting > WAITING_SEGMENTS
                self.refused_segments += refused
                answers.put_nowait(tasks.create_task(_refuse() if refused else self._ask(segment)))
                segment = None
        answers.put_nowait(None)

    async def _ask(self, segment: KeptSegment) -> stt.SpeechEvent:
        async with self._slots:
            return await self._recognize(segment)

    async def _emit_finals(
        self, answers: "asyncio.Queue[asyncio.Task[stt.SpeechEvent] | None]"
    ) -> None:
        while answer := await answers.get():
            event = await answer
            self._waiting -= 1
            self._event_ch.send_nowait(event)


async def _refuse() -> stt.SpeechEvent:
    return UnheardEvent(reason="queue_full")


def api_error_of(failures: ExceptionGroup[Exception]) -> APIError:
    """Return why a stream failed; of a foreign error only the type, for its text may quote."""
    errors: BaseExceptionGroup[Exception] = failures.subgroup(APIError) or failures
    while isinstance(inner := errors.exceptions[0], BaseExceptionGroup):
        errors = inner
    if isinstance(inner, APIError):
        return inner
    return APIConnectionError(f"the stream failed: {type(inner).__name__}")
