"""Listeners on real tracks, with the real speech gate; only the recognizer follows a script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from livekit.agents import APIError, stt

from agent.coverage import Counts
from agent.listener import PAUSE_SECONDS, Listener, Speaker
from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from agent.track_stream import FRAME_MS
from lab.sound import as_samples
from tests.agent.scripted_stt import END, FAIL, REFUSED, Held, Microphone, ScriptedSTT, Twice
from tests.agent.speech import read_line, silence, surroundings
from tests.agent.stt.chains import chain_of
from tests.agent.waiting import until
from transcript_buffer import Segment

pytestmark = pytest.mark.unit

LINE = read_line(2).samples
PIECE_SAMPLES = SAMPLE_RATE_HZ // 4
SPEAKER = Speaker(identity="guest-1", name="Ben", role="guest", track_sid="TR_1")


class Ear:
    """A listener at work, and everything it hands over."""

    def __init__(self, recognizer: stt.STT[Any]) -> None:
        self.microphone = Microphone()
        self.segments: list[Segment] = []
        self.listener = Listener(SPEAKER, self.microphone.track, recognizer, self._take)

    async def _take(self, segment: Segment) -> None:
        self.segments.append(segment)

    @property
    def finals(self) -> list[str]:
        return [segment.text for segment in self.segments if segment.final]

    async def hear(self, *parts: Samples) -> None:
        """Play, and wait until all of it is judged.

        Piece by piece: the listener is never far behind the microphone, however busy the machine.
        """
        samples = np.concatenate(parts)
        for start in range(0, len(samples), PIECE_SAMPLES):
            await self.microphone.play(samples[start : start + PIECE_SAMPLES])
            seconds = self.microphone.played_seconds
            await until(lambda: self.listener.counts().received >= seconds - FRAME_MS / 1000)  # noqa: B023


@asynccontextmanager
async def listening(recognizer: stt.STT[Any]) -> AsyncIterator[Ear]:
    ear = Ear(recognizer)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ear.listener.run(ear.microphone.now))
        await until(lambda: ear.listener.is_open)
        yield ear
        ear.listener.end_input()
        await asyncio.wait({running})


@asynccontextmanager
async def failing(recognizer: ScriptedSTT) -> AsyncIterator[Ear]:
    """A listener that ends with an error of the recognizer."""
    ear = Ear(recognizer)
    async with asyncio.timeout(60):
        running = asyncio.ensure_future(ear.listener.run(ear.microphone.now))
        await until(lambda: ear.listener.is_open)
        yield ear
        await asyncio.wait({running})
    errors = running.exception()
    assert isinstance(errors, BaseExceptionGroup)
    assert errors.subgroup(APIError) is not None
    assert errors.split(APIError)[1] is None


def assert_nothing_is_missing(counts: Counts) -> None:
    parts = counts.silent + counts.sent + sum(counts.dropped.values())
    assert counts.received == pytest.approx(parts)
    assert min(counts.silent, counts.sent, *counts.dropped.values()) >= 0


def dropped(counts: Counts) -> dict[str, float]:
    return {reason: seconds for reason, seconds in counts.dropped.items() if seconds}


async def test_every_second_heard_is_silent_or_sent_and_what_was_sent_became_text() -> None:
    recognizer = ScriptedSTT(["hello there"])
    async with listening(recognizer) as ear:
        assert ear.listener.counts().received == 0
        await ear.hear(silence(1.0), LINE, silence(2.0))
        assert_nothing_is_missing(ear.listener.counts())
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert counts.received == pytest.approx(3.0 + len(LINE) / SAMPLE_RATE_HZ, abs=0.06)
    assert counts.sent == pytest.approx(recognizer.received_samples / SAMPLE_RATE_HZ)
    assert counts.recognized == pytest.approx(counts.sent)
    assert counts.without_text == 0
    assert dropped(counts) == {}
    assert ear.finals == ["hello there"]


async def test_speech_that_a_recognizer_finds_no_words_in_is_counted_apart() -> None:
    async with listening(ScriptedSTT(["", "hello"])) as ear:
        await ear.hear(LINE, silence(1.0), LINE, silence(1.0))
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert counts.recognized == pytest.approx(counts.without_text, rel=0.1)
    assert counts.recognized + counts.without_text == pytest.approx(counts.sent)


async def test_speech_that_a_busy_recognizer_refuses_is_dropped_for_that_reason() -> None:
    async with listening(ScriptedSTT([REFUSED, "hello"])) as ear:
        await ear.hear(LINE, silence(1.0), LINE, silence(1.0))
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert dropped(counts) == {"queue_full": pytest.approx(counts.recognized, rel=0.1)}
    assert ear.finals == ["", "hello"]


async def test_a_room_that_becomes_loud_says_nothing_in_this_persons_name() -> None:
    recognizer = ScriptedSTT(["no word of theirs", "hello there"], interim="no word")
    loud = surroundings("babble", -35.0, 6.0)
    async with listening(recognizer) as ear:
        await ear.hear(surroundings("white", -65.0, 5.0), loud)
        await until(lambda: ear.finals)
        assert (ear.segments[0].text, ear.finals) == ("no word", [""])
        # Nobody need be told that there was speech without text.
        assert ear.listener.speech_without_text_seconds(ear.microphone.now()) == 0
        await ear.hear(as_samples(LINE.astype(np.float64) + loud[: len(LINE)]), loud)
    assert ear.finals == ["", "hello there"]
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert counts.without_text > 0


async def test_silence_costs_the_recognizer_nothing() -> None:
    recognizer = ScriptedSTT()
    async with listening(recognizer) as ear:
        await ear.hear(silence(8.0))
    counts = ear.listener.counts()
    assert (counts.sent, recognizer.received_samples, ear.segments) == (0, 0, [])
    assert counts.silent == pytest.approx(counts.received)


async def test_withdrawn_consent_stops_at_once_and_takes_back_what_was_shown() -> None:
    recognizer = ScriptedSTT([Held("never")], interim="he")
    async with listening(recognizer) as ear:
        await ear.hear(silence(0.5), LINE[: len(LINE) // 2])
        await until(lambda: ear.segments)
        passed = round(ear.listener.counts().sent * SAMPLE_RATE_HZ)
        await until(lambda: recognizer.received_samples == passed)
        ear.listener.abandon()
        received = recognizer.received_samples
        await ear.microphone.play(LINE)
    assert [(one.text, one.final) for one in ear.segments] == [("he", False), ("", True)]
    assert recognizer.received_samples == received
    assert recognizer.flushes == 0
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert set(dropped(counts)) == {"consent"}
    assert counts.sent == 0


async def test_a_final_that_is_under_way_when_consent_is_withdrawn_never_comes() -> None:
    recognizer = ScriptedSTT(["first", Held("second")])
    async with listening(recognizer) as ear:
        await ear.hear(LINE, silence(1.0), LINE, silence(1.0))
        await until(lambda: recognizer.flushes == 2 and ear.finals)
        ear.listener.abandon()
        recognizer.release.set()
    assert ear.finals == ["first", ""]
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert counts.recognized == pytest.approx(counts.sent)
    assert dropped(counts)["consent"] == pytest.approx(counts.sent, rel=0.1)


@pytest.mark.parametrize("fault", [FAIL, END])
async def test_what_a_failing_recognizer_leaves_unanswered_is_dropped_once(fault: str) -> None:
    async with failing(ScriptedSTT(["first", fault], interim="he")) as ear:
        await ear.hear(LINE, silence(1.0))
        await until(lambda: ear.finals)
        await ear.microphone.play(LINE, silence(1.0), LINE)
    assert ear.finals[:2] == ["first", ""]
    assert set(ear.finals[1:]) == {""}
    counts = ear.listener.counts()
    assert_nothing_is_missing(counts)
    assert counts.recognized == pytest.approx(counts.sent)
    assert set(dropped(counts)) == {"provider_down"}
    assert dropped(counts)["provider_down"] >= counts.recognized * 0.9


async def test_a_final_too_many_is_nobodys() -> None:
    async with listening(ScriptedSTT([Twice("hello"), "world"])) as ear:
        await ear.hear(LINE, silence(1.0))
        await until(lambda: ear.finals)
        await ear.hear(LINE, silence(1.0))
    assert ear.finals == ["hello", "world"]
    assert_nothing_is_missing(ear.listener.counts())


def overdue(ear: Ear, seconds_later: float = 0.0) -> float:
    return ear.listener.speech_without_text_seconds(ear.microphone.now() + seconds_later)


async def test_speech_without_text_is_measured_until_there_is_text() -> None:
    recognizer = ScriptedSTT([Held("at last")])
    async with listening(recognizer) as ear:
        assert overdue(ear, 100) == 0
        await ear.hear(silence(1.0), LINE)
        spoken = len(LINE) / SAMPLE_RATE_HZ
        assert overdue(ear) == pytest.approx(spoken, abs=0.6)
        assert overdue(ear, 3.0) == pytest.approx(spoken + 3.0, abs=0.6)
        await ear.hear(silence(1.0))
        recognizer.release.set()
        await until(lambda: ear.finals)
        assert overdue(ear, 3.0) == 0


async def test_an_interim_is_text() -> None:
    recognizer = ScriptedSTT([Held("")], interim="he")
    async with listening(recognizer) as ear:
        await ear.hear(LINE[: SAMPLE_RATE_HZ * 2])
        await until(lambda: ear.segments)
        since_interim = overdue(ear)
        assert since_interim < 2.0
        assert overdue(ear, 3.0) == pytest.approx(since_interim + 3.0)
        recognizer.release.set()


async def test_a_recognizer_that_shows_nothing_before_the_end_is_given_until_the_end() -> None:
    recognizer = ScriptedSTT([Held("x")], interim_results=False)
    async with listening(recognizer) as ear:
        await ear.hear(LINE[: SAMPLE_RATE_HZ * 2])
        assert overdue(ear, 10.0) == 0
        await ear.hear(silence(1.0))
        await until(lambda: recognizer.flushes)
        assert overdue(ear, 3.0) == pytest.approx(4.0, abs=0.5)
        recognizer.release.set()


async def test_of_a_chain_counts_whether_who_is_asked_now_shows_anything_before_the_end() -> None:
    broken = ScriptedSTT([FAIL], interim="he")
    silent = ScriptedSTT([Held("at last")], interim_results=False)
    async with chain_of(broken, silent, ScriptedSTT()) as chain, listening(chain) as ear:
        await ear.hear(LINE[: SAMPLE_RATE_HZ * 2])
        assert overdue(ear, 10.0) > 9.0
        await ear.hear(silence(1.0))
        await until(lambda: silent.flushes)
        await ear.hear(LINE[: SAMPLE_RATE_HZ * 2])
        silent.release.set()
        await until(lambda: ear.finals)
        assert overdue(ear, 10.0) == 0


@pytest.mark.parametrize(("pause", "together"), [(1.0, 2), (PAUSE_SECONDS + 1, 1)])
async def test_speech_without_words_counts_together_until_a_pause(
    pause: float, together: int
) -> None:
    async with listening(ScriptedSTT()) as ear:
        await ear.hear(LINE, silence(pause), LINE, silence(0.5))
        await until(lambda: ear.listener.counts().without_text == ear.listener.counts().sent)
        one = ear.listener.counts().without_text / 2
        assert overdue(ear) == pytest.approx(together * one, rel=0.1)
        assert overdue(ear, PAUSE_SECONDS + 1) == 0


async def test_the_time_of_the_last_sound_is_known() -> None:
    async with listening(ScriptedSTT()) as ear:
        await ear.hear(silence(1.0))
        assert ear.listener.is_silent_since() == -np.inf
        await ear.hear(np.full(SAMPLE_RATE_HZ, -3000, np.int16))
        heard_until = ear.microphone.now()
        await ear.hear(silence(2.0))
        assert ear.listener.is_silent_since() == pytest.approx(heard_until, abs=0.2)
