"""Pushes and windows over a meeting of 4 hours and 20 speakers, beside a plain collection.

Run with `python -m benchmarks --only transcript_buffer`. Every speaker talks for 2 to 6 s, rests
for as long, and is heard in interims of 300 ms: ten voices at any time, far more than a real
meeting. The plain peer keeps the latest version of every segment in a dict and filters and sorts
all of it for each window: the obvious first version. Windows of the two are compared for equality.
"""

import gc
import random
import tracemalloc
from collections.abc import Iterator
from heapq import heappop, heappush
from time import perf_counter_ns
from typing import Any

from transcript_buffer import Segment, TranscriptBuffer

SPEAKERS = 20
MEETING_SECONDS = 4 * 3600.0
WINDOW_SECONDS = 20.0
INTERIM_SECONDS = 0.3
WINDOW_EVERY = 16
PLAIN_WINDOW_EVERY = 640
SEED = 7
WORDS = "so what would the price be if we took this for the whole team next year"


class PlainCollection:
    """All segments of the meeting, asked whole for every window."""

    def __init__(self) -> None:
        self.held: dict[str, Segment] = {}

    def push(self, segment: Segment) -> None:
        self.held[segment.id] = segment

    def window(self, now: float) -> list[Segment]:
        since = now - WINDOW_SECONDS
        inside = [s for s in self.held.values() if since <= s.end_seconds <= now]
        return sorted(inside, key=lambda s: (s.start_seconds, s.id))


def meeting(seconds: float) -> Iterator[Segment]:
    """All interims and finals of a meeting in the order in which they are heard."""
    chance = random.Random(SEED)  # noqa: S311 - the same meeting every time
    due: list[tuple[float, int, int, float, float]] = []  # heard at, speaker, number, start, end
    for speaker in range(SPEAKERS):
        _begin(due, chance, speaker, 0, chance.uniform(0, 8))
    while due[0][0] < seconds:
        heard_at, speaker, number, start, end = heappop(due)
        final = heard_at >= end
        yield Segment(
            id=f"{speaker}-{number}",
            speaker=f"guest-{speaker}",
            name=f"Speaker {speaker}",
            role="guest",
            text=WORDS[: 4 + int((heard_at - start) * 12)],
            start_seconds=start,
            end_seconds=heard_at,
            final=final,
            track_sid=f"TR_{speaker}",
        )
        if final:
            _begin(due, chance, speaker, number + 1, end + chance.uniform(2, 6))
        else:
            heappush(due, (min(heard_at + INTERIM_SECONDS, end), speaker, number, start, end))


def _begin(due: list[Any], chance: random.Random, speaker: int, number: int, at: float) -> None:
    end = at + chance.uniform(2, 6)
    heappush(due, (at + INTERIM_SECONDS, speaker, number, at, end))


def run(seconds: float = MEETING_SECONDS) -> dict[str, Any]:
    """Return microseconds for the first and the last tenth, and bytes along the way."""
    return {
        "meeting_seconds": seconds,
        "speakers": SPEAKERS,
        "window_seconds": WINDOW_SECONDS,
        **_time(seconds),
        "memory_bytes": _memory(seconds),
    }


def _time(seconds: float) -> dict[str, Any]:
    buffer, plain = TranscriptBuffer(WINDOW_SECONDS), PlainCollection()
    tenths = {"first_tenth": (0.0, seconds / 10), "last_tenth": (seconds * 0.9, seconds)}
    spent: dict[str, dict[str, list[int]]] = {
        tenth: {"push": [], "window": [], "window_text": [], "plain_push": [], "plain_window": []}
        for tenth in tenths
    }
    in_window = []
    for count, segment in enumerate(meeting(seconds)):
        now = segment.end_seconds
        tenth = next((name for name, (a, b) in tenths.items() if a <= now < b), None)
        begun = perf_counter_ns()
        buffer.push(segment)
        pushed = perf_counter_ns()
        plain.push(segment)
        done = perf_counter_ns()
        if tenth is None:
            continue
        spent[tenth]["push"].append(pushed - begun)
        spent[tenth]["plain_push"].append(done - pushed)
        if count % WINDOW_EVERY == 0:
            begun = perf_counter_ns()
            window = buffer.window(now)
            made = perf_counter_ns()
            window.text()
            spent[tenth]["window"].append(made - begun)
            spent[tenth]["window_text"].append(perf_counter_ns() - made)
            in_window.append(len(window))
        if count % PLAIN_WINDOW_EVERY == 0:
            begun = perf_counter_ns()
            expected = plain.window(now)
            spent[tenth]["plain_window"].append(perf_counter_ns() - begun)
            assert list(window) == expected
    micros = {
        tenth: {name: _percentiles(times) for name, times in measured.items()}
        for tenth, measured in spent.items()
    }
    first, last = micros["first_tenth"], micros["last_tenth"]
    return {
        "pushes": count + 1,
        "finals": buffer.finals,
        "segments_in_window_mean": round(sum(in_window) / len(in_window), 1),
        "microseconds": micros,
        "window_last_to_first": round(last["window"]["p50"] / first["window"]["p50"], 2),
        "push_last_to_first": round(last["push"]["p50"] / first["push"]["p50"], 2),
        "plain_window_last_to_first": round(
            last["plain_window"]["p50"] / first["plain_window"]["p50"], 2
        ),
        "plain_to_ours_window_last_tenth": round(
            last["plain_window"]["p50"] / last["window"]["p50"], 1
        ),
    }


def _memory(seconds: float) -> dict[str, int]:
    """Bytes held by the buffer at each quarter; a run of its own, since tracing costs time."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        buffer = TranscriptBuffer(WINDOW_SECONDS)
        held: dict[str, int] = {}
        for segment in meeting(seconds):
            buffer.push(segment)
            if segment.end_seconds >= seconds * (len(held) + 1) / 4:
                held[f"{25 * (len(held) + 1)}%"] = tracemalloc.get_traced_memory()[0] - before
        if len(held) < 4:  # the last segment is heard a moment before the end
            held["100%"] = tracemalloc.get_traced_memory()[0] - before
        return held
    finally:
        tracemalloc.stop()


def _percentiles(nanoseconds: list[int]) -> dict[str, float]:
    ordered = sorted(nanoseconds)
    return {
        f"p{percent}": round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] / 1e3, 2)
        for percent in (50, 95, 99)
    } | {"count": len(ordered)}
