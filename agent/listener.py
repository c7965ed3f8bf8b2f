"""One participant's track, from frames to segments: ears, speech gate, recognizer."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectionError, APIError, stt
from livekit.agents.utils import shortuuid

from agent.coverage import Counts
from agent.ears import Clock, Ears, HeardFrame
from agent.speech_gate import (
    SAMPLE_RATE_HZ,
    GateEvent,
    Samples,
    SpeechAudio,
    SpeechGate,
    SpeechStart,
)
from transcript_buffer import Role, Segment
from wire.coverage import DropReason

logger = logging.getLogger("sidenote.listener")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who is heard on a track."""

    identity: str
    name: str
    role: Role
    track_sid: str


@dataclass(slots=True)
class _Spoken:
    """A stretch of speech that the gate has let through and whose final is not there yet."""

    id: str
    start_seconds: float
    end_seconds: float
    sent_samples: int = 0

    @property
    def sent_seconds(self) -> float:
        """Seconds of audio that went to the recognizer."""
        return self.sent_samples / SAMPLE_RATE_HZ


SegmentSink = Callable[[Segment], Awaitable[None]]


class Listener:
    """Listens to one track until it ends; every final is handed over before `run` returns."""

    def __init__(
        self, speaker: Speaker, track: rtc.Track, recognizer: stt.STT[Any], on_segment: SegmentSink
    ) -> None:
        self.speaker = speaker
        self._ears = Ears(track)
        self._gate = SpeechGate()
        self._recognizer = recognizer
        self._on_segment = on_segment
        self._waiting: deque[_Spoken] = deque()
        self._abandoned = False
        self._counts = Counts()
        self._without_text_since_text = 0.0
        self._unheard_since = 0.0

    def end_input(self) -> None:
        """The track is gone: recognize what was heard, then stop."""
        self._ears.end_input()

    def abandon(self) -> None:
        """Consent was withdrawn: use nothing that is still under way, and stop at once."""
        self._abandoned = True
        self._ears.abandon()

    def counts(self) -> Counts:
        """Return the seconds of this track so far, and where they went."""
        counts = Counts(
            received=self._ears.received_seconds,
            silent=self._gate.silent_seconds,
            sent=self._gate.passed_seconds - sum(self._counts.dropped.values()),
            recognized=self._counts.recognized,
            without_text=self._counts.without_text,
        )
        for reason, seconds in self._counts.dropped.items():
            counts.dropped[reason] += seconds
        counts.dropped["queue_full"] += self._ears.dropped_seconds
        counts.dropped["consent"] += self._ears.abandoned_seconds
        return counts

    def speech_without_text_seconds(self, now: float) -> float:
        """Return the seconds of speech since the last text; 0 when nobody speaks."""
        if not self._waiting:
            return 0.0
        return self._without_text_since_text + max(0.0, now - self._unheard_since)

    def is_silent_since(self) -> float:
        """Return when the track last gave anything but silence."""
        return self._ears.loud_at_seconds

    async def run(self, now: Clock) -> None:
        """Listen until the track ends."""
        async with self._recognizer.stream() as stream, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._ears.read(now), name="ears")
            tasks.create_task(self._hear(stream), name="gate")
            tasks.create_task(self._report(stream), name="segments")

    async def _hear(self, stream: stt.RecognizeStream) -> None:
        try:
            await self._feed(stream)
        except RuntimeError as error:
            # A stream that has failed takes no more; its error is on its way to `_report`.
            raise APIConnectionError("the recognizer stream is closed") from error

    async def _feed(self, stream: stt.RecognizeStream) -> None:
        pushed_samples = 0
        offset_seconds = 0.0
        async for frame in self._ears.frames():
            pushed_samples += len(frame.samples)
            # Frames may have been dropped: what counts is when this one was heard.
            offset_seconds = frame.ended_at_seconds - pushed_samples / SAMPLE_RATE_HZ
            self._pass_on(stream, frame, offset_seconds)
        self._apply(stream, self._gate.flush(), offset_seconds)
        stream.end_input()
        logger.info(
            "a track has ended",
            extra={"seconds": self._ears.received_seconds, "track": self.speaker.track_sid},
        )
        if self._ears.dropped_frames:
            logger.warning(
                "audio was dropped because it was not taken in time",
                extra={"frames": self._ears.dropped_frames, "track": self.speaker.track_sid},
            )

    def _pass_on(self, stream: stt.RecognizeStream, frame: HeardFrame, offset: float) -> None:
        self._apply(stream, self._gate.push(frame.samples), offset)
        if self._gate.is_open and self._waiting:
            self._waiting[-1].end_seconds = max(
                self._waiting[-1].end_seconds, self._gate.position_seconds + offset
            )

    def _apply(self, stream: stt.RecognizeStream, events: list[GateEvent], offset: float) -> None:
        for event in events:
            if isinstance(event, SpeechStart):
                at = event.at_seconds + offset
                if not self._waiting:
                    self._unheard_since = at
                self._waiting.append(_Spoken(shortuuid("SG_"), at, at))
            if isinstance(event, SpeechStart | SpeechAudio):
                self._waiting[-1].sent_samples += len(event.samples)
                stream.push_frame(_audio_frame(event.samples))
            else:
                spoken = self._waiting[-1]
                spoken.end_seconds = max(event.at_seconds + offset, spoken.start_seconds)
                stream.flush()

    async def _report(self, stream: stt.RecognizeStream) -> None:
        try:
            async for event in stream:
                if self._abandoned:
                    break
                if event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT and self._waiting:
                    await self._hand_over(event, self._waiting[0], final=False)
                elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    await self._hand_over(event, self._waiting.popleft(), final=True)
            if self._abandoned:
                await self._take_back("consent")
        except APIError as error:
            logger.error("a recognizer stream failed", extra={"error": type(error).__name__})
            await self._take_back("provider_down")
            raise

    async def _take_back(self, reason: DropReason) -> None:
        """What was shown of segments that will have no final is not left standing."""
        unheard = stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT)
        while self._waiting:
            spoken = self._waiting.popleft()
            self._counts.dropped[reason] += spoken.sent_seconds
            await self._hand_over(unheard, spoken, final=True, dropped=True)

    def _note(self, spoken: _Spoken, *, text: str, final: bool) -> None:
        """Count what became of a segment, for the coverage."""
        if text:
            self._without_text_since_text = 0.0
            self._unheard_since = spoken.end_seconds
        if not final:
            return
        if text:
            self._counts.recognized += spoken.sent_seconds
        else:
            self._counts.without_text += spoken.sent_seconds
            self._without_text_since_text += spoken.sent_seconds
        if self._waiting:
            self._unheard_since = self._waiting[0].start_seconds

    async def _hand_over(
        self, event: stt.SpeechEvent, spoken: _Spoken, *, final: bool, dropped: bool = False
    ) -> None:
        text = event.alternatives[0].text if event.alternatives else ""
        if not dropped:
            self._note(spoken, text=text, final=final)
        await self._on_segment(
            Segment(
                id=spoken.id,
                speaker=self.speaker.identity,
                name=self.speaker.name,
                role=self.speaker.role,
                text=text,
                start_seconds=spoken.start_seconds,
                end_seconds=spoken.end_seconds,
                final=final,
                track_sid=self.speaker.track_sid,
            )
        )


def _audio_frame(samples: Samples) -> rtc.AudioFrame:
    return rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE_HZ, 1, len(samples))
