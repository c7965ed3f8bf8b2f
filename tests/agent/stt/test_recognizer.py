"""Real recognizer processes, real speech."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import soundfile

from agent.stt import recognizer
from agent.stt.recognizer import ATTEMPTS, RecognizerError, RecognizerPool, SegmentDecode
from tests.agent.speech import read_line, share_heard, silence
from tests.agent.waiting import until

pytestmark = pytest.mark.unit

FRAME_BYTES = 1600


def ignore(_: str) -> None:
    """Take an interim and do nothing."""


@pytest.fixture
async def pool() -> AsyncIterator[RecognizerPool]:
    async with asyncio.timeout(120), RecognizerPool(1) as opened:
        yield opened


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def means(cmn: str) -> list[float]:
    return [float(value) for value in cmn.split(",")]


def push(segment: SegmentDecode, pcm: bytes) -> None:
    for start in range(0, len(pcm), FRAME_BYTES):
        segment.push(pcm[start : start + FRAME_BYTES])


async def until_restarted(pool: RecognizerPool, times: int) -> None:
    await until(lambda: pool.restarts >= times)


async def catch_up(pool: RecognizerPool, seconds: float) -> None:
    """Wait until the one process has decoded so many seconds more of every open segment.

    It decodes a slice of each segment in turn: silence that was pushed later and is as long is
    finished no sooner.
    """
    barrier = pool.open_segment(None, ignore)
    push(barrier, silence(seconds).tobytes())
    barrier.end()
    await barrier.final


async def test_speech_becomes_its_words(pool: RecognizerPool) -> None:
    line = read_line(2)
    segment = pool.open_segment(None, ignore)
    push(segment, line.pcm)
    segment.end()
    recognized = await segment.final
    assert share_heard(line.words, recognized.text) >= 0.7
    assert recognized.decode_seconds > 0
    assert segment.audio == []


async def test_interims_come_at_least_every_300_ms_of_speech(pool: RecognizerPool) -> None:
    line = read_line(4)
    interims: list[str] = []
    segment = pool.open_segment(None, interims.append)
    step = 0.6
    step_bytes = round(step * 16000) * 2
    first_text_at = None
    counts = []
    speech = line.pcm[: round(line.words_end_seconds * 16000) * 2]
    for start in range(0, len(speech) - step_bytes, step_bytes):
        before = len(interims)
        push(segment, speech[start : start + step_bytes])
        await catch_up(pool, step)
        if first_text_at is not None:
            counts.append(len(interims) - before)
        elif interims:
            first_text_at = start / 32000 + step
    assert first_text_at is not None
    assert first_text_at < 1.5
    assert len(counts) > 8
    # Of 0.6 s. While the beginning of a new voice is decoded again, what was shown of it stands.
    assert sorted(counts)[1] >= 2
    assert min(counts) >= 1
    segment.end()
    final = await segment.final
    shown = len(interims)
    assert interims[-1].split()[:3] == final.text.split()[:3]
    await catch_up(pool, 0.1)
    assert len(interims) == shown  # none after the final


async def test_two_speakers_at_once_do_not_mix(pool: RecognizerPool) -> None:
    lines = [read_line(2), read_line(16)]
    alone = []
    for line in lines:
        segment = pool.open_segment(None, ignore)
        push(segment, line.pcm)
        segment.end()
        alone.append((await segment.final).text)
    together = [pool.open_segment(None, ignore) for _ in lines]
    longest = max(len(line.pcm) for line in lines)
    for start in range(0, longest, FRAME_BYTES):
        for segment, line in zip(together, lines, strict=True):
            if piece := line.pcm[start : start + FRAME_BYTES]:
                segment.push(piece)
    for segment in together:
        segment.end()
    assert [(await segment.final).text for segment in together] == alone
    assert alone[0] != alone[1]


async def test_a_decoder_does_not_keep_the_means_of_the_speaker_before(
    pool: RecognizerPool,
) -> None:
    heard = []
    for number in (2, 13, 2):
        segment = pool.open_segment(None, ignore)
        push(segment, read_line(number).pcm)
        segment.end()
        heard.append(await segment.final)
    first, other, again = heard
    assert again.text == first.text
    assert means(again.cmn) == pytest.approx(means(first.cmn), abs=0.5)
    assert means(other.cmn) != pytest.approx(means(first.cmn), abs=2)


@pytest.mark.parametrize("piece_bytes", [3200, 64_000])
async def test_a_new_voice_is_learned_from_its_first_words(
    pool: RecognizerPool, piece_bytes: int
) -> None:
    samples, _ = soundfile.read("lab/calls/noise/06-ben.flac", dtype="int16")
    pcm = samples.tobytes()
    segment = pool.open_segment(None, ignore)
    for start in range(0, len(pcm), piece_bytes):
        segment.push(pcm[start : start + piece_bytes])
    segment.end()
    heard = (await segment.final).text
    assert heard.startswith("thank you very much")
    # Nothing of what is decoded twice stands there twice.
    assert heard.endswith(" in the morning")
    assert len(heard.split()) == 13


async def test_a_new_voice_that_says_one_word_is_heard(pool: RecognizerPool) -> None:
    line = read_line(2)
    segment = pool.open_segment(None, ignore)
    segment.push(line.pcm[: round(line.word_ends_seconds[1] * 16000) * 2])
    segment.end()
    assert (await segment.final).text.split()[:1] == line.words.lower().split()[:1]


async def test_the_means_of_a_speaker_are_handed_to_his_next_segment(pool: RecognizerPool) -> None:
    async def decode(cmn: str | None) -> str:
        segment = pool.open_segment(cmn, ignore)
        push(segment, read_line(2).pcm)
        segment.end()
        return (await segment.final).cmn

    first = await decode(None)
    assert len(means(first)) == 13
    assert await decode(first) != first


async def test_a_long_segment_in_one_piece_does_not_hold_up_another(pool: RecognizerPool) -> None:
    order: list[str] = []
    long = pool.open_segment(None, ignore)
    long.final.add_done_callback(lambda _: order.append("long"))
    long.push(read_line(4).pcm)
    long.end()
    short = pool.open_segment(None, ignore)
    short.final.add_done_callback(lambda _: order.append("short"))
    short.push(silence(0.5).tobytes())
    short.end()
    await asyncio.gather(long.final, short.final)
    assert order == ["short", "long"]


async def test_a_process_killed_in_mid_segment_loses_nothing_and_repeats_nothing(
    pool: RecognizerPool,
) -> None:
    line = read_line(2)
    undisturbed = pool.open_segment(None, ignore)
    push(undisturbed, line.pcm)
    undisturbed.end()
    expected = (await undisturbed.final).text

    half = len(line.pcm) // 2 // FRAME_BYTES * FRAME_BYTES
    segment = pool.open_segment(None, ignore)
    push(segment, line.pcm[:half])
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    push(segment, line.pcm[half:])
    segment.end()
    assert (await segment.final).text == expected
    assert pool.restarts == 1
    assert pool.pids != [pid]
    assert not is_alive(pid)


async def test_a_segment_on_which_every_process_dies_is_given_up(pool: RecognizerPool) -> None:
    segment = pool.open_segment(None, ignore)
    push(segment, silence(1).tobytes())
    deaths = 0
    while not segment.final.done():
        os.kill(pool.pids[0], signal.SIGKILL)
        deaths += 1
        await until_restarted(pool, deaths)
    assert deaths == ATTEMPTS
    with pytest.raises(RecognizerError, match=f"ended {ATTEMPTS} times"):
        await segment.final
    await catch_up(pool, 0.1)  # the pool still works


async def test_processes_that_cannot_start_are_not_started_without_a_pause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    broken = tmp_path / "python"
    broken.write_text(f"#!/bin/sh\necho started >> {starts}\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(broken))
    monkeypatch.setattr(recognizer, "LONGEST_PAUSE_SECONDS", 0.5)
    async with asyncio.timeout(60), RecognizerPool(1) as pool:
        segment = pool.open_segment(None, ignore)
        push(segment, silence(0.1).tobytes())
        with pytest.raises(RecognizerError):
            await segment.final
        at_first = len(starts.read_text().split())
        await until(lambda: pool.restarts >= 4)
    assert at_first <= ATTEMPTS + 1


async def test_a_cancelled_segment_is_forgotten(pool: RecognizerPool) -> None:
    interims: list[str] = []
    segment = pool.open_segment(None, interims.append)
    push(segment, read_line(2).pcm)
    segment.cancel()
    assert segment.final.cancelled()
    assert segment.audio == []
    await catch_up(pool, 1.0)
    assert interims == []


async def test_processes_are_gone_when_the_pool_is_closed() -> None:
    async with asyncio.timeout(60), RecognizerPool(3) as pool:
        assert len(pool.pids) == 1
        pool.reserve(2)
        pool.reserve(2)
        assert len(pool.pids) == 2
        pool.reserve(9)
        assert len(pool.pids) == 3
        pids = pool.pids
        await catch_up(pool, 0.1)
    assert not any(is_alive(pid) for pid in pids)
    assert pool.restarts == 0


async def test_a_pool_that_is_closed_at_once_leaves_nothing() -> None:
    pool = RecognizerPool(2)
    pool.prewarm()
    async with pool:
        pool.reserve(2)
        pids = pool.pids
    assert not any(is_alive(pid) for pid in pids)


async def test_speakers_are_spread_over_the_processes() -> None:
    async with asyncio.timeout(60), RecognizerPool(2) as pool:
        pool.reserve(2)
        segments = [pool.open_segment(None, ignore) for _ in range(2)]
        assert segments[0].process is not segments[1].process
        for segment in segments:
            segment.cancel()


# Line 8 ends with "what is the price for a team of forty people?"
NAME = {"TeamOfForty": ["T IY M AH V F AO R T IY", "T IY M AH V F AO R DH IY"]}


async def hear_line_8(pool: RecognizerPool) -> str:
    segment = pool.open_segment(None, ignore)
    push(segment, read_line(8).pcm)
    segment.end()
    return (await segment.final).text


async def test_a_name_that_the_pool_expects_is_heard_and_written_as_told() -> None:
    pool = RecognizerPool(1)
    pool.prewarm()
    pool.expect(NAME)
    async with asyncio.timeout(120), pool:
        assert "for a TeamOfForty people" in await hear_line_8(pool)


async def test_a_process_that_takes_over_expects_the_names_too() -> None:
    pool = RecognizerPool(1)
    pool.expect(NAME)
    async with asyncio.timeout(120), pool:
        os.kill(pool.pids[0], signal.SIGKILL)
        await until_restarted(pool, 1)
        assert "for a TeamOfForty people" in await hear_line_8(pool)


async def test_a_name_that_comes_in_mid_call_is_heard_from_the_next_segment_on(
    pool: RecognizerPool,
) -> None:
    pcm = read_line(8).pcm
    interims: list[str] = []
    under_way = pool.open_segment(None, interims.append)
    push(under_way, pcm[: len(pcm) // 2])
    await until(lambda: interims)  # it is being decoded
    pool.expect(NAME)
    push(under_way, pcm[len(pcm) // 2 :])
    under_way.end()
    assert "TeamOfForty" not in (await under_way.final).text
    assert "for a TeamOfForty people" in await hear_line_8(pool)
