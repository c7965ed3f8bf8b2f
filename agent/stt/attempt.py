"""What a chain has given to one provider: its stream, and the segments it owes finals for."""

import asyncio
from collections import deque
from contextlib import suppress

from livekit import rtc
from livekit.agents import stt

from agent.stt.segments import KeptSegment


class ChainSegment(KeptSegment):
    """A segment, who has it, and what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.attempt: Attempt | None = None
        self.answer: stt.SpeechEvent | None = None
        self.due_at: float | None = None
        self.sends = 0
        self.failed_at: float | None = None
        """When whoever had it failed for the first time; None: nobody has."""


class Attempt:
    """One stream of one provider, and the segments that it has been given."""

    def __init__(self, stream: stt.RecognizeStream, number: int, epoch: int) -> None:
        self.stream = stream
        self.number = number
        self.epoch = epoch
        self.owed: deque[ChainSegment] = deque()
        self.finals = 0
        self.reader: asyncio.Task[None] | None = None

    def give(self, segment: ChainSegment) -> None:
        """Send a segment as far as it was heard."""
        segment.attempt = self
        segment.sends += 1
        self.owed.append(segment)
        for frame in segment.frames():
            self.push(frame)
        if segment.ended:
            self.flush()

    def push(self, frame: rtc.AudioFrame) -> None:
        """Send audio."""
        # A stream that has failed takes no more: its reader is about to say why.
        with suppress(RuntimeError):
            self.stream.push_frame(frame)

    def flush(self) -> None:
        """Say that the last segment is over."""
        with suppress(RuntimeError):
            self.stream.flush()
