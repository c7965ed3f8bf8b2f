from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from records import Files, Store
from records.sound import SoundPart, delete_erased_sound, mixed_folder, sound_folder

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"


def part(part_id: str, identity: str, at_ms: int, room_sid: str = ROOM_SID) -> SoundPart:
    return SoundPart(
        id=part_id, room_sid=room_sid, identity=identity, name="Ben", started_at_ms=at_ms
    )


async def sound() -> AsyncIterator[bytes]:
    yield b"sound"


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return store


async def test_consent_to_being_recorded_is_an_answer_of_its_own(store: Store) -> None:
    await store.put_consent("acme", "guest-1", "yes", now_ms=1)
    assert await store.list_sound_consents("acme") == {}
    await store.put_sound_consent("acme", "guest-1", "yes", now_ms=2)
    await store.put_sound_consent("acme", "guest-1", "no", now_ms=3)
    await store.put_sound_consent("other", "guest-1", "yes", now_ms=4)
    assert await store.list_sound_consents("acme") == {"guest-1": "no"}
    assert await store.list_consents("acme") == {"guest-1": "yes"}


async def test_a_meeting_is_not_recorded_until_somebody_says_so(meeting: Store) -> None:
    assert await meeting.find_sound_switch(ROOM_SID) is None
    await meeting.put_sound_switch(ROOM_SID, 5)
    assert await meeting.find_sound_switch(ROOM_SID) == 5
    await meeting.put_sound_switch(ROOM_SID, None)
    assert await meeting.find_sound_switch(ROOM_SID) is None


async def test_parts_are_listed_in_the_order_in_which_they_began(meeting: Store) -> None:
    await meeting.add_sound_part(part("SP_2", "ben", 20))
    await meeting.add_sound_part(part("SP_1", "ana", 10))
    assert await meeting.finish_sound_part("SP_1", duration_ms=4000)
    first, second = await meeting.list_sound_parts(ROOM_SID)
    assert (first.id, first.duration_ms, first.path) == ("SP_1", 4000, "sound/RM_1/SP_1.flac")
    assert (second.id, second.duration_ms) == ("SP_2", None)
    assert await meeting.find_sound_part("SP_2") == second
    assert await meeting.find_sound_part("SP_3") is None
    assert await meeting.finish_sound_part("SP_2", duration_ms=4000, started_at_ms=5)
    assert [one.id for one in await meeting.list_sound_parts(ROOM_SID)] == ["SP_2", "SP_1"]


async def test_erasing_the_words_of_somebody_erases_the_sound_too(
    meeting: Store, tmp_path: Path
) -> None:
    files = Files(str(tmp_path / "files"))
    parts = [part("SP_1", "ana", 10), part("SP_2", "ben", 20), part("SP_3", "ben", 30)]
    for one in parts:
        await meeting.add_sound_part(one)
    await files.put(parts[0].path, sound())
    await files.put(parts[1].path, sound())
    mixed = f"{mixed_folder(ROOM_SID)}/all.flac"
    await files.put(mixed, sound())

    await meeting.erase_speaker(ROOM_SID, "ben", transcript_sequence=1, sequence=0)
    assert [one.id for one in await meeting.list_sound_parts(ROOM_SID)] == ["SP_1"]
    # What was under way to the file store does not arrive there any more.
    assert await meeting.find_sound_part("SP_3") is None
    assert not await meeting.finish_sound_part("SP_3", duration_ms=1)
    assert mixed in await files.list(sound_folder(ROOM_SID))

    await delete_erased_sound(meeting, files)
    assert await files.list(sound_folder(ROOM_SID)) == [parts[0].path]
    assert await meeting.list_erased_sound() == []
    await delete_erased_sound(meeting, files)
    assert await files.list(sound_folder(ROOM_SID)) == [parts[0].path]


async def test_the_sound_of_one_meeting_is_erased_without_that_of_another(meeting: Store) -> None:
    await meeting.open_meeting("RM_2", room_name="other", now_ms=1)
    await meeting.add_sound_part(part("SP_1", "ben", 10))
    await meeting.add_sound_part(part("SP_2", "ben", 10, room_sid="RM_2"))
    await meeting.erase_sound("RM_2", "ben")
    assert [one.id for one in await meeting.list_erased_sound()] == ["SP_2"]
    assert len(await meeting.list_sound_parts(ROOM_SID)) == 1
