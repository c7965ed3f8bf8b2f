"""After an erasure no byte of what was said is left beside or in the database."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from records import Store, StoreUnavailableError, connection
from tests.records.test_store import erase, make_point, make_segment

pytestmark = [
    pytest.mark.unit,
    # Postgres has its own rules for the bytes of deleted rows; that they are gone for every query
    # is tested in test_store.py.
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

ROOM_SID = "RM_1"
SECRET = "quartzbeetle"
OTHER = "marmaladesky"


def left_of(word: str, folder: Path) -> dict[str, int]:
    """How often the bytes of a word stand in each file."""
    found = {path.name: path.read_bytes().count(word.encode()) for path in folder.iterdir()}
    return {name: times for name, times in found.items() if times}


@contextmanager
def reading(folder: Path, segments: int) -> Iterator[None]:
    """Somebody in the middle of a read, to whom the rows of the beginning belong until its end."""
    with closing(sqlite3.connect(folder / "records.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM segments").fetchone() == (segments,)
        yield


@pytest.mark.parametrize("seed", range(4))
async def test_no_word_of_an_erased_speaker_is_left_in_any_file(
    seed: int, store: Store, tmp_path: Path
) -> None:
    # Rows of many sizes in no order: pages are split and filled again, and copies stay behind.
    pick = random.Random(seed)
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for number in range(1, 151):
        word, speaker = pick.choice(((SECRET, "guest-1"), (OTHER, "guest-2")))
        segment = make_segment(
            number,
            id=f"SG_{pick.random()}",
            speaker=speaker,
            text=f"{word} " * pick.randint(1, 60),
            start_seconds=pick.random() * 1000,
            end_seconds=2000.0,
        )
        await store.add_segment(ROOM_SID, segment)
        point = make_point(number, quote=word, speaker_identity=speaker)
        await store.put_talking_point(ROOM_SID, point)
    assert left_of(SECRET, tmp_path)
    kept = [one for one in await store.list_segments(ROOM_SID) if one.speaker == "guest-2"]
    erased = await erase(store)
    assert erased == 150 - len(kept)
    assert left_of(SECRET, tmp_path) == {}
    assert await store.list_segments(ROOM_SID) == kept
    points = await store.list_talking_points(ROOM_SID)
    assert {point.speaker_identity for point in points} == {"guest-2"}
    assert left_of(OTHER, tmp_path)


async def test_what_a_model_wrote_after_reading_an_erased_speaker_goes_with_their_words(
    store: Store, tmp_path: Path
) -> None:
    for room_sid in (ROOM_SID, "RM_2"):
        await store.open_meeting(room_sid, room_name=f"room of {room_sid}", now_ms=1)
    both, other = ("guest-1", "guest-2"), ("guest-2",)
    for room_sid, number, read in ((ROOM_SID, 1, both), (ROOM_SID, 2, other), ("RM_2", 3, both)):
        word = SECRET if read == both and room_sid == ROOM_SID else OTHER
        point = make_point(
            number, source="model", text=word, speaker_identity="guest-2", read_identities=read
        )
        await store.put_talking_point(room_sid, point)
    assert left_of(SECRET, tmp_path)
    assert await erase(store) == 0
    (left,) = await store.list_talking_points(ROOM_SID)
    assert (left.id, left.read_identities) == ("TP_2", other)
    assert len(await store.list_talking_points("RM_2")) == 1
    assert left_of(SECRET, tmp_path) == {}


async def test_other_stores_may_be_open_meanwhile(database_url: str, tmp_path: Path) -> None:
    async with Store(database_url) as one, Store(database_url) as two:
        await one.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
        await one.add_segment(ROOM_SID, make_segment(1, text=SECRET))
        assert len(await two.list_segments(ROOM_SID)) == 1
        await erase(one)
        assert left_of(SECRET, tmp_path) == {}
        assert await two.list_segments(ROOM_SID) == []
        await two.add_segment(ROOM_SID, make_segment(2))


async def test_a_reader_that_does_not_let_go_is_told_of_and_the_next_erasure_finishes(
    store: Store, tmp_path: Path
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, text=SECRET))
    with reading(tmp_path, 1):
        with pytest.raises(StoreUnavailableError, match="traces of it may be left") as caught:
            await erase(store)
        assert SECRET not in str(caught.value)
        assert await store.list_segments(ROOM_SID) == []
    assert left_of(SECRET, tmp_path)
    assert await erase(store) == 0
    assert left_of(SECRET, tmp_path) == {}


async def test_traces_that_a_killed_process_has_left_are_removed_by_the_next(
    store: Store, tmp_path: Path
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, text=SECRET))
    with reading(tmp_path, 1):
        with pytest.raises(StoreUnavailableError):
            await erase(store)
        assert await store.list_segments(ROOM_SID) == []
    # What a process leaves that has no time to close its files.
    left = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-left"))
    assert left_of(SECRET, left)
    async with Store(f"sqlite:///{left}/records.db") as other:
        await other.remove_traces()
        assert left_of(SECRET, left) == {}


async def test_a_file_is_rewritten_once_however_long_a_reader_keeps_the_journal(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_JOURNAL_SECONDS", 0.1)
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for sequence in range(1, 200):
        await store.add_segment(ROOM_SID, make_segment(sequence, text=SECRET))
    journal = tmp_path / "records.db-wal"
    with reading(tmp_path, 199):
        with pytest.raises(StoreUnavailableError):
            await erase(store)
        size = journal.stat().st_size
        with pytest.raises(StoreUnavailableError):
            await store.remove_traces()
        assert journal.stat().st_size == size
    await store.remove_traces()
    assert left_of(SECRET, tmp_path) == {}


async def test_a_file_without_traces_is_not_rewritten(store: Store, tmp_path: Path) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1))
    assert await erase(store) == 1
    before = (tmp_path / "records.db").stat()
    await store.remove_traces()
    assert (tmp_path / "records.db").stat().st_mtime_ns == before.st_mtime_ns


async def test_an_erasure_waits_for_somebody_who_empties_the_journal_at_that_moment(
    store: Store, tmp_path: Path
) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    over = Event()

    def empty_the_journal() -> None:
        with closing(sqlite3.connect(tmp_path / "records.db", timeout=5)) as other:
            while not over.is_set():
                with suppress(sqlite3.OperationalError):  # the database is being rewritten
                    other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(empty_the_journal))
        try:
            for number in range(1, 11):
                await store.add_segment(ROOM_SID, make_segment(number, text=SECRET))
                assert await erase(store) == 1
                assert left_of(SECRET, tmp_path) == {}
        finally:
            over.set()


async def test_an_erasure_gives_no_number_a_second_time(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, sequence=199))
    await store.put_talking_point(ROOM_SID, make_point(299))
    await erase(store)
    meeting = await store.find_meeting(ROOM_SID)
    assert meeting
    assert (meeting.last_transcript_sequence, meeting.last_sequence) == (200, 300)
