"""Full-text search over a store of long meetings: 3 h each, 20 people, SQLite.

Run with `python -m benchmarks --only search`. Lines are made of the words of sentences that people
say, as often as they say them; every hundredth line holds a word that nothing else does. What is
timed is the whole of a search: the first 50 meetings with their best lines, read from the file.
"""

import asyncio
import itertools
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final

from records import Store, migrate
from records.meeting_list import MeetingFilter
from transcript_buffer import Segment
from transcript_buffer.word_search import cut_snippet, parse_query

MEETINGS: Final = 40
QUICK_MEETINGS: Final = 4
PEOPLE: Final = 20
LINES: Final = 5_000
"""Finals of a meeting: one in about two seconds."""
REPEATS: Final = 30
SEED: Final = 11
TARGET_MS: Final = 50.0

_SENTENCES: Final = Path(__file__).with_name("sentences.txt")
_QUERIES: Final[dict[str, tuple[str, MeetingFilter]]] = {
    "rare_word": ("quartzbeetle", MeetingFilter()),
    "word_that_is_not_there": ("marmaladesky", MeetingFilter()),
    "common_word": ("morning", MeetingFilter()),
    "most_common_word": ("the", MeetingFilter()),
    "two_words": ("new morning", MeetingFilter()),
    "phrase": ('"the new"', MeetingFilter()),
    "beginning": ("mor*", MeetingFilter()),
    "common_word_of_one_room": ("morning", MeetingFilter(room_name="room-1")),
    "common_word_of_one_person": ("morning", MeetingFilter(participant="Person 7")),
    "title": ("review 3", MeetingFilter()),
}


def make_lines(chance: random.Random) -> Iterator[str]:
    """Yield lines of 4 to 20 words."""
    words = _SENTENCES.read_text().split()
    for number in itertools.count():
        said = chance.choices(words, k=chance.randint(4, 20))
        if number % 100 == 0:
            said.append(f"topic{number}")
        if number % 2000 == 0:
            said.append("quartzbeetle")
        yield " ".join(said)


def fill(path: Path, meetings: int) -> None:
    """Write meetings at once; one final after the other would take an hour."""
    lines = make_lines(random.Random(SEED))  # noqa: S311 - the same lines every time
    connection = sqlite3.connect(path)
    for number in range(meetings):
        sid, start_ms = f"RM_{number}", 1_900_000_000_000 + number * 86_400_000
        connection.execute(
            "INSERT INTO meetings (room_sid, room_name, started_at_ms, ended_at_ms, title)"
            " VALUES (?, ?, ?, ?, ?)",
            (sid, f"room-{number % 5}", start_ms, start_ms + 10_800_000, f"Review {number}"),
        )
        connection.executemany(
            "INSERT INTO speakers VALUES (?, ?, ?, 'guest')",
            ((sid, f"person-{one}", f"Person {one}") for one in range(PEOPLE)),
        )
        connection.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, 'guest', 'TR', ?, ?, ?, ?)",
            (
                (f"{sid}-{at}", sid, f"person-{at % PEOPLE}", f"Person {at % PEOPLE}", line,
                 start_ms + at * 2160, start_ms + at * 2160 + 2000, at)
                for at, line in enumerate(itertools.islice(lines, LINES), start=1)
            ),
        )  # fmt: skip
        connection.commit()
    connection.close()


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return milliseconds per search, and per final that is kept."""
    meetings = QUICK_MEETINGS if quick else MEETINGS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.db"
        migrate(f"sqlite:///{path}")
        fill(path, meetings)
        figures = asyncio.run(_measure(path))
    return {"meetings": meetings, "lines": meetings * LINES, **figures}


async def _measure(path: Path) -> dict[str, Any]:
    async with Store(f"sqlite:///{path}") as store:
        searches = {
            name: await _time_search(store, query, wanted)
            for name, (query, wanted) in _QUERIES.items()
        }
        listing = await _time(lambda: store.list_meetings(MeetingFilter(), most=50))
        kept = [await _time_final(store, number) for number in range(100)]
        written = await _time(lambda: store.list_missed(
            "RM_0", transcript_since=LINES - 50, since=None, most=200
        ))  # fmt: skip
    slowest = max(figures["p95"] for figures in searches.values())
    return {
        "milliseconds": searches,
        "slowest_p95_ms": slowest,
        "within_target": slowest < TARGET_MS,
        "list_of_50_ms": listing,
        "last_50_lines_ms": written,
        "keep_a_final_ms": _percentiles(kept),
    }


async def _time_search(store: Store, query: str, wanted: MeetingFilter) -> dict[str, float]:
    phrases = parse_query(query)

    async def search() -> None:
        found = await store.search_meetings(phrases, wanted, skip=0, most=50)
        for one in found.meetings:
            for line in one.lines:
                cut_snippet(line.text, phrases)

    return await _time(search)


async def _time(work: Any) -> dict[str, float]:
    times = []
    for _ in range(REPEATS):
        begun = perf_counter_ns()
        await work()
        times.append(perf_counter_ns() - begun)
    return _percentiles(times)


async def _time_final(store: Store, number: int) -> int:
    segment = Segment(
        id=f"new-{number}",
        speaker="person-1",
        name="Person 1",
        role="guest",
        text="what was the most that you need in the morning",
        start_seconds=2_000_000_000.0 + number,
        end_seconds=2_000_000_001.0 + number,
        final=True,
        sequence=LINES + number,
    )
    begun = perf_counter_ns()
    await store.add_segment("RM_0", segment)
    return perf_counter_ns() - begun


def _percentiles(nanoseconds: list[int]) -> dict[str, float]:
    ordered = sorted(nanoseconds)
    return {
        f"p{percent}": round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] / 1e6, 2)
        for percent in (50, 95)
    }
