"""Recognizes the stretches of a recording, several at once, and hands them on in their order."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from agent.transcribe.recognizers import StretchRecognizer
from agent.transcribe.stretches import Stretch
from agent.transcribe.voice_print import VoicePrint

_AHEAD: Final = 3
"""Stretches that wait for each one that is recognized: a long one does not leave the others
without work."""
_READ_AT_ONCE: Final = 8
"""Seconds of the recording, at least, that are read before the loop of events has its turn."""

Heard = Callable[[Stretch, VoicePrint, str | None], Awaitable[None]]
"""Takes a stretch, its voice, and its text; None: it was recognized before."""


async def hear_stretches(
    stretches: Iterator[Stretch | None],
    recognizer: StretchRecognizer,
    on_heard: Heard,
    *,
    from_seconds: float,
) -> None:
    """Recognize what begins at `from_seconds` or later; hand on every stretch, in order.

    What is read ahead is bounded: reading waits for the recognizer.

    Raises:
        RecordingError: the recording cannot be read to its end.
        APIError: the recognizer does not answer.
        RecognizerError: it dies of a stretch.
    """
    slots = asyncio.Semaphore(recognizer.in_flight)
    waiting: asyncio.Queue[_Pending | None] = asyncio.Queue(recognizer.in_flight * (_AHEAD + 1))

    async def recognize(stretch: Stretch) -> str:
        async with slots:
            return await recognizer.recognize(stretch.samples)

    async def read(tasks: asyncio.TaskGroup) -> None:
        while some := await asyncio.to_thread(_read_some, stretches):
            for stretch, voice in some.found:
                known = stretch.start_seconds < from_seconds
                text = None if known else tasks.create_task(recognize(stretch))
                await waiting.put(_Pending(stretch, voice, text))
        await waiting.put(None)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(read(tasks), name="reading")
            while pending := await waiting.get():
                text = await pending.text if pending.text else None
                await on_heard(pending.stretch, pending.voice, text)
    except ExceptionGroup as failures:
        # The first one ended the others.
        raise _first_of(failures) from None


class _Pending:
    def __init__(self, stretch: Stretch, voice: VoicePrint, text: asyncio.Task[str] | None) -> None:
        self.stretch = stretch
        self.voice = voice
        self.text = text


class _Some:
    """What one turn of reading has found, perhaps nothing; false only at the end."""

    def __init__(self, found: list[tuple[Stretch, VoicePrint]]) -> None:
        self.found = found


def _read_some(stretches: Iterator[Stretch | None]) -> _Some | None:
    """Read on; None at the end of the recording."""
    found: list[tuple[Stretch, VoicePrint]] = []
    blocks = 0
    for stretch in stretches:
        if stretch is None:
            blocks += 1
        else:
            found.append((stretch, VoicePrint.of(stretch.samples)))
        if found or blocks >= _READ_AT_ONCE:
            return _Some(found)
    return _Some(found) if found else None


def _first_of(failures: ExceptionGroup[Exception]) -> Exception:
    first = failures.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first
