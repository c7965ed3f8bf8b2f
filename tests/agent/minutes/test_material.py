from datetime import UTC

import pytest

from agent.minutes.material import load_material
from records import Store
from tests.agent.minutes.talk import ROOM_SID, record
from wire.coverage import SpeakerCoverage

pytestmark = pytest.mark.unit


async def test_who_was_heard_without_a_word_may_be_an_owner_too(store: Store) -> None:
    await record(store, "Ana: Dora will call the bank.")
    silent = SpeakerCoverage(
        identity="id-dora",
        name="Dora",
        received_seconds=60,
        silent_seconds=60,
        sent_seconds=0,
        recognized_seconds=0,
        without_text_seconds=0,
    )
    await store.put_coverage(ROOM_SID, "AJ_1", [silent])
    material = await load_material(store, ROOM_SID, UTC)
    assert material
    assert [person.name for person in material.people] == ["Ana", "Dora"]
    assert material.last_sequence == 1


async def test_a_meeting_that_nobody_knows_is_no_material(store: Store) -> None:
    assert await load_material(store, "RM_none", UTC) is None


async def test_consent_names_who_agreed_who_was_told_and_who_refused(store: Store) -> None:
    await store.put_consent("acme", "id-ben", "no", now_ms=1)
    await store.put_consent("acme", "id-ana", "yes", now_ms=1)
    await record(store, "Ana: Hello.\nBen: Hello.\nCem: Hello.")
    material = await load_material(store, ROOM_SID, UTC)
    assert material
    assert material.consent == (
        "Agreed to be transcribed: Ana; told of the transcript and did not object: Cem; "
        "did not want to be transcribed, and is not from then on: Ben."
    )
