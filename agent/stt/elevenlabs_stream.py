"""A stream of ElevenLabs: sessions come and go, every flush is answered by one final."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import Any, Final, Never, Self

import aiohttp
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, stt

from agent.stt.elevenlabs_errors import NOTHING_HEARD, SessionLostError, gave_up
from agent.stt.elevenlabs_patience import Lateness, Patience
from agent.stt.elevenlabs_segments import (
    BYTES_PER_SECOND,
    Answer,
    SpokenSegment,
    UnansweredSpeech,
)
from agent.stt.elevenlabs_session import SAMPLE_RATE_HZ, Session, SessionOptions, open_session

logger = logging.getLogger("sidenote.elevenlabs")

BACKOFF_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Pauses before the sessions that follow a lost one; the last one again and again."""
SETTLE_SECONDS: Final = 0.1
"""Least time between a final and the next commit: what the service sends twice is known for an
echo because no commit is under way."""
STEADY_SECONDS: Final = 5.0
"""A session that lasted so long was a good one: the pauses begin anew."""
_LAST_WORDS_SECONDS: Final = 0.5
"""What is waited for the reason when a session breaks while something is sent."""


class ElevenLabsStream(stt.RecognizeStream):
    """One participant's speech; a session is open from the start, and again after any loss."""

    def __init__(
        self,
        owner: stt.STT[Any],
        options: Callable[[], SessionOptions],
        patience: Patience,
        lateness: Lateness,
    ) -> None:
        """Make it.

        Args:
            owner: whose stream it is.
            options: asked before each session; a session whose options are not those of now is
                replaced when nobody speaks.
            patience: when to give up.
            lateness: how late the service is now.
        """
        # Sessions are opened again here; a retry on top would lose what is not answered.
        super().__init__(
            stt=owner,
            conn_options=APIConnectOptions(max_retry=0),
            sample_rate=SAMPLE_RATE_HZ,
        )
        self._find_options = options
        self._options = options()
        self._patience = patience
        self._lateness = lateness
        self._unanswered = UnansweredSpeech()
        self._clock = asyncio.get_running_loop().time
        self._to_send = asyncio.Event()
        """There may be something for the session to do."""
        self._to_watch = asyncio.Event()
        """What decides when to give up has changed."""
        self._input_over = False
        self._offline_since: float | None = self._clock()
        """None: a session is open."""
        self._offline_seconds = 0.0
        """Time without a session while speech waited, since the last answer."""
        self._answered_at = -inf
        self._committed_at = -inf
        self._sent_at = -inf
        self._losses = 0
        """Sessions lost since the last good one."""
        self._last_loss = "no session yet"
        self._unreported_seconds = 0.0
        self.sent_seconds = 0.0
        """Audio sent, and paid for: with padding, and with what was sent again."""
        self.sessions = 0
        """Sessions that were opened."""

    async def __aenter__(self) -> Self:
        return self

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read_input())
                watching = tasks.create_task(self._watch())
                await self._converse()
                watching.cancel()
        except* APIError as errors:
            raise errors.exceptions[0] from None
        finally:
            self._report_usage()

    @property
    def _is_over(self) -> bool:
        return self._input_over and self._unanswered.head is None

    @property
    def _is_outdated(self) -> bool:
        return self._unanswered.head is None and self._options != self._find_options()

    async def _read_input(self) -> None:
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                self._push(bytes(frame.data))
            elif self._unanswered.end_segment():
                self._wake()
        self._input_over = True
        self._wake()

    def _push(self, pcm: bytes) -> None:
        is_first = self._unanswered.head is None
        self._unanswered.push(pcm)
        self._to_send.set()
        if is_first:
            if self._offline_since is not None:
                self._offline_since = self._clock()
            self._to_watch.set()
        if self._unanswered.seconds > self._patience.waiting_seconds:
            raise gave_up(self._patience.waiting_seconds, f"too much waits; {self._last_loss}")

    def _wake(self) -> None:
        self._to_send.set()
        self._to_watch.set()

    async def _watch(self) -> Never:
        """Give up when speech has waited too long, whatever the sessions do meanwhile."""
        limit = self._patience.give_up_seconds
        ended: SpokenSegment | None = None
        ended_at = extra = 0.0
        while True:
            self._to_watch.clear()
            head, due = self._unanswered.head, inf
            if head and head.ended:
                if head is not ended:
                    ended, ended_at = head, self._clock()
                    extra = self._lateness.extra_seconds
                due = ended_at + limit + extra + self._catch_up_seconds(head)
            if head and self._offline_since is not None:
                due = min(due, self._offline_since + limit - self._offline_seconds)
            if due <= self._clock():
                raise gave_up(limit, self._last_loss)
            await self._wait(self._to_watch, due)

    def _catch_up_seconds(self, segment: SpokenSegment) -> float:
        return self._patience.catch_up_share * segment.late_seconds

    async def _wait(self, event: asyncio.Event, until: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(None if until == inf else until):
                await event.wait()

    async def _converse(self) -> None:
        async with aiohttp.ClientSession() as http:
            while not self._is_over:
                started_at = self._clock()
                try:
                    await self._serve(http)
                except SessionLostError as lost:
                    # A task group whose task fails swallows a cancellation that comes meanwhile.
                    task = asyncio.current_task()
                    if task and task.cancelling():
                        raise asyncio.CancelledError from None
                    await self._recover(lost, self._clock() - started_at)

    async def _serve(self, http: aiohttp.ClientSession) -> None:
        started_at = self._clock()
        self._options = self._find_options()
        async with open_session(http, self._options, self._patience.connect_seconds) as session:
            self._report_connection_acquired(self._clock() - started_at, connection_reused=False)
            if self._offline_since is not None and self._unanswered.head:
                self._offline_seconds += self._clock() - self._offline_since
            self._offline_since = None
            self._sent_at = self._clock()
            self.sessions += 1
            self._unanswered.begin_again()
            try:
                await self._talk(session)
            finally:
                self._offline_since = self._clock()
                self._to_watch.set()

    async def _recover(self, lost: SessionLostError, lasted_seconds: float) -> None:
        """Pause before the next session; a shorter pause is enough when somebody speaks."""
        if lost.reason == NOTHING_HEARD and (answer := self._unanswered.hear_nothing()):
            self._emit_final(answer)
        if lasted_seconds > STEADY_SECONDS:
            self._losses = 0
        backoff = BACKOFF_SECONDS[min(self._losses, len(BACKOFF_SECONDS) - 1)]
        pause = max(lost.pause_seconds, backoff)
        self._losses += 1
        self._last_loss = lost.reason
        logger.warning(
            "a session with ElevenLabs is lost and opened again",
            extra={"reason": lost.reason, "pause_seconds": pause},
        )
        if self._unanswered.head or lost.pause_seconds:
            await asyncio.sleep(pause)
        else:
            self._to_send.clear()
            await self._wait(self._to_send, self._clock() + pause)

    async def _talk(self, session: Session) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                receiving = tasks.create_task(self._receive(session))
                try:
                    await self._send(session)
                except ConnectionError:
                    # What was received before it broke says why.
                    await asyncio.wait([receiving], timeout=_LAST_WORDS_SECONDS)
                    raise SessionLostError("broken while sending") from None
                receiving.cancel()
        except* (SessionLostError, APIError) as errors:
            raise errors.exceptions[0] from None

    async def _send(self, session: Session) -> None:
        while not (self._is_over or self._is_outdated):
            self._to_send.clear()
            if pcm := self._unanswered.take_to_send():
                await session.send(pcm)
                self._sent_at = self._clock()
                self.sent_seconds += len(pcm) / BYTES_PER_SECOND
                self._unreported_seconds += len(pcm) / BYTES_PER_SECOND
            elif self._unanswered.is_commit_due:
                await asyncio.sleep(max(0.0, self._answered_at + SETTLE_SECONDS - self._clock()))
                self._unanswered.commit()
                self._committed_at = self._sent_at = self._clock()
                await session.send(commit=True)
            else:
                await self._rest(session)

    async def _rest(self, session: Session) -> None:
        head, now = self._unanswered.head, self._clock()
        answer_due = inf
        if head and head.committed:
            answer_due = self._committed_at + self._patience.answer_seconds
            answer_due += self._lateness.extra_seconds + self._catch_up_seconds(head)
        alive_due = self._sent_at + self._patience.keep_alive_seconds
        if now >= answer_due:
            self._lateness.missed()
            raise SessionLostError("no answer to a commit")
        if now >= alive_due:
            self._sent_at = now
            await session.send()
        else:
            await self._wait(self._to_send, min(answer_due, alive_due))

    async def _receive(self, session: Session) -> Never:
        while True:
            message = await session.receive()
            kind, text = message.get("message_type"), str(message.get("text", ""))
            if kind == "partial_transcript":
                interim = self._unanswered.hear_partial(text)
                if interim is not None:
                    self._emit(stt.SpeechEventType.INTERIM_TRANSCRIPT, interim)
            # committed_transcript_with_timestamps follows, and is the same answer once more.
            elif kind == "committed_transcript" and (answer := self._unanswered.hear_final(text)):
                self._emit_final(answer)

    def _emit_final(self, answer: Answer) -> None:
        self._answered_at = self._clock()
        self._lateness.answered(self._answered_at - self._committed_at)
        self._offline_seconds = 0.0
        self._losses = 0
        if answer.final is not None:
            self._emit(stt.SpeechEventType.FINAL_TRANSCRIPT, answer.final)
        self._report_usage()
        self._wake()

    def _emit(self, kind: stt.SpeechEventType, text: str) -> None:
        self._event_ch.send_nowait(speech_event(kind, text, self._options.language))

    def _report_usage(self) -> None:
        if not self._unreported_seconds:
            return
        usage = stt.RecognitionUsage(audio_duration=self._unreported_seconds)
        self._unreported_seconds = 0.0
        self._event_ch.send_nowait(
            stt.SpeechEvent(type=stt.SpeechEventType.RECOGNITION_USAGE, recognition_usage=usage)
        )


def speech_event(kind: stt.SpeechEventType, text: str, language: str | None) -> stt.SpeechEvent:
    """Return an event with one text."""
    alternative = stt.SpeechData(language=language or "", text=text)  # type: ignore[arg-type]
    return stt.SpeechEvent(type=kind, alternatives=[alternative])
