"""One participant's speech through a chain of providers; no word is lost, none comes twice.

The audio of every segment is kept until its final is there. A segment is given to one provider at
a time, from its beginning; when that provider fails, everything unanswered is given to the next
one, in order, and what the old one may still say is not listened to. A better provider that is
back gets the next segment, while the old one finishes those it has.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from livekit import rtc
from livekit.agents import stt

from agent.stt.attempt import Attempt, ChainSegment
from agent.stt.health import FailureReason, reason_of
from agent.stt.segments import (
    NO_RETRY,
    SAMPLE_RATE_HZ,
    WAITING_SEGMENTS,
    UnheardEvent,
    text_of,
)
from wire.coverage import DropReason

if TYPE_CHECKING:
    from agent.stt.chain import ChainSTT

KEPT_SEGMENTS: Final = 24
KEPT_SECONDS: Final = 120.0
"""Audio (4 MB) that one stream keeps while nobody answers; with more, the oldest is given up."""
MOST_SENDS: Final = 8
"""How often a segment is sent, at least, before it is given up: it may be what breaks the
providers, and when nobody can be reached it is not."""
_CLOSE_SECONDS: Final = 5.0


class ChainStream(stt.RecognizeStream):
    """The stream of a `ChainSTT`; every `flush` is answered by one final."""

    def __init__(self, chain: "ChainSTT") -> None:
        super().__init__(stt=chain, conn_options=NO_RETRY, sample_rate=SAMPLE_RATE_HZ)
        self._chain = chain
        self._unanswered: deque[ChainSegment] = deque()
        self._attempts: list[Attempt] = []
        self._current: Attempt | None = None
        self._unclosed: set[stt.RecognizeStream] = set()
        self._input_ended_at: float | None = None
        self._changed = asyncio.Event()
        self.dropped_seconds = 0.0
        """Audio given up; the finals of its segments have no alternatives."""

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as self._tasks:
                beside = [
                    self._tasks.create_task(self._read_input()),
                    self._tasks.create_task(self._chain.probe_failed_providers()),
                ]
                self._chain.streams.add(self)
                try:
                    self._current = self._open_attempt()  # connected before anybody speaks
                    await self._watch()
                finally:
                    self._chain.streams.discard(self)
                for attempt in list(self._attempts):
                    self._retire(attempt)
                for task in beside:
                    task.cancel()
        finally:
            await asyncio.gather(*(self._close(stream) for stream in self._unclosed))

    async def _read_input(self) -> None:
        segment: ChainSegment | None = None
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                if segment is None:
                    segment = ChainSegment()
                    self._unanswered.append(segment)
                segment.push(item)
                if segment.attempt:
                    segment.attempt.push(item)
                else:
                    self._make_room()
                    self._feed()
            elif segment:
                segment.ended = True
                if segment.attempt:
                    segment.attempt.flush()
                    self._set_due(segment, segment.attempt)
                segment = None
                self._changed.set()
        self._input_ended_at = self._now()
        self._changed.set()

    async def _watch(self) -> None:
        """Notice what does not come; return when the input has ended and all is answered."""
        while self._input_ended_at is None or self._unanswered:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_look_at()):
                    await self._changed.wait()
            self._look()

    def _next_look_at(self) -> float | None:
        times = [one.owed[0].due_at for one in self._attempts if one.owed]
        if self._unsent() and self._chain.health.pick() is None:
            times.append(self._chain.health.next_due_at())
            if self._input_ended_at is not None:
                times.append(self._input_ended_at + self._chain.times.farewell_seconds)
        return min((at for at in times if at is not None), default=None)

    def _look(self) -> None:
        now = self._now()
        for attempt in list(self._attempts):
            due_at = attempt.owed[0].due_at if attempt.owed else None
            if due_at is not None and due_at <= now:
                self._fail(attempt, "too_slow")
                return
        self._feed()
        ended_at = self._input_ended_at
        if ended_at is None or self._chain.health.pick() is not None:
            return
        if ended_at + self._chain.times.farewell_seconds <= now:
            for segment in self._unsent():
                self._give_up(segment)
            self._emit_ready()

    def _unsent(self) -> list[ChainSegment]:
        return [one for one in self._unanswered if one.attempt is None and one.answer is None]

    def leave(self, number: int) -> None:
        """A provider has failed for somebody: do not wait for it any longer."""
        if any(attempt.number == number for attempt in self._attempts):
            self._start_over()

    def seconds_under_way(self, number: int) -> float:
        """Return the audio that a provider has been given and has not answered."""
        owed = (one.owed for one in self._attempts if one.number == number)
        return sum(segment.seconds for segments in owed for segment in segments)

    def come_back(self) -> None:
        """Connect to the provider that is asked from now on, and send it what waits."""
        if self._current is None or not self._current.owed:
            self._attempt_now()
        self._changed.set()

    def _feed(self) -> None:
        """Give segments that nobody has to the provider that is asked now."""
        for segment in self._unsent():
            attempt = self._attempt_now()
            if attempt is None or len(attempt.owed) >= WAITING_SEGMENTS:
                return
            attempt.give(segment)
            if segment.ended and segment.due_at is None:
                self._set_due(segment, attempt)

    def _attempt_now(self) -> Attempt | None:
        number = self._chain.health.pick()
        if self._current is None or self._current.number != number:
            old, self._current = self._current, self._open_attempt()
            if old and not old.owed:
                self._retire(old)
        return self._current

    def _open_attempt(self) -> Attempt | None:
        health = self._chain.health
        while (number := health.pick()) is not None:
            epoch = health.epoch(number)
            try:
                stream = self._chain.providers[number].stt.stream(conn_options=NO_RETRY)
            except Exception as error:  # noqa: BLE001 - whatever a provider raises, the next one hears
                health.failed(number, epoch, reason_of(error))
                continue
            attempt = Attempt(stream, number, epoch)
            self._unclosed.add(stream)
            self._attempts.append(attempt)
            attempt.reader = self._tasks.create_task(self._read(attempt))
            return attempt
        return None

    async def _read(self, attempt: Attempt) -> None:
        reason: FailureReason = "provider_down"
        while attempt in self._attempts:
            try:
                event = await anext(attempt.stream)
            except StopAsyncIteration:
                break
            except Exception as error:  # noqa: BLE001 - whatever a provider raises, the next one hears
                reason = reason_of(error)
                break
            if attempt in self._attempts:
                self._take(attempt, event)
        self._fail(attempt, reason)

    def _take(self, attempt: Attempt, event: stt.SpeechEvent) -> None:
        if event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT:
            # Of a later segment it would be taken for a part of the first one.
            first = self._unanswered[0] if self._unanswered else None
            if first and attempt.owed and attempt.owed[0] is first:
                self._event_ch.send_nowait(event)
        elif event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            if attempt.owed and attempt.owed[0].ended:
                self._take_final(attempt, event)
            else:
                # A final for which there is no flush: whatever comes now cannot be placed.
                self._fail(attempt, "provider_down")

    def _take_final(self, attempt: Attempt, event: stt.SpeechEvent) -> None:
        segment = attempt.owed.popleft()
        attempt.finals += 1
        self._chain.health.answered(attempt.number, attempt.epoch)
        if segment.answer is None:
            segment.answer = event
            if text_of(event):
                self._chain.offer_sample(segment)
        if not attempt.owed and attempt is not self._current:
            self._retire(attempt)
        self._emit_ready()
        self._feed()
        self._changed.set()

    def _fail(self, attempt: Attempt, reason: FailureReason) -> None:
        """Go on without an attempt."""
        if attempt not in self._attempts:
            return
        # A connection that has worked may break: a new one to the same provider tells whether it
        # is the provider. What is due stays due.
        reopens = self._chain.providers[attempt.number].reopens
        once_more = reason == "provider_down" and attempt.finals > 0 and not reopens
        if not once_more:
            self._chain.health.failed(attempt.number, attempt.epoch, reason)
        if attempt in self._attempts:  # else `leave` has started over already
            self._start_over(keep_due=once_more)

    def _start_over(self, *, keep_due: bool = False) -> None:
        """Send everything unanswered again, from its beginning."""
        for attempt in list(self._attempts):
            self._retire(attempt)
        self._current = None
        for segment in self._unanswered:
            segment.attempt = None
            if not keep_due:
                segment.due_at = None
            if self._is_to_blame(segment):
                self._give_up(segment)
        self._emit_ready()
        self._current = self._open_attempt()
        self._feed()
        self._changed.set()

    def _retire(self, attempt: Attempt) -> None:
        self._attempts.remove(attempt)
        if attempt.reader and attempt.reader is not asyncio.current_task():
            attempt.reader.cancel()
        self._tasks.create_task(self._close(attempt.stream))

    async def _close(self, stream: stt.RecognizeStream) -> None:
        """Close a stream, beside everything else: some take their time."""
        with suppress(Exception):  # it is left for good, whatever it has to say
            async with asyncio.timeout(_CLOSE_SECONDS):
                await stream.aclose()
        self._unclosed.discard(stream)

    def _make_room(self) -> None:
        """Give up the oldest segments when too much waits."""
        while (
            len(self._unanswered) > KEPT_SEGMENTS
            or sum(segment.seconds for segment in self._unanswered) > KEPT_SECONDS
        ) and self._unanswered[0].ended:
            if self._unanswered[0].answer is None:
                is_down = self._chain.health.pick() is None
                self._give_up(self._unanswered[0], "provider_down" if is_down else "queue_full")
            self._emit_ready()

    def _is_to_blame(self, segment: ChainSegment) -> bool:
        """Take note of a failure; tell whether it is more likely the segment's than anybody's."""
        if segment.failed_at is None:
            segment.failed_at = self._now()
        hoped = self._now() - segment.failed_at >= self._chain.times.hope_seconds
        return hoped and segment.sends >= MOST_SENDS and segment.answer is None

    def _give_up(self, segment: ChainSegment, reason: DropReason = "provider_down") -> None:
        segment.answer = UnheardEvent(reason=reason)
        self.dropped_seconds += segment.seconds

    def _emit_ready(self) -> None:
        while self._unanswered and (answer := self._unanswered[0].answer):
            self._unanswered.popleft()
            self._event_ch.send_nowait(answer)

    def _set_due(self, segment: ChainSegment, attempt: Attempt) -> None:
        before = sum(one.seconds for one in attempt.owed)
        limit = self._chain.limit_seconds(attempt.number, before)
        segment.due_at = self._now() + limit

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
