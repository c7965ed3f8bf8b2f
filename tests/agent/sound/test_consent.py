import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent.sound.consent import SoundConsent
from records import Store, StoreUnavailableError

pytestmark = pytest.mark.unit

TABLES = ("sound_consents", "sound_switches")


class Office:
    """A switch with a store that can be locked away, a clock, and a count of the changes."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self.changes = 0
        self.now = 1.0

    async def open(self) -> SoundConsent:
        await self.store.open_meeting("RM_1", room_name="acme", now_ms=1)
        consent = SoundConsent(
            store=self.store,
            room_name="acme",
            room_sid="RM_1",
            on_change=self._count,
            now=lambda: self.now,
        )
        await consent.load()
        return consent

    def _count(self) -> None:
        self.changes += 1

    @contextmanager
    def away(self) -> Iterator[None]:
        for name in TABLES:
            self._execute(f"ALTER TABLE {name} RENAME TO {name}_away")
        yield
        for name in TABLES:
            self._execute(f"ALTER TABLE {name}_away RENAME TO {name}")

    def _execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(store, tmp_path / "records.db")


async def test_it_takes_the_hosts_switch_and_ones_own_yes(office: Office) -> None:
    consent = await office.open()
    assert not consent.allows("ben")
    await consent.set_on(True)
    assert not consent.allows("ben")
    await consent.answer("ben", "yes")
    assert consent.allows("ben")
    assert not consent.allows("ana")
    await consent.answer("ben", "no")
    assert not consent.allows("ben")
    assert office.changes == 3


async def test_the_next_agent_goes_on_as_it_was(office: Office) -> None:
    consent = await office.open()
    await consent.answer("ben", "yes")
    await consent.set_on(True)
    office.now = 9.0
    await consent.set_on(True)
    following = await office.open()
    assert following.on_since_ms == 1000
    assert following.allows("ben")


async def test_what_is_switched_over_http_is_followed(office: Office) -> None:
    consent = await office.open()
    await consent.answer("ben", "yes")
    await office.store.put_sound_switch("RM_1", 5)
    await consent.look()
    assert consent.allows("ben")
    await office.store.put_sound_switch("RM_1", None)
    await consent.look()
    assert not consent.allows("ben")
    assert office.changes == 3


async def test_a_stop_counts_while_the_store_is_away_and_is_kept_when_it_is_back(
    office: Office,
) -> None:
    consent = await office.open()
    await consent.answer("ben", "yes")
    await consent.set_on(True)
    with office.away():
        with pytest.raises(StoreUnavailableError):
            await consent.set_on(False)
        assert not consent.allows("ben")
        with pytest.raises(StoreUnavailableError):
            await consent.look()
    await consent.look()
    assert not consent.allows("ben")
    assert await office.store.find_sound_switch("RM_1") is None


async def test_a_no_counts_while_the_store_is_away_and_a_yes_does_not(office: Office) -> None:
    consent = await office.open()
    await consent.answer("ben", "yes")
    await consent.set_on(True)
    with office.away():
        with pytest.raises(StoreUnavailableError):
            await consent.answer("ben", "no")
        assert not consent.allows("ben")
        with pytest.raises(StoreUnavailableError):
            await consent.answer("ana", "yes")
        assert not consent.allows("ana")
