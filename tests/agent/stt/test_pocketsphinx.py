"""The local recognizer behind LiveKit's interface, with real processes and real speech."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, stt

from agent.speech_gate import Samples
from agent.stt.pocketsphinx import WAITING_SEGMENTS, PocketSphinxSTT
from agent.stt.recognizer import ATTEMPTS, RecognizerPool
from agent.stt.segments import UnheardEvent
from tests.agent.speech import read_line, share_heard, silence
from tests.agent.waiting import until

pytestmark = pytest.mark.unit

FRAME_SAMPLES = 800
FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT
INTERIM = stt.SpeechEventType.INTERIM_TRANSCRIPT


@pytest.fixture
async def pool() -> AsyncIterator[RecognizerPool]:
    async with asyncio.timeout(120), RecognizerPool(1) as opened:
        yield opened


def frames(samples: Samples) -> list[rtc.AudioFrame]:
    pieces = [
        samples[start : start + FRAME_SAMPLES] for start in range(0, len(samples), FRAME_SAMPLES)
    ]
    return [rtc.AudioFrame(piece.tobytes(), 16000, 1, len(piece)) for piece in pieces]


def push(stream: stt.RecognizeStream, samples: Samples) -> None:
    for frame in frames(samples):
        stream.push_frame(frame)


def text_of(event: stt.SpeechEvent) -> str:
    return event.alternatives[0].text


async def until_restarted(pool: RecognizerPool, times: int) -> None:
    await until(lambda: pool.restarts >= times)


async def finals_of(stream: stt.RecognizeStream) -> list[str]:
    return [text_of(event) async for event in stream if event.type is FINAL]


async def test_every_flush_after_audio_brings_one_final_in_order(pool: RecognizerPool) -> None:
    spoken = [read_line(2), read_line(16), read_line(13)]
    async with PocketSphinxSTT(pool).stream() as stream:
        for line in spoken:
            push(stream, line.samples)
            stream.flush()
        stream.end_input()
        finals = await finals_of(stream)
    assert len(finals) == 3
    for line, heard in zip(spoken, finals, strict=True):
        best = max(spoken, key=lambda one: share_heard(one.words, heard))
        assert best is line


async def test_interims_come_before_their_final(pool: RecognizerPool) -> None:
    async with PocketSphinxSTT(pool).stream() as stream:
        for number in (2, 16):
            push(stream, read_line(number).samples)
            shown = text_of(await anext(event async for event in stream))
            stream.flush()  # what is over needs no interims any more
            async for event in stream:
                if event.type is FINAL:
                    break
                shown = text_of(event)
            assert shown.split()[0] == text_of(event).split()[0]
        stream.end_input()
        assert await finals_of(stream) == []


async def test_silence_brings_an_empty_final(pool: RecognizerPool) -> None:
    async with PocketSphinxSTT(pool).stream() as stream:
        push(stream, silence(1.0))
        stream.end_input()
        assert await finals_of(stream) == [""]


async def test_an_end_without_audio_brings_nothing(pool: RecognizerPool) -> None:
    async with PocketSphinxSTT(pool).stream() as stream:
        stream.end_input()
        assert await finals_of(stream) == []


async def test_the_first_final_teaches_the_voice_to_the_next(pool: RecognizerPool) -> None:
    line = read_line(2).samples
    stream = PocketSphinxSTT(pool).stream()
    async with stream:
        means = []
        for _ in range(2):
            push(stream, line)
            stream.flush()
            await anext(event async for event in stream if event.type is FINAL)
            means.append(stream._cmn)
        stream.end_input()
    assert means[0]
    assert means[0] != means[1]


async def test_two_streams_at_once_have_finals_of_their_own(pool: RecognizerPool) -> None:
    recognizer = PocketSphinxSTT(pool)

    async def hear(number: int) -> list[str]:
        async with recognizer.stream() as stream:
            push(stream, read_line(number).samples)
            stream.end_input()
            return await finals_of(stream)

    (ana,), (ben,) = await asyncio.gather(hear(13), hear(2))
    assert share_heard(read_line(13).words, ana) > share_heard(read_line(2).words, ana)
    assert share_heard(read_line(2).words, ben) > share_heard(read_line(13).words, ben)


async def test_a_killed_process_changes_nothing_in_what_is_heard(pool: RecognizerPool) -> None:
    line = read_line(2)
    recognizer = PocketSphinxSTT(pool)
    async with recognizer.stream() as stream:
        push(stream, line.samples)
        stream.end_input()
        expected = await finals_of(stream)
    async with recognizer.stream() as stream:
        half = len(line.samples) // 2
        push(stream, line.samples[:half])
        await anext(event async for event in stream if event.type is INTERIM)
        os.kill(pool.pids[0], signal.SIGKILL)
        push(stream, line.samples[half:])
        stream.end_input()
        assert await finals_of(stream) == expected
    assert pool.restarts == 1


async def test_a_segment_that_kills_every_process_fails_the_stream_without_its_words(
    pool: RecognizerPool,
) -> None:
    async with PocketSphinxSTT(pool).stream() as stream:
        push(stream, read_line(2).samples)
        await anext(event async for event in stream if event.type is INTERIM)
        for deaths in range(ATTEMPTS):
            os.kill(pool.pids[0], signal.SIGKILL)
            await until_restarted(pool, deaths + 1)
        stream.flush()
        with pytest.raises(APIConnectionError, match=f"ended {ATTEMPTS} times"):
            await finals_of(stream)


async def test_segments_beyond_the_bound_are_refused_counted_and_answered(
    pool: RecognizerPool,
) -> None:
    refused = 3
    flushes = WAITING_SEGMENTS + refused
    stream = PocketSphinxSTT(pool).stream()
    async with stream:
        (pid,) = pool.pids
        await _wait_until_ready(pool)
        os.kill(pid, signal.SIGSTOP)  # it hangs
        for _ in range(flushes):
            push(stream, silence(0.1))
            stream.flush()
        await until(lambda: stream.refused_segments == refused)
        kept = sum(len(segment.audio) for segment in stream._waiting)
        assert kept == WAITING_SEGMENTS * 2
        os.kill(pid, signal.SIGCONT)
        stream.end_input()
        finals = [event async for event in stream if event.type is FINAL]
        assert all(event.alternatives for event in finals[:WAITING_SEGMENTS])
        # Nobody has listened to these.
        unheard = [one.reason for one in finals if isinstance(one, UnheardEvent)]
        assert unheard == ["queue_full"] * refused
        assert stream.refused_segments == refused


async def _wait_until_ready(pool: RecognizerPool) -> None:
    segment = pool.open_segment(None, lambda _: None)
    segment.end()
    await segment.final


async def test_closing_a_stream_forgets_what_waits(pool: RecognizerPool) -> None:
    stream = PocketSphinxSTT(pool).stream()
    push(stream, read_line(4).samples)
    stream.flush()
    await anext(event async for event in stream)
    await stream.aclose()
    assert not any(process.segments for process in pool._processes)


async def test_a_whole_recording_is_recognized_at_once(pool: RecognizerPool) -> None:
    line = read_line(2)
    event = await PocketSphinxSTT(pool).recognize(frames(line.samples))
    assert share_heard(line.words, text_of(event)) >= 0.7


async def test_audio_at_another_rate_is_resampled_by_the_stream(pool: RecognizerPool) -> None:
    line = read_line(2)
    at_48_khz = line.samples.repeat(3)
    async with PocketSphinxSTT(pool).stream() as stream:
        for start in range(0, len(at_48_khz), 2400):
            piece = at_48_khz[start : start + 2400]
            stream.push_frame(rtc.AudioFrame(piece.tobytes(), 48000, 1, len(piece)))
        stream.end_input()
        (heard,) = await finals_of(stream)
    assert share_heard(line.words, heard) >= 0.6
