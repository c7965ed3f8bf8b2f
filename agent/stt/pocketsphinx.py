"""The local recognizer as a LiveKit STT: decodes while the person speaks."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

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

from agent.stt.recognizer import Recognized, RecognizerError, RecognizerPool, SegmentDecode
from agent.stt.segments import UnheardEvent
from agent.stt.vocabulary import load_vocabulary
from playbook.pronunciation import ways_to_say

SAMPLE_RATE_HZ: Final = 16000
WAITING_SEGMENTS: Final = 8
"""Segments of one stream that may wait for their finals; with more, the newest is refused."""
_UNHEARD: Final = Recognized(text="", cmn="", decode_seconds=0.0)
"""What becomes of a refused segment: nobody listened to it."""


class PocketSphinxSTT(stt.STT[Any]):
    """English on this machine, without a key and without a network."""

    def __init__(self, pool: RecognizerPool) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.pool = pool

    @property
    def model(self) -> str:
        return "en-us"

    @property
    def provider(self) -> str:
        return "pocketsphinx"

    async def expect_names(self, words: Sequence[str]) -> None:
        """Add those that can be said to the dictionary; see `ExpectsNames`."""
        # May read the models, or run espeak-ng.
        self.pool.expect(await asyncio.to_thread(_ways_to_say, words))

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        if frame.sample_rate != SAMPLE_RATE_HZ:
            raise ValueError(f"audio at {frame.sample_rate} Hz; resample it to {SAMPLE_RATE_HZ}")
        segment = self.pool.open_segment(None, lambda _: None)
        segment.push(bytes(frame.data))
        segment.end()
        try:
            recognized = await segment.final
        except RecognizerError as error:
            raise APIConnectionError(str(error)) from error
        finally:
            segment.cancel()
        return _event(stt.SpeechEventType.FINAL_TRANSCRIPT, recognized.text)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> "PocketSphinxStream":
        return PocketSphinxStream(self)


class PocketSphinxStream(stt.RecognizeStream):
    """One participant's speech; every `flush` is answered by one final."""

    def __init__(self, owner: PocketSphinxSTT) -> None:
        # The pool sends a segment again by itself; a retry on top would hear it twice.
        super().__init__(
            stt=owner,
            conn_options=APIConnectOptions(max_retry=0),
            sample_rate=SAMPLE_RATE_HZ,
        )
        self._pool = owner.pool
        self._cmn: str | None = None
        self._waiting: deque[SegmentDecode] = deque()
        self.refused_segments = 0
        """Segments that were not recognized because too many waited."""

    async def _run(self) -> None:
        answers: asyncio.Queue[SegmentDecode | None] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read_input(answers))
                tasks.create_task(self._emit_finals(answers))
        except* RecognizerError as errors:
            raise APIConnectionError(str(errors.exceptions[0])) from errors
        finally:
            for segment in self._waiting:
                segment.cancel()
            self._waiting.clear()

    async def _read_input(self, answers: "asyncio.Queue[SegmentDecode | None]") -> None:
        segment: SegmentDecode | None = None
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                segment = segment or self._open()
                segment.push(bytes(frame.data))
            elif segment:
                if len(self._waiting) > WAITING_SEGMENTS:
                    self._refuse(segment)
                else:
                    segment.end()
                answers.put_nowait(segment)
                segment = None
        answers.put_nowait(None)

    def _open(self) -> SegmentDecode:
        segment = self._pool.open_segment(self._cmn, lambda text: self._emit_interim(segment, text))
        self._waiting.append(segment)
        return segment

    def _refuse(self, segment: SegmentDecode) -> None:
        self.refused_segments += 1
        segment.cancel()
        segment.final = asyncio.get_running_loop().create_future()
        segment.final.set_result(_UNHEARD)

    def _emit_interim(self, segment: SegmentDecode, text: str) -> None:
        # While an earlier final is under way an interim would be taken for a part of it.
        if segment is self._waiting[0]:
            self._event_ch.send_nowait(_event(stt.SpeechEventType.INTERIM_TRANSCRIPT, text))

    async def _emit_finals(self, answers: "asyncio.Queue[SegmentDecode | None]") -> None:
        while segment := await answers.get():
            recognized = await segment.final
            if recognized.text:  # else it was nobody's voice
                self._cmn = recognized.cmn
            self._waiting.remove(segment)
            self._event_ch.send_nowait(
                UnheardEvent(reason="queue_full")
                if recognized is _UNHEARD
                else _event(stt.SpeechEventType.FINAL_TRANSCRIPT, recognized.text)
            )


def _ways_to_say(words: Sequence[str]) -> dict[str, list[str]]:
    found = ways_to_say(words, {}, load_vocabulary())
    return {
        word: [" ".join(way) for way in found[word.lower()]]
        for word in words
        if word.lower() in found
    }


def _event(kind: stt.SpeechEventType, text: str) -> stt.SpeechEvent:
    alternative = stt.SpeechData(language="en", text=text)  # type: ignore[arg-type]
    return stt.SpeechEvent(type=kind, alternatives=[alternative])
