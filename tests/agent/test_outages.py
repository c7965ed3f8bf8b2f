import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.keeper import Keeper
from agent.outages import Outages, reason_of
from records import Store
from tests.agent.waiting import until
from wire.gap import Gap

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


class Listening:
    """Hears a room, as far as an outage has to do with it."""

    def __init__(self, clock: "HandClock") -> None:
        self._clock = clock
        self.speech_began_at: float | None = None
        self.settled_for: list[frozenset[str]] = []
        self.settles_after_seconds = 0.0
        self.while_settling: list[Callable[[], None]] = []
        """What happens to the connection the next time."""

    def heard_until(self) -> float:
        return self._clock() if self.speech_began_at is None else self.speech_began_at

    def identities(self) -> frozenset[str]:
        return frozenset({"ana", "ben"})

    async def settle(self, expected: Collection[str], _seconds: float) -> None:
        self.settled_for.append(frozenset(expected))
        while self.while_settling:
            self.while_settling.pop(0)()
        self._clock.seconds += self.settles_after_seconds


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Publishing:
    """Takes gaps."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []

    def publish_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)


class Bench:
    """Outages with what is around them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.clock = HandClock()
        self.hearing = Listening(self.clock)
        self.publisher = Publishing()
        self.store = store
        self.outages = Outages(
            hearing=self.hearing,  # type: ignore[arg-type]
            keeper=Keeper(store, ROOM_SID, 4, folder),
            publisher=self.publisher,  # type: ignore[arg-type]
            now=self.clock,
        )

    def spans(self) -> list[tuple[int, int]]:
        return [(gap.started_at_ms, gap.ended_at_ms) for gap in self.publisher.gaps]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self.outages.run())
            yield
            running.cancel()


@pytest.fixture
async def bench(store: Store, tmp_path: Path) -> Bench:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return Bench(store, tmp_path / "waiting")


async def test_a_gap_ends_when_everybody_is_heard_again(bench: Bench) -> None:
    bench.hearing.settles_after_seconds = 0.7
    await bench.outages.end(997.5, "agent_away")
    assert bench.spans() == [(997_500, 1_000_700)]
    (gap,) = await bench.store.list_gaps(ROOM_SID)
    assert gap == bench.publisher.gaps[0]
    assert (gap.reason, gap.transcript_sequence) == ("agent_away", 5)


async def test_what_is_too_short_to_miss_a_word_is_not_marked(bench: Bench) -> None:
    await bench.outages.end(999.6, "agent_away")
    assert bench.publisher.gaps == []
    assert await bench.store.list_gaps(ROOM_SID) == []


async def test_a_successor_that_heard_in_time_leaves_no_gap(bench: Bench) -> None:
    await bench.outages.end(990.0, "agent_away", until=985.0)
    assert bench.publisher.gaps == []
    await bench.outages.end(990.0, "agent_away", until=992.0)
    assert bench.spans() == [(990_000, 992_000)]
    assert bench.hearing.settled_for == []


async def test_a_connection_that_breaks_and_comes_back_leaves_a_gap(bench: Bench) -> None:
    async with bench.running():
        bench.outages.lose()
        bench.clock.seconds += 2
        bench.outages.lose()  # it breaks anew before it was back
        assert bench.outages.heard_until() == 1000.0
        bench.clock.seconds += 3
        bench.outages.regain()
        await until(lambda: bench.publisher.gaps)
        assert bench.spans() == [(1_000_000, 1_005_000)]
        assert bench.hearing.settled_for == [frozenset({"ana", "ben"})]
        await until(lambda: bench.outages.heard_until() == 1005.0)


async def test_a_connection_that_breaks_again_before_everybody_is_heard_leaves_a_second_gap(
    bench: Bench,
) -> None:
    bench.hearing.settles_after_seconds = 2.0
    async with bench.running():
        bench.outages.lose()
        bench.clock.seconds += 3
        bench.hearing.while_settling = [bench.outages.lose]
        bench.outages.regain()
        await until(lambda: bench.publisher.gaps)
        bench.clock.seconds += 60
        assert bench.outages.heard_until() == 1005.0
        bench.outages.regain()
        await until(lambda: bench.publisher.gaps[1:])
        assert bench.spans() == [(1_000_000, 1_005_000), (1_005_000, 1_067_000)]
        await until(lambda: bench.outages.heard_until() == 1067.0)


async def test_a_connection_that_breaks_and_is_back_while_a_gap_is_settled_is_settled_anew(
    bench: Bench,
) -> None:
    bench.hearing.settles_after_seconds = 2.0
    async with bench.running():
        bench.outages.lose()
        bench.clock.seconds += 3
        bench.hearing.while_settling = [bench.outages.lose, bench.outages.regain]
        bench.outages.regain()
        await until(lambda: bench.publisher.gaps[1:])
        assert bench.spans() == [(1_000_000, 1_005_000), (1_005_000, 1_007_000)]
        await until(lambda: bench.outages.heard_until() == 1007.0)


@pytest.mark.parametrize(
    ("life", "made_at", "reason"),
    [
        (ROOM_SID, 900.0, "agent_away"),
        ("RM_2", 1000.5, "room_remade"),
        ("RM_2", 999.5, "agent_away"),  # an agent has listened in this life already
    ],
)
async def test_a_gap_tells_what_happened_last(
    store: Store, life: str, made_at: float, reason: str
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=900_000)
    await store.take_lease(
        "acme",
        "job",
        now_ms=1_000_000,
        ttl_seconds=3,
        listens_to=ROOM_SID,
        heard_until_ms=1_000_000,
    )
    meeting = await store.open_meeting(life, room_name="acme", now_ms=1_002_000)
    assert reason_of(meeting, life, made_at) == reason


async def test_speech_that_has_no_final_yet_is_not_counted_as_heard(bench: Bench) -> None:
    bench.hearing.speech_began_at = 998.0
    assert bench.outages.heard_until() == 998.0
    bench.outages.lose()
    bench.hearing.speech_began_at = None
    assert bench.outages.heard_until() == 998.0
