import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from livekit import rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc._proto import ffi_pb2

from agent.speech_gate import SAMPLE_RATE_HZ
from agent.track_stream import FRAME_MS, Arrivals, TrackStream
from tests.agent.scripted_stt import Microphone
from tests.agent.speech import silence

pytestmark = pytest.mark.unit


def open_stream(track: rtc.Track) -> tuple[TrackStream, list[rtc.AudioFrame], asyncio.Event]:
    frames: list[rtc.AudioFrame] = []
    ended = asyncio.Event()
    return TrackStream(track, frames.append, ended.set), frames, ended


async def test_each_stream_has_the_frames_of_its_own_track_in_the_form_it_asked_for() -> None:
    playing, still = Microphone(), Microphone()
    first, heard, _ = open_stream(playing.track)
    second, unheard, _ = open_stream(still.track)
    await playing.play(silence(1.0))
    await first.aclose()
    await second.aclose()
    assert len(heard) >= 10
    assert {(one.sample_rate, one.num_channels, one.samples_per_channel) for one in heard} == {
        (SAMPLE_RATE_HZ, 1, SAMPLE_RATE_HZ * FRAME_MS // 1000)
    }
    assert unheard == []


async def test_the_end_is_told_and_the_last_stream_takes_the_subscription_along() -> None:
    subscribers = FfiClient.instance.queue._subscribers
    before = len(subscribers)
    first, _, first_ended = open_stream(Microphone().track)
    second, _, second_ended = open_stream(Microphone().track)
    assert len(subscribers) == before + 1
    await first.aclose()
    assert first_ended.is_set()
    assert not second_ended.is_set()
    assert len(subscribers) == before + 1
    await second.aclose()
    assert second_ended.is_set()
    assert len(subscribers) == before


async def test_what_comes_together_wakes_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    woken: list[Callable[[], None]] = []
    monkeypatch.setattr(loop, "call_soon_threadsafe", woken.append)
    arrivals = Arrivals.of(loop)
    taken: list[int] = []

    def take(event: Any) -> None:
        taken.append(event.stream_handle)

    for handle in (1, 2):
        arrivals.add(handle, take)
    for handle in (1, 2, 3, 1):  # nobody has opened the third
        event = ffi_pb2.FfiEvent()
        event.audio_stream_event.stream_handle = handle
        FfiClient.instance.queue.put(event)
    FfiClient.instance.queue.put(ffi_pb2.FfiEvent())
    (hand_out,) = woken
    hand_out()
    assert taken == [1, 2, 1]
    arrivals.remove(1)
    arrivals.remove(2)
    assert Arrivals.of(loop) is not arrivals
