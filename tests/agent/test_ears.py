import asyncio
import random
from itertools import pairwise

import pytest

from agent.ears import Ears, HeardFrame, StreamClock, until_all_open
from agent.retry import wait_until
from agent.track_stream import FRAME_MS
from tests.agent.scripted_stt import Microphone
from tests.agent.speech import silence

pytestmark = pytest.mark.unit

FRAME = FRAME_MS / 1000


def test_audio_that_comes_on_time_keeps_its_time() -> None:
    clock = StreamClock()
    for number in range(1, 100):
        position = number * FRAME
        assert clock.time_of(position, 1000 + position) == pytest.approx(1000 + position)


def test_no_audio_is_dated_later_than_it_came_and_time_never_goes_back() -> None:
    pick = random.Random(7)
    for _ in range(50):
        clock = StreamClock()
        arrived = 0.0
        last = -1.0
        for number in range(1, 400):
            # Late by jitter, sometimes by a whole burst or a gap.
            late = pick.choice((0.0, 0.01, 0.08, 0.3, 2.5)) * pick.random()
            arrived = max(arrived, 1000 + number * FRAME + late)
            time = clock.time_of(number * FRAME, arrived)
            assert time <= arrived + 1e-6
            assert time >= last - 1e-6
            last = time


def test_a_burst_is_spread_over_the_time_in_which_it_was_spoken() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.0)
    times = [clock.time_of(FRAME * number, 1000 + 9 * FRAME) for number in range(2, 11)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([FRAME] * len(gaps), abs=0.002)
    assert times[-1] == pytest.approx(1000 + 9 * FRAME, abs=0.002)


def test_the_earliest_arrival_is_followed_at_once() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.5)  # half a second late
    assert clock.time_of(2 * FRAME, 1000 + FRAME) == pytest.approx(1000 + FRAME)
    assert clock.time_of(3 * FRAME, 1000 + 2 * FRAME) == pytest.approx(1000 + 2 * FRAME)


def test_a_gap_moves_the_clock() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.0)
    assert clock.time_of(2 * FRAME, 1031.0) == pytest.approx(1031.0)
    assert clock.time_of(3 * FRAME, 1031 + FRAME) == pytest.approx(1031 + FRAME)


def test_a_sender_whose_clock_is_slow_is_followed_within_a_quarter_of_a_second() -> None:
    clock = StreamClock()
    position = 0.0
    for _ in range(round(4 * 3600 / FRAME)):  # four hours, 0.01 % slow
        position += FRAME
        arrived = 1000 + position * 1.0001
        time = clock.time_of(position, arrived)
    assert arrived - 0.25 < time <= arrived


async def test_a_stopped_reader_hands_out_nothing_more() -> None:
    microphone = Microphone()
    counted: list[HeardFrame] = []
    ears = Ears(microphone.track, counted.append)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ears.read(lambda: 1000.0))
        await wait_until(lambda: ears.is_open, 5)
        await microphone.play(silence(0.5))
        ears.abandon()
        heard = ears.received_seconds
        await microphone.play(silence(0.5))
    assert counted
    assert ears.received_seconds == heard
    assert [frame async for frame in ears.frames()] == []


async def test_what_is_raised_for_a_frame_ends_the_reading() -> None:
    microphone = Microphone()

    def refuse(_: HeardFrame) -> None:
        raise ZeroDivisionError

    ears = Ears(microphone.track, refuse)
    reading = asyncio.ensure_future(ears.read(lambda: 1000.0))
    await wait_until(lambda: ears.is_open, 5)
    await microphone.play(silence(0.5))
    with pytest.raises(ZeroDivisionError):
        await reading


def test_tracks_that_come_at_any_time_open_whole_frames_apart() -> None:
    for now in (0.0, 0.013, 7.0499, 81_234.567):
        wait_seconds = until_all_open(now)
        assert 0 <= wait_seconds <= FRAME
        frames = (now + wait_seconds) / FRAME
        assert frames == pytest.approx(round(frames), abs=1e-6)
