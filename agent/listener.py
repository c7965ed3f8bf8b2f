"""One participant's track, from frames to segments: ears, speech gate, recognizer."""

import asyncio
import logging
import math
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

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
from agent.stt.segments import UnheardEvent
from agent.turn_end import TurnEnd
from transcript_buffer import Role, Segment
from wire.coverage import DropReason

logger = logging.getLogger("sidenote.listener")

PAUSE_SECONDS: Final = 5.0
"""Speech without text counts together until there is such a pause."""


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
    ended: bool = False
    was_room: bool = False
    """Whether it turned out that somebody else was heard: its text is not this person's."""

    @property
    def sent_seconds(self) -> float:
        """Seconds of audio that went to the recognizer."""
        return self.sent_samples / SAMPLE_RATE_HZ


SegmentSink = Callable[[Segment], Awaitable[None]]


class Listener:
    """Listens to one track until it ends; every final is handed over before `run` returns."""

    def __init__(
        self,
        speaker: Speaker,
        track: rtc.Track,
        recognizer: stt.STT[Any],
        on_segment: SegmentSink,
        on_speech: Callable[[], None] = lambda: None,
        on_onset: Callable[[], None] = lambda: None,
        on_frame: Callable[[HeardFrame], None] = lambda _: None,
        early_ears: Ears | None = None,
        turn_end: TurnEnd | None = None,
    ) -> None:
        """Begin with nothing heard.

        Args:
            speaker: who is heard.
            track: what is listened to.
            recognizer: gives the stream.
            on_segment: gets every interim and final.
            on_speech: called at once when speech begins.
            on_onset: called a moment before, when that may be so, and may not.
            on_frame: called at once with every frame that is heard.
            early_ears: read the track already, in a task of somebody else; None: none do.
            turn_end: tells a pause from an end; None: silence alone does.
        """
        self.speaker = speaker
        self._on_speech = on_speech
        self._on_onset = on_onset
        self._reads_itself = early_ears is None
        self._ears = early_ears or Ears(track, on_frame)
        if early_ears:
            early_ears.hand_over(on_frame)
        self._gate = SpeechGate(turn_end=turn_end)
        self._recognizer = recognizer
        self._on_segment = on_segment
        self._waiting: deque[_Spoken] = deque()
        self._handed_over: _Spoken | None = None
        """Whose final is on its way into the store."""
        self._ended_by: DropReason | None = None
        """Why nothing more comes of what is under way; None: all is well."""
        self._input_ended = False
        self._recognized_seconds = 0.0
        self._without_text_seconds = 0.0
        self._unanswered: defaultdict[DropReason, float] = defaultdict(float)
        """Seconds that went to the recognizer and that nobody has recognized, by reason."""
        self._without_text_since_text = 0.0
        self._text_at_seconds = -math.inf
        self._spoke_at_seconds = -math.inf
        self._loud_at_seconds = -math.inf

    def end_input(self) -> None:
        """The track is gone: recognize what was heard, then stop."""
        self._ears.end_input()

    def abandon(self) -> None:
        """Consent was withdrawn: use nothing that is still under way, and stop at once."""
        self._ended_by = self._ended_by or "consent"
        self._ears.abandon()

    @property
    def is_open(self) -> bool:
        """Whether what the track carries is heard from now on."""
        return self._ears.is_open

    def has_heard(self) -> bool:
        """Tell whether anything has come of the track."""
        return self._ears.received_seconds > 0

    def heard_until(self, now: float) -> float:
        """Return up to when all that was said is recognized and handed over."""
        unfinished = self._handed_over or (self._waiting[0] if self._waiting else None)
        begun = unfinished.start_seconds if unfinished else now
        return min(begun, self._ears.heard_until(now))

    def counts(self) -> Counts:
        """Return the seconds of this track so far, and where they went."""
        counts = Counts(
            received=self._ears.received_seconds,
            silent=self._gate.silent_seconds,
            recognized=self._recognized_seconds,
            without_text=self._without_text_seconds,
        )
        counts.dropped["queue_full"] = self._ears.dropped_seconds
        for reason, seconds in self._unanswered.items():
            counts.dropped[reason] += seconds
        if self._ended_by:
            counts.sent = counts.recognized + counts.without_text
            counts.dropped[self._ended_by] += max(0.0, counts.unaccounted_seconds)
        else:
            counts.received -= self._ears.waiting_seconds
            counts.sent = self._gate.passed_seconds - sum(self._unanswered.values())
        return counts

    def speech_without_text_seconds(self, now: float) -> float:
        """Return the seconds of speech since the last text; 0 when nobody speaks."""
        if not self._waiting and now - self._spoke_at_seconds > PAUSE_SECONDS:
            return 0.0
        return self._without_text_since_text + self._overdue_seconds(now)

    def _overdue_seconds(self, now: float) -> float:
        if not self._waiting:
            return 0.0
        oldest = self._waiting[0]
        if self._recognizer.capabilities.interim_results:
            since = max(oldest.start_seconds, self._text_at_seconds)
            if not oldest.ended:
                # What the speech gate holds back can have no text.
                now -= self._gate.held_back_seconds
        elif oldest.ended:
            since = oldest.end_seconds
        else:
            return 0.0
        return max(0.0, now - since)

    def is_speaking(self) -> bool:
        """Tell whether speech is under way."""
        return self._gate.is_open

    def is_silent_since(self) -> float:
        """Return when the track last gave anything but silence."""
        return self._loud_at_seconds

    async def run(self, now: Clock) -> None:
        """Listen until the track ends."""
        try:
            async with self._recognizer.stream() as stream, asyncio.TaskGroup() as tasks:
                if self._reads_itself:
                    tasks.create_task(self._ears.read(now), name="ears")
                tasks.create_task(self._hear(stream), name="gate")
                tasks.create_task(self._report(stream), name="segments")
        finally:
            self._ears.end_input()

    async def _hear(self, stream: stt.RecognizeStream) -> None:
        try:
            await self._feed(stream)
        except RuntimeError:
            # A stream that has failed takes no more; `_report` learns why, and tells.
            await stream.aclose()

    async def _feed(self, stream: stt.RecognizeStream) -> None:
        pushed_samples = 0
        offset_seconds = 0.0
        async for frame in self._ears.frames():
            pushed_samples += len(frame.samples)
            # Frames may have been dropped: what counts is when this one was heard.
            offset_seconds = frame.ended_at_seconds - pushed_samples / SAMPLE_RATE_HZ
            self._pass_on(stream, frame, offset_seconds)
        if self._ended_by:
            await stream.aclose()  # not a sample more, and no final
        else:
            self._apply(stream, self._gate.flush(), offset_seconds)
            self._input_ended = True
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
        if self._gate.hears_onset:
            self._on_onset()
        if not self._gate.is_muted:
            self._loud_at_seconds = frame.ended_at_seconds
        if self._gate.is_open and self._waiting:
            self._waiting[-1].end_seconds = max(
                self._waiting[-1].end_seconds, self._gate.position_seconds + offset
            )

    def _apply(self, stream: stt.RecognizeStream, events: list[GateEvent], offset: float) -> None:
        for event in events:
            if isinstance(event, SpeechStart):
                self._on_speech()
                at = event.at_seconds + offset
                if at - self._spoke_at_seconds > PAUSE_SECONDS:
                    self._without_text_since_text = 0.0
                self._waiting.append(_Spoken(shortuuid("SG_"), at, at))
            if isinstance(event, SpeechStart | SpeechAudio):
                self._waiting[-1].sent_samples += len(event.samples)
                stream.push_frame(_audio_frame(event.samples))
            else:
                spoken = self._waiting[-1]
                spoken.end_seconds = max(event.at_seconds + offset, spoken.start_seconds)
                spoken.ended = True
                spoken.was_room = event.was_room
                self._spoke_at_seconds = spoken.end_seconds
                stream.flush()

    async def _report(self, stream: stt.RecognizeStream) -> None:
        try:
            await self._take_all(stream)
        except APIError as error:
            logger.error("a recognizer stream failed", extra={"error": type(error).__name__})
            self._ended_by = self._ended_by or "provider_down"
            await self._take_back()
            raise
        if self._ended_by:
            await self._take_back()

    async def _take_all(self, stream: stt.RecognizeStream) -> None:
        async for event in stream:
            if self._ended_by:
                return
            await self._take(event)
        if not self._ended_by and (self._waiting or not self._input_ended):
            raise APIConnectionError("the recognizer ended its stream early")

    async def _take(self, event: stt.SpeechEvent) -> None:
        text = event.alternatives[0].text if event.alternatives else ""
        if self._waiting and self._waiting[0].was_room:
            text = ""
        if event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT and self._waiting:
            self._note_text(text, self._waiting[0])
            if len(self._waiting) == 1 and self._gate.is_open:
                self._gate.note_text(text)
            await self._hand_over(text, self._waiting[0], final=False)
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT and self._waiting:
            spoken = self._handed_over = self._waiting.popleft()
            self._note_text(text, spoken)
            if event.alternatives:
                self._count(text, spoken)
            else:
                # No recognizer answered, however often the speech was sent.
                reason = event.reason if isinstance(event, UnheardEvent) else "provider_down"
                self._unanswered[reason] += spoken.sent_seconds
            await self._hand_over(text, spoken, final=True)
            self._handed_over = None
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            logger.warning(
                "a final that nobody spoke was dropped", extra={"track": self.speaker.track_sid}
            )

    async def _take_back(self) -> None:
        """What was shown of segments that will have no final is not left standing."""
        while self._waiting:
            await self._hand_over("", self._waiting.popleft(), final=True)

    def _note_text(self, text: str, spoken: _Spoken) -> None:
        if text:
            self._without_text_since_text = 0.0
            self._text_at_seconds = spoken.end_seconds

    def _count(self, text: str, spoken: _Spoken) -> None:
        """Count what became of a segment, for the coverage."""
        if text:
            self._recognized_seconds += spoken.sent_seconds
        else:
            self._without_text_seconds += spoken.sent_seconds
            if not spoken.was_room:
                self._without_text_since_text += spoken.sent_seconds

    async def _hand_over(self, text: str, spoken: _Spoken, *, final: bool) -> None:
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
