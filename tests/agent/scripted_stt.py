"""A recognizer that answers by script, on the library's own base classes, and a microphone."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    NotGivenOr,
    stt,
    utils,
)

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.stt.segments import UnheardEvent

FRAME_SAMPLES = SAMPLE_RATE_HZ // 100


class Held(str):
    """An answer that comes only when `ScriptedSTT.release` is set."""

    __slots__ = ()


class Twice(str):
    """An answer that comes two times."""

    __slots__ = ()


FAIL = Held("fail")
"""In place of an answer: the stream breaks."""
END = Held("end")
"""In place of an answer: the stream ends as if all were well."""
REFUSED = Held("refused")
"""In place of an answer: too much waits for the recognizer."""


class ScriptedSTT(stt.STT[Any]):
    """Answers each segment of any stream with the next text of the script, and then with none."""

    def __init__(
        self, script: Iterable[str] = (), *, interim: str = "", interim_results: bool = True
    ) -> None:
        capabilities = stt.STTCapabilities(streaming=True, interim_results=interim_results)
        super().__init__(capabilities=capabilities)
        self.script = deque(script)
        self.interim = interim
        """Shown as soon as a segment begins."""
        self.release = asyncio.Event()
        self.received_samples = 0
        self.flushes = 0
        self.streams = 0

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        raise AssertionError("a stream was to be opened, not a whole recording recognized")

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> "ScriptedStream":
        self.streams += 1
        return ScriptedStream(self)


class ScriptedStream(stt.RecognizeStream):
    """One stream of the scripted recognizer."""

    def __init__(self, owner: ScriptedSTT) -> None:
        super().__init__(stt=owner, conn_options=APIConnectOptions(max_retry=0))
        self._owner = owner

    async def _run(self) -> None:
        inside = False
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                self._owner.received_samples += frame.samples_per_channel
                if not inside and self._owner.interim:
                    self._emit(stt.SpeechEventType.INTERIM_TRANSCRIPT, self._owner.interim)
                inside = True
            elif inside:
                inside = False
                self._owner.flushes += 1
                if await self._answer() is END:
                    return

    async def _answer(self) -> str:
        text = self._owner.script.popleft() if self._owner.script else ""
        if text is FAIL:
            raise APIConnectionError("scripted")
        if text is END:
            return text
        if text is REFUSED:
            self._event_ch.send_nowait(UnheardEvent(reason="queue_full"))
            return text
        if isinstance(text, Held):
            await self._owner.release.wait()
        for _ in range(2 if isinstance(text, Twice) else 1):
            self._emit(stt.SpeechEventType.FINAL_TRANSCRIPT, str(text))
        return text

    def _emit(self, kind: stt.SpeechEventType, text: str) -> None:
        alternative = stt.SpeechData(language="en", text=text)  # type: ignore[arg-type]
        self._event_ch.send_nowait(stt.SpeechEvent(type=kind, alternatives=[alternative]))


class Microphone:
    """A real track on this machine that carries audio as fast as it is taken."""

    def __init__(self) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE_HZ, 1, queue_size_ms=0)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self.played_seconds = 0.0

    def now(self) -> float:
        """A clock that goes as fast as the audio."""
        return 1000.0 + self.played_seconds

    async def play(self, *parts: Samples) -> None:
        samples = np.concatenate(parts)
        samples = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
        for frame in samples.reshape(-1, FRAME_SAMPLES):
            self.played_seconds += FRAME_SAMPLES / SAMPLE_RATE_HZ
            await self._source.capture_frame(
                rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE_HZ, 1, FRAME_SAMPLES)
            )
