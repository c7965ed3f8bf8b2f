import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent import keeper as keeper_module
from agent import retry
from agent.keeper import Keeper
from agent.replay import replay_all
from records import Store
from tests.agent.waiting import until
from transcript_buffer import Segment
from wire.gap import Gap

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
PRIVATE = "the bank wants its money back"


def line(number: int, speaker: str = "guest-1") -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker=speaker,
        name="Ben",
        role="guest",
        text=f"{PRIVATE} {number}",
        start_seconds=float(number),
        end_seconds=number + 0.5,
        final=True,
    )


class Cupboard:
    """A real store that can be locked away and brought back."""

    def __init__(self, path: Path, store: Store) -> None:
        self.store = store
        self.waiting_folder = path.parent / "waiting"
        self._path = path

    @contextmanager
    def away(self) -> Iterator[None]:
        self._execute("ALTER TABLE segments RENAME TO segments_away")
        yield
        self._execute("ALTER TABLE segments_away RENAME TO segments")

    def delete_meeting(self) -> None:
        self._execute("DELETE FROM meetings")

    def rows(self) -> list[str]:
        with closing(sqlite3.connect(self._path)) as connection:
            return [row[0] for row in connection.execute("SELECT id FROM segments ORDER BY rowid")]

    def files(self) -> list[Path]:
        """What waits beside the store."""
        return list(self.waiting_folder.glob("*")) if self.waiting_folder.exists() else []

    def _execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(statement)


@pytest.fixture
async def cupboard(store: Store, tmp_path: Path) -> Cupboard:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return Cupboard(tmp_path / "records.db", store)


@pytest.fixture
def keeper(cupboard: Cupboard) -> Keeper:
    return Keeper(cupboard.store, ROOM_SID, 0, cupboard.waiting_folder)


async def test_a_final_is_in_the_store_when_keep_returns(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    await keeper.keep(line(1))
    assert cupboard.rows() == ["SG_1"]
    assert keeper.waiting_segments == 0


async def test_finals_and_erasures_are_numbered_in_one_order_also_while_the_store_is_away(
    cupboard: Cupboard,
) -> None:
    keeper = Keeper(cupboard.store, ROOM_SID, 7, cupboard.waiting_folder)
    first = await keeper.keep(line(1))
    with cupboard.away():
        second = await keeper.keep(line(2))
        erased = await keeper.erase_speaker("guest-2")
    third = await keeper.keep(line(3))
    await keeper.write_waiting()
    assert first
    assert second
    assert third
    assert (first.sequence, second.sequence, erased, third.sequence) == (8, 9, 10, 11)
    assert keeper.last_sequence == 11
    kept = await cupboard.store.list_segments(ROOM_SID)
    assert [(one.id, one.sequence) for one in kept] == [("SG_1", 8), ("SG_2", 9), ("SG_3", 11)]
    meeting = await cupboard.store.find_meeting(ROOM_SID)
    assert meeting
    assert meeting.last_transcript_sequence == 11


async def test_finals_wait_in_order_while_the_store_is_away(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    await keeper.keep(line(1))
    with cupboard.away():
        for number in (2, 3, 4):
            await keeper.keep(line(number))
        assert keeper.waiting_segments == 3
        assert not await keeper.write_waiting()
        assert keeper.waiting_segments == 3
    await keeper.keep(line(5))  # behind those that wait
    assert cupboard.rows() == ["SG_1"]
    assert await keeper.write_waiting()
    assert cupboard.rows() == ["SG_1", "SG_2", "SG_3", "SG_4", "SG_5"]
    assert keeper.lost_segments == 0


async def test_what_waits_is_written_when_the_store_is_back(
    keeper: Keeper, cupboard: Cupboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.01)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(keeper.run())
        with cupboard.away():
            await keeper.keep(line(1))
            await keeper.keep(line(2))
        await until(lambda: not keeper.waiting_segments)
        await keeper.keep(line(3))
        running.cancel()
    assert cupboard.rows() == ["SG_1", "SG_2", "SG_3"]


async def test_several_writers_at_once_write_nothing_twice(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    with cupboard.away():
        for number in range(20):
            await keeper.keep(line(number))
    await asyncio.gather(
        keeper.write_waiting(),
        *(keeper.keep(line(number)) for number in range(20, 30)),
        keeper.finish(),
    )
    await keeper.finish()
    rows = cupboard.rows()
    assert sorted(rows) == sorted({f"SG_{number}" for number in range(30)})
    assert rows == [f"SG_{number}" for number in range(30)]


async def test_beyond_the_bound_the_newest_is_given_up_and_counted(
    keeper: Keeper, cupboard: Cupboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "WAITING_ENTRIES", 3)
    with cupboard.away():
        for number in range(5):
            await keeper.keep(line(number))
    assert keeper.lost_segments == 2
    await keeper.write_waiting()
    assert cupboard.rows() == ["SG_0", "SG_1", "SG_2"]


async def test_the_end_of_a_call_waits_for_the_store(
    keeper: Keeper, cupboard: Cupboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.05)
    with cupboard.away():
        await keeper.keep(line(1))
        finishing = asyncio.ensure_future(keeper.finish())
        await asyncio.sleep(0)
    await finishing
    assert cupboard.rows() == ["SG_1"]
    assert keeper.lost_segments == 0


async def test_what_a_call_could_not_write_is_written_by_who_comes_after_it(
    keeper: Keeper,
    cupboard: Cupboard,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.001)
    with cupboard.away(), caplog.at_level(logging.DEBUG):
        await keeper.keep(line(1))
        await keeper.keep(line(2))
        await keeper.finish()
        await replay_all(cupboard.store, cupboard.waiting_folder)  # in vain, and nothing is lost
    assert cupboard.rows() == []
    await replay_all(cupboard.store, cupboard.waiting_folder)
    assert cupboard.rows() == ["SG_1", "SG_2"]
    assert cupboard.files() == []
    assert "finals wait in a file" in caplog.text
    assert PRIVATE not in caplog.text
    assert all(PRIVATE not in str(vars(record)) for record in caplog.records)


async def test_hosts_are_told_when_finals_begin_to_wait_and_when_none_does(
    cupboard: Cupboard,
) -> None:
    told: list[bool] = []
    keeper = Keeper(cupboard.store, ROOM_SID, 0, cupboard.waiting_folder, told.append)
    await keeper.keep(line(1))
    with cupboard.away():
        await keeper.keep(line(2))
        await keeper.keep(line(3))
        assert told == [True]
    await keeper.write_waiting()
    assert told == [True, False]
    assert cupboard.files() == []


async def test_what_is_on_its_way_when_its_speaker_is_to_be_forgotten_is_shown_to_nobody(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    async with keeper._writing:
        bens = asyncio.ensure_future(keeper.keep(line(1)))
        anas = asyncio.ensure_future(keeper.keep(line(2, "host-1")))
        await asyncio.sleep(0)
        keeper.void("guest-1")
    assert await bens is None
    assert await anas
    assert await keeper.keep(line(3))


async def test_a_final_that_the_store_refuses_holds_nothing_up(
    keeper: Keeper, cupboard: Cupboard, caplog: pytest.LogCaptureFixture
) -> None:
    refused = replace(line(2), text="\ud800")  # no database can write half a character
    assert await keeper.keep(line(1))
    assert await keeper.keep(refused) is None
    assert await keeper.keep(line(3))
    assert cupboard.rows() == ["SG_1", "SG_3"]
    assert keeper.waiting_segments == 0
    (record,) = [each for each in caplog.records if "refuses" in each.message]
    assert record.__dict__["segment"] == "SG_2"


async def test_finals_of_a_meeting_that_was_deleted_meanwhile_are_given_up(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    with cupboard.away():
        await keeper.keep(line(1))
    cupboard.delete_meeting()
    assert await keeper.write_waiting()
    assert keeper.waiting_segments == 0
    assert cupboard.rows() == []
    assert cupboard.files() == []


async def test_a_gap_is_numbered_among_the_finals_and_waits_among_them(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    gap = Gap(started_at_ms=2000, ended_at_ms=4000, reason="agent_away", transcript_sequence=0)
    with cupboard.away():
        await keeper.keep(line(1))
        assert (await keeper.keep_gap(gap)).transcript_sequence == 2
        await keeper.keep(line(3))
    await keeper.write_waiting()
    assert [one.sequence for one in await cupboard.store.list_segments(ROOM_SID)] == [1, 3]
    assert [one.transcript_sequence for one in await cupboard.store.list_gaps(ROOM_SID)] == [2]


async def test_what_waits_of_an_erased_speaker_is_never_written(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    with cupboard.away():
        for number in range(4):
            assert await keeper.keep(line(number, f"guest-{number % 2}"))
        await keeper.erase_speaker("guest-1")
        assert keeper.waiting_segments == 2
        assert "guest-1" not in cupboard.files()[0].read_text()
    await keeper.write_waiting()
    assert cupboard.rows() == ["SG_0", "SG_2"]


async def test_no_final_from_before_an_erasure_is_written_after_it(
    keeper: Keeper, cupboard: Cupboard
) -> None:
    async def erase() -> list[str]:
        await keeper.erase_speaker("guest-1")
        return cupboard.rows()

    *kept, written = await asyncio.gather(
        *(keeper.keep(line(number)) for number in range(5)),
        erase(),
    )
    assert kept == [None] * 5
    assert cupboard.rows() == written  # what was written by then, the store's own erasure finds
    assert await keeper.keep(line(9))
    assert cupboard.rows() == [*written, "SG_9"]


@pytest.mark.parametrize("written", range(1, 8))
async def test_an_erasure_ends_the_writing_of_what_waited(
    written: int, keeper: Keeper, cupboard: Cupboard
) -> None:
    with cupboard.away():
        for number in range(20):
            await keeper.keep(line(number, f"guest-{number % 2}"))
    writing = asyncio.ensure_future(keeper.write_waiting())
    await until(lambda: len(cupboard.rows()) >= written)
    await keeper.erase_speaker("guest-1")
    await cupboard.store.erase_speaker(
        ROOM_SID, "guest-1", transcript_sequence=keeper.last_sequence, sequence=0
    )
    await writing
    assert cupboard.rows() == [f"SG_{number}" for number in range(0, 20, 2)]


async def test_what_another_agent_keeps_too_is_given_up(keeper: Keeper, cupboard: Cupboard) -> None:
    with cupboard.away():
        for number in (1, 2, 3):
            await keeper.keep(line(number))
        await keeper.leave_to_another(since=2.0)
        assert keeper.waiting_segments == 1
        assert await keeper.keep(line(4)) is None
        late = await keeper.keep(replace(line(5), start_seconds=1.5))
    assert late
    await keeper.finish()
    assert cupboard.rows() == ["SG_1", "SG_5"]
    assert cupboard.files() == []
