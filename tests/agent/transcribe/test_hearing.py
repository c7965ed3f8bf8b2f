"""Stretches on their way through a recognizer: in order, bounded, and nothing twice."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from livekit.agents import APIConnectionError

from agent.speech_gate import Samples
from agent.transcribe.hearing import hear_stretches
from agent.transcribe.stretches import Stretch
from agent.transcribe.voice_print import VoicePrint
from records.recordings import RecordingError

pytestmark = pytest.mark.unit


class Slow:
    """Answers the later stretch first, and counts how many it has."""

    def __init__(self, fails_at: int = -1) -> None:
        self.at_work = self.most_at_work = 0
        self.heard: list[int] = []
        self._fails_at = fails_at

    in_flight = 3

    async def recognize(self, samples: Samples) -> str:
        number = int(samples[0])
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await asyncio.sleep(0.003 * (5 - number % 5))
        self.at_work -= 1
        self.heard.append(number)
        if number == self._fails_at:
            raise APIConnectionError("gone")
        return f"text {number}"


class Source:
    """Stretches of a second each, and how far they were read."""

    def __init__(self, count: int, fails: bool = False) -> None:
        self.read = 0
        self._count = count
        self._fails = fails

    def __iter__(self) -> Iterator[Stretch | None]:
        for number in range(self._count):
            self.read += 1
            yield None
            yield Stretch(
                number=number,
                start_seconds=number,
                end_seconds=number + 0.5,
                samples=np.full(8000, number, np.int16),
            )
        if self._fails:
            raise RecordingError("unreadable", "breaks off", "upload it again")


class Taken:
    def __init__(self) -> None:
        self.texts: list[tuple[int, str | None]] = []

    async def __call__(self, stretch: Stretch, _: VoicePrint, text: str | None) -> None:
        self.texts.append((stretch.number, text))


async def test_texts_come_in_order_however_the_recognizer_answers() -> None:
    recognizer, taken = Slow(), Taken()
    await hear_stretches(iter(Source(40)), recognizer, taken, from_seconds=0)
    assert taken.texts == [(number, f"text {number}") for number in range(40)]
    assert recognizer.most_at_work == 3
    assert recognizer.heard != sorted(recognizer.heard)


async def test_what_was_recognized_before_is_handed_on_without_a_text() -> None:
    recognizer, taken = Slow(), Taken()
    await hear_stretches(iter(Source(6)), recognizer, taken, from_seconds=4)
    assert [text for _, text in taken.texts] == [None] * 4 + ["text 4", "text 5"]
    assert sorted(recognizer.heard) == [4, 5]


async def test_reading_waits_for_the_recognizer() -> None:
    source, gate = Source(1000), asyncio.Event()

    class Stuck(Slow):
        async def recognize(self, samples: Samples) -> str:
            await gate.wait()
            return ""

    async def run() -> None:
        await hear_stretches(iter(source), Stuck(), Taken(), from_seconds=0)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run())
        seen = -1
        while seen != source.read:
            seen = source.read
            await asyncio.sleep(0.05)
        assert 0 < seen < 20
        gate.set()
    assert source.read == 1000


async def test_a_recognizer_that_fails_ends_it_with_its_own_error() -> None:
    taken = Taken()
    with pytest.raises(APIConnectionError):
        await hear_stretches(iter(Source(40)), Slow(fails_at=7), taken, from_seconds=0)
    assert [number for number, _ in taken.texts] == list(range(len(taken.texts)))
    assert len(taken.texts) <= 7


async def test_a_recording_that_breaks_off_keeps_what_was_heard() -> None:
    taken = Taken()
    with pytest.raises(RecordingError):
        await hear_stretches(iter(Source(3, fails=True)), Slow(), taken, from_seconds=0)
    assert taken.texts == [(0, "text 0"), (1, "text 1"), (2, "text 2")][: len(taken.texts)]
