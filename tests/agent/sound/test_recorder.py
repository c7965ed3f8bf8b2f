import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agent.listener import Speaker
from agent.sound.consent import SoundConsent
from agent.sound.part import claimed
from agent.sound.recorder import PAUSE_SECONDS, Recorder
from agent.sound.writer import PartWriter
from agent.speech_gate import SAMPLE_RATE_HZ
from records import Files, Store
from records.sound import SoundPart
from tests.agent.sound.frames import frames_of, noise, read
from tests.agent.waiting import until
from wire.coverage import Notice

pytestmark = pytest.mark.unit

BEN = Speaker(identity="ben", name="Ben", role="guest", track_sid="TR_1")
ANA = Speaker(identity="ana", name="Ana", role="host", track_sid="TR_2")


class Studio:
    """A recorder that runs, and everything around it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder / "sound"
        self.files = Files(str(folder / "files"))
        self.now = 100.0
        self.off_the_record = False
        self.told: list[Notice] = []
        self.people: list[Any] = []
        self.announced: list[list[str]] = []
        """Whom the state named when everybody was to be told."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Recorder]:
        await self.store.open_meeting("RM_1", room_name="acme", now_ms=1)
        consent = SoundConsent(
            store=self.store,
            room_name="acme",
            room_sid="RM_1",
            on_change=lambda: recorder.review(),
            now=lambda: self.now,
        )
        recorder = Recorder(
            consent=consent,
            is_heard=lambda _: not self.off_the_record,
            people=lambda: self.people,
            store=self.store,
            files=self.files,
            room_sid="RM_1",
            keeper=PartWriter(self.folder),
            announce=lambda: self.announced.append(recorder.state().recorded),
            tell=self.told.append,
            now=lambda: self.now,
        )
        await consent.set_on(True)
        await consent.answer("ben", "yes")
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(recorder.run())
            yield recorder
            running.cancel()

    @contextmanager
    def without_parts(self) -> Iterator[None]:
        """Let the store take no parts."""
        self._execute("ALTER TABLE sound_parts RENAME TO sound_parts_away")
        yield
        self._execute("ALTER TABLE sound_parts_away RENAME TO sound_parts")

    def _execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder.parent / "records.db")) as connection, connection:
            connection.execute(statement)

    def speak(self, recorder: Recorder, speaker: Speaker, seconds: float) -> None:
        for frame in frames_of(noise(seconds), self.now):
            recorder.hear(speaker, frame)
        self.now += seconds

    async def parts(self, count: int) -> list[SoundPart]:
        async with asyncio.timeout(20):
            while True:
                found = await self.store.list_sound_parts("RM_1")
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.01)

    def has_finished(self, part: SoundPart) -> bool:
        with claimed(self.folder / f"{part.id}.flac") as ours:
            return ours


@pytest.fixture
def studio(store: Store, tmp_path: Path) -> Studio:
    return Studio(store, tmp_path)


async def test_only_who_agreed_is_recorded_from_the_first_frame(studio: Studio) -> None:
    async with studio.open() as recorder:
        studio.speak(recorder, ANA, 1.0)
        studio.speak(recorder, BEN, 1.0)
        (part,) = await studio.parts(1)
        studio.speak(recorder, BEN, 1.0)
    assert (part.identity, part.name, part.started_at_ms) == ("ben", "Ben", 101_000)
    assert await studio.parts(1) == [part]
    heard = read(studio.folder / f"{part.id}.flac")
    assert np.array_equal(heard, np.concatenate((noise(1.0), noise(1.0))))


async def test_a_part_ends_off_the_record_and_another_begins_behind(studio: Studio) -> None:
    async with studio.open() as recorder:
        studio.speak(recorder, BEN, 1.0)
        await studio.parts(1)
        studio.off_the_record = True
        recorder.review()
        studio.speak(recorder, BEN, 1.0)
        studio.off_the_record = False
        studio.speak(recorder, BEN, 1.0)
        first, second = await studio.parts(2)
    assert second.started_at_ms - first.started_at_ms == 2000
    for part in (first, second):
        assert len(read(studio.folder / f"{part.id}.flac")) == SAMPLE_RATE_HZ


async def test_a_short_pause_is_silence_and_a_long_one_ends_the_part(studio: Studio) -> None:
    async with studio.open() as recorder:
        studio.speak(recorder, BEN, 1.0)
        (first,) = await studio.parts(1)
        studio.now += PAUSE_SECONDS - 1
        studio.speak(recorder, BEN, 1.0)
        studio.now += PAUSE_SECONDS + 1
        recorder.review()  # it looks at once
        await until(lambda: studio.has_finished(first))
        studio.speak(recorder, BEN, 1.0)
        _, second = await studio.parts(2)
    assert len(read(studio.folder / f"{first.id}.flac")) == (PAUSE_SECONDS + 1) * SAMPLE_RATE_HZ
    assert len(read(studio.folder / f"{second.id}.flac")) == SAMPLE_RATE_HZ


async def test_a_folder_that_cannot_be_written_is_told_and_the_call_goes_on(
    studio: Studio,
) -> None:
    studio.folder.write_text("in the way")
    async with studio.open() as recorder:
        studio.speak(recorder, BEN, 1.0)
        await until(lambda: studio.told)
        studio.speak(recorder, BEN, 1.0)
    (notice,) = studio.told
    assert (notice.id, notice.reason, notice.over) == ("not_recorded:disk", "not_recorded", False)
    assert "File exists" in notice.text


async def test_who_begins_to_speak_while_the_store_is_away_is_not_said_to_be_recorded(
    studio: Studio,
) -> None:
    def open_notices() -> set[str]:
        last = {notice.id: notice for notice in studio.told}
        return {notice.text for notice in last.values() if not notice.over}

    studio.people = [SimpleNamespace(identity=one.identity, name=one.name) for one in (ANA, BEN)]
    async with studio.open() as recorder:
        await recorder.consent.answer("ana", "yes")
        studio.speak(recorder, ANA, 1.0)
        await studio.parts(1)
        await until(lambda: studio.announced[-1:] == [["ana", "ben"]])
        with studio.without_parts():
            studio.speak(recorder, ANA, 1.0)
            studio.speak(recorder, BEN, 1.0)
            await until(open_notices)
            assert open_notices() == {
                "The store is away: who begins to speak now is not on the recording",
                "Not on the recording: Ben",
            }
            assert recorder.state().recorded == studio.announced[-1] == ["ana"]
        _, part = await studio.parts(2)
        await until(lambda: not open_notices())
        assert recorder.state().recorded == studio.announced[-1] == ["ana", "ben"]
    assert part.identity == "ben"
    assert len(read(studio.folder / f"{part.id}.flac")) == SAMPLE_RATE_HZ


async def test_who_is_erased_is_given_up_at_once(studio: Studio) -> None:
    async with studio.open() as recorder:
        studio.speak(recorder, BEN, 1.0)
        await studio.parts(1)
        await recorder.erase_speaker("ben")
        assert await studio.store.list_sound_parts("RM_1") == []
        assert await studio.store.list_erased_sound() == []


async def test_a_host_who_comes_later_is_told_what_is_not_recorded(studio: Studio) -> None:
    studio.folder.write_text("in the way")
    async with studio.open() as recorder:
        recorder.welcome()
        assert studio.told == []
        studio.speak(recorder, BEN, 1.0)
        await until(lambda: studio.told)
        recorder.welcome()
    first, again = studio.told
    assert first == again
