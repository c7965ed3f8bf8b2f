"""A streaming plugin's events as one final for every flush.

Providers end their finals where they like: several within a segment, the last one before our
flush or a while after it. A segment is closed when

- `settle_seconds` have passed since its flush and since its last final, with no newer interim
  open; or at once with the first final after the flush if the provider finalizes on flush;
- its words stay open for `answer_seconds`: the newest interim is taken then, so that nothing is
  lost; with no words at all the final is empty.

Finals between two closings are joined. A final that comes after its segment was closed with its
interim is dropped as a repetition; another one is put before the words of the next segment.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from livekit import rtc
from livekit.agents import APIConnectionError, stt

from agent.stt.segments import NO_RETRY, SAMPLE_RATE_HZ, api_error_of, final_event, text_of

SETTLE_SECONDS: Final = 0.4
ANSWER_SECONDS: Final = 1.5
_LONGEST_TEXT: Final = 20_000
"""Characters of one final; nobody says so much between two flushes."""


@dataclass(slots=True)
class _Spoken:
    """A segment that waits for its final."""

    finals: list[str] = field(default_factory=list)
    interim: str = ""
    """What was shown since the last final."""
    language: str = "en"
    flushed_at: float | None = None
    last_at: float = 0.0
    """When its last words came."""
    answered: bool = False
    """Whether a final came after the flush."""

    @property
    def text(self) -> str:
        return " ".join(part for part in (*self.finals, self.interim) if part)[:_LONGEST_TEXT]


class AdaptedStream(stt.RecognizeStream):
    """One participant's speech through a plugin's own stream."""

    def __init__(
        self,
        owner: stt.STT[Any],
        inner: stt.STT[Any],
        *,
        settle_seconds: float = SETTLE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        super().__init__(stt=owner, conn_options=NO_RETRY, sample_rate=SAMPLE_RATE_HZ)
        self._inner = inner
        self._settle_seconds = settle_seconds
        self._answer_seconds = answer_seconds
        self._waiting: deque[_Spoken] = deque()
        self._late = ""
        self._took_interim = False
        self._input_ended = False
        self._inner_ended = False
        self._changed = asyncio.Event()

    async def _run(self) -> None:
        stream = self._inner.stream(conn_options=NO_RETRY)
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [
                    tasks.create_task(self._read_input(stream)),
                    tasks.create_task(self._read_events(stream)),
                ]
                await self._close_segments()
                for task in beside:
                    task.cancel()
        except ExceptionGroup as failures:
            raise api_error_of(failures) from None
        finally:
            await stream.aclose()

    async def _read_input(self, stream: stt.RecognizeStream) -> None:
        spoken: _Spoken | None = None
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                if spoken is None:
                    spoken = _Spoken()
                    self._waiting.append(spoken)
                stream.push_frame(item)
            elif spoken:
                stream.flush()
                spoken.flushed_at = asyncio.get_running_loop().time()
                spoken = None
                self._changed.set()
        stream.end_input()
        self._input_ended = True
        self._changed.set()

    async def _read_events(self, stream: stt.RecognizeStream) -> None:
        async for event in stream:
            self._take(event)
            self._changed.set()
        self._inner_ended = True
        self._changed.set()
        if not self._input_ended:
            raise APIConnectionError("the plugin's stream ended by itself")

    def _take(self, event: stt.SpeechEvent) -> None:
        text = text_of(event)
        if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
            self._take_final(event, text)
        elif event.type is stt.SpeechEventType.INTERIM_TRANSCRIPT and text and self._waiting:
            spoken = self._waiting[0]
            spoken.interim = text
            spoken.last_at = asyncio.get_running_loop().time()
            self._event_ch.send_nowait(
                stt.SpeechEvent(
                    type=stt.SpeechEventType.INTERIM_TRANSCRIPT,
                    alternatives=final_event(spoken.text, spoken.language).alternatives,
                )
            )

    def _take_final(self, event: stt.SpeechEvent, text: str) -> None:
        if not self._waiting:
            if text and not self._took_interim:
                self._late = f"{self._late} {text}".strip()[-_LONGEST_TEXT:]
            self._took_interim = False
            return
        spoken = self._waiting[0]
        if text:
            spoken.finals.append(text)
            spoken.language = event.alternatives[0].language or spoken.language
        spoken.interim = ""
        spoken.last_at = asyncio.get_running_loop().time()
        spoken.answered = spoken.flushed_at is not None

    async def _close_segments(self) -> None:
        """Answer each flush as soon as it is sure, or late enough."""
        while not (self._input_ended and not self._waiting):
            self._changed.clear()
            try:
                async with asyncio.timeout_at(self._due_at()):
                    await self._changed.wait()
            except TimeoutError:
                pass
            now = asyncio.get_running_loop().time()
            while (due := self._due_at()) is not None and due <= now:
                self._close()

    def _due_at(self) -> float | None:
        """Return when the oldest segment is to be closed; None: not before something comes."""
        if not self._waiting or self._waiting[0].flushed_at is None:
            return None
        spoken = self._waiting[0]
        assert spoken.flushed_at is not None  # noqa: S101 - said to the type checker
        at_once = spoken.answered and self._inner.capabilities.manual_flush
        if self._inner_ended or at_once:
            return 0.0
        if spoken.finals and not spoken.interim:
            return max(spoken.flushed_at, spoken.last_at) + self._settle_seconds
        return spoken.flushed_at + self._answer_seconds

    def _close(self) -> None:
        spoken = self._waiting.popleft()
        text = " ".join(part for part in (self._late, spoken.text) if part)
        self._late = ""
        self._took_interim = bool(spoken.interim)
        self._event_ch.send_nowait(final_event(text, spoken.language))
