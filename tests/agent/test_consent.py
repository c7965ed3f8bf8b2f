import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent.consent import Consent
from records import Store, StoreUnavailableError
from wire.consent import ConsentPolicy

pytestmark = pytest.mark.unit


class Office:
    """A consent with a store that can be locked away, a clock, and a count of the changes."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self.changes = 0
        self.now = 1.0

    async def open(self, policy: ConsentPolicy = "notice") -> Consent:
        await self.store.open_meeting("RM_1", room_name="acme", now_ms=1)
        consent = Consent(
            store=self.store,
            room_name="acme",
            room_sid="RM_1",
            policy=policy,
            on_change=self._count,
            now=lambda: self.now,
        )
        await consent.load()
        return consent

    def _count(self) -> None:
        self.changes += 1

    @contextmanager
    def away(self) -> Iterator[None]:
        for name in ("consents", "off_the_record"):
            self._execute(f"ALTER TABLE {name} RENAME TO {name}_away")
        yield
        for name in ("consents", "off_the_record"):
            self._execute(f"ALTER TABLE {name}_away RENAME TO {name}")

    def _execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement)


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(store, tmp_path / "records.db")


@pytest.mark.parametrize(
    ("policy", "unasked", "after_yes"),
    [("notice", True, True), ("ask", False, True), ("off", False, False)],
)
async def test_the_policy_counts_until_there_is_an_answer(
    policy: ConsentPolicy, unasked: bool, after_yes: bool, office: Office
) -> None:
    consent = await office.open(policy)
    assert consent.allows("ben") is unasked
    await consent.answer("ben", "yes")
    assert consent.allows("ben") is after_yes
    assert consent.allows("cem") is unasked
    await consent.answer("ben", "no")
    assert not consent.allows("ben")


async def test_the_last_answer_counts_also_for_the_next_agent(office: Office) -> None:
    consent = await office.open()
    for answer in ("no", "yes", "no"):
        await consent.answer("ben", answer)
    await consent.answer("cem", "yes")
    again = await office.open("ask")
    assert not again.allows("ben")
    assert again.allows("cem")
    assert again.state_of(["ben", "cem"]).answers == {"ben": "no", "cem": "yes"}


async def test_the_state_shows_the_answers_of_those_who_are_there(office: Office) -> None:
    consent = await office.open("ask")
    await consent.answer("ben", "yes")
    await consent.answer("cem", "no")
    state = consent.state_of({"cem", "dana"})
    assert state.answers == {"cem": "no"}
    assert (state.policy, state.off_the_record_since_ms) == ("ask", None)


async def test_off_the_record_stops_everybody_until_it_is_over(office: Office) -> None:
    consent = await office.open()
    await consent.answer("ben", "yes")
    office.now = 5.0
    await consent.set_off_the_record(off=True)
    office.now = 6.0
    await consent.set_off_the_record(off=True)
    assert not consent.allows("ben")
    assert not consent.allows("cem")
    assert consent.state_of([]).off_the_record_since_ms == 5000
    again = await office.open()
    assert again.state_of([]).off_the_record_since_ms == 5000
    office.now = 9.0
    await again.set_off_the_record(off=False)
    await again.set_off_the_record(off=False)
    assert again.allows("ben")
    assert again.state_of([]).off_the_record_since_ms is None
    assert await office.store.list_off_the_record("RM_1") == [(5000, 9000)]


async def test_only_what_changes_is_told(office: Office) -> None:
    consent = await office.open()
    for _ in range(3):
        await consent.answer("ben", "no")
    assert office.changes == 1
    for off in (False, True, True, False):
        await consent.set_off_the_record(off=off)
    assert office.changes == 3


async def test_a_no_counts_at_once_and_a_yes_only_when_it_is_kept(office: Office) -> None:
    consent = await office.open("ask")
    await consent.answer("ben", "yes")
    with office.away():
        for identity, answer in (("ben", "no"), ("cem", "yes")):
            with pytest.raises(StoreUnavailableError):
                await consent.answer(identity, answer)  # type: ignore[arg-type]
        assert not consent.allows("ben")
        assert not consent.allows("cem")
    assert await office.store.list_consents("acme") == {"ben": "yes"}
    await consent.answer("ben", "no")  # said again, it is kept
    assert await office.store.list_consents("acme") == {"ben": "no"}


async def test_off_the_record_counts_at_once_and_its_end_only_when_it_is_kept(
    office: Office,
) -> None:
    consent = await office.open()
    office.now = 5.0
    with office.away():
        with pytest.raises(StoreUnavailableError):
            await consent.set_off_the_record(off=True)
        assert not consent.allows("ben")
        with pytest.raises(StoreUnavailableError):
            await consent.set_off_the_record(off=False)
        assert not consent.allows("ben")
    office.now = 8.0
    await consent.set_off_the_record(off=False)
    assert consent.allows("ben")
    assert await office.store.list_off_the_record("RM_1") == [(5000, 8000)]
