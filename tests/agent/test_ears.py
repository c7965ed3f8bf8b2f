import random
from itertools import pairwise

import pytest
from livekit.rtc._ffi_client import FfiClient

from agent.ears import StreamClock, TrackStream, until_all_open
from agent.speech_gate import SAMPLE_RATE_HZ
from tests.agent.scripted_stt import Microphone
from tests.agent.speech import silence

pytestmark = pytest.mark.unit

FRAME = 0.05


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
            assert time >= last
            last = time


def test_a_burst_is_spread_over_the_time_in_which_it_was_spoken() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.0)
    times = [clock.time_of(FRAME * number, 1000.45) for number in range(2, 11)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([FRAME] * len(gaps), abs=0.001)
    assert times[-1] == pytest.approx(1000.45, abs=0.001)


def test_the_earliest_arrival_is_followed_at_once() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.5)  # half a second late
    assert clock.time_of(2 * FRAME, 1000.05) == pytest.approx(1000.05)
    assert clock.time_of(3 * FRAME, 1000.1) == pytest.approx(1000.1)


def test_a_gap_moves_the_clock() -> None:
    clock = StreamClock()
    clock.time_of(FRAME, 1000.0)
    assert clock.time_of(2 * FRAME, 1031.0) == pytest.approx(1031.0)
    assert clock.time_of(3 * FRAME, 1031.05) == pytest.approx(1031.05)


def test_a_sender_whose_clock_is_slow_is_followed_within_a_quarter_of_a_second() -> None:
    clock = StreamClock()
    position = 0.0
    for _ in range(4 * 3600 * 20):  # four hours, 0.01 % slow
        position += FRAME
        arrived = 1000 + position * 1.0001
        time = clock.time_of(position, arrived)
    assert arrived - 0.25 < time <= arrived


async def test_a_stream_is_woken_by_the_frames_of_its_own_track_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    playing, still = Microphone(), Microphone()
    heard, unheard = TrackStream(playing.track), TrackStream(still.track)
    woken: list[object] = []
    monkeypatch.setattr(unheard._ffi_queue, "put_nowait", woken.append)
    await playing.play(silence(1.0))
    frame = (await anext(heard)).frame
    assert (frame.sample_rate, frame.samples_per_channel) == (SAMPLE_RATE_HZ, SAMPLE_RATE_HZ // 20)
    assert woken == []
    monkeypatch.undo()
    subscribers = FfiClient.instance.queue._subscribers
    await heard.aclose()
    await unheard.aclose()
    assert {id(queue) for queue, *_ in subscribers}.isdisjoint(
        {id(heard._ffi_queue), id(unheard._ffi_queue)}
    )


def test_tracks_that_come_at_any_time_open_whole_frames_apart() -> None:
    for now in (0.0, 0.013, 7.0499, 81_234.567):
        wait_seconds = until_all_open(now)
        assert 0 <= wait_seconds <= FRAME
        frames = (now + wait_seconds) / FRAME
        assert frames == pytest.approx(round(frames), abs=1e-6)
