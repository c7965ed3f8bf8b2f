import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from records import ErasuresSeen, Store, StoreUnavailableError
from tests.records.test_erasure import left_of
from tests.records.test_store import ROOM_SID, make_segment
from wire.minutes import Evidence, Minutes, MinutesLine

pytestmark = pytest.mark.unit

SECRET = "quartzbeetle"


def make_minutes(**changes: Any) -> Minutes:
    line = MinutesLine(
        text=f"They spoke of {SECRET}.", evidence=[Evidence(segment_id="SG_1", quote=SECRET)]
    )
    fields: dict[str, Any] = {
        "room_sid": ROOM_SID,
        "version": 1,
        "state": "final",
        "template": "free",
        "written_at_ms": 100,
        "transcript_sequence": 2,
        "title": f"About {SECRET}",
        "summary": [line],
        "key_points": [],
        "decisions": [],
        "action_items": [],
        "open_questions": [],
        "consent": "",
        "coverage": "",
    }
    return Minutes.model_validate({**fields, **changes})


async def put(store: Store, **changes: Any) -> Minutes | None:
    return await store.put_minutes(make_minutes(**changes), seen=await store.see_erasures(ROOM_SID))


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, sequence=1, text=SECRET))
    await store.add_segment(ROOM_SID, make_segment(2, sequence=2, speaker="guest-2"))
    return store


async def erase(store: Store, identity: str = "guest-1", number: int = 3) -> int:
    return await store.erase_speaker(ROOM_SID, identity, transcript_sequence=number, sequence=0)


async def test_minutes_count_their_versions_by_template_and_profile(meeting: Store) -> None:
    for changes, version in (({}, 1), ({"written_at_ms": 200}, 2), ({"template": "sales"}, 1)):
        kept = await put(meeting, **changes)
        assert kept
        assert kept.version == version
    kept = await put(meeting, profile_id="PR_1", written_at_ms=300)
    assert kept
    assert kept.version == 1
    found = await meeting.find_minutes(ROOM_SID, "free")
    assert found
    assert (found.version, found.written_at_ms) == (2, 200)
    newest = await meeting.find_minutes(ROOM_SID)
    assert newest
    assert (newest.template, newest.profile_id) == ("free", "")
    personal = await meeting.find_minutes(ROOM_SID, profile_id="PR_1")
    assert personal
    assert personal.profile_id == "PR_1"
    assert len(await meeting.list_minutes(ROOM_SID)) == 3
    assert await meeting.find_minutes(ROOM_SID, "interview") is None


async def test_the_title_of_a_meeting_is_that_of_everybodys_minutes(meeting: Store) -> None:
    await put(meeting, title="A pilot")
    await put(meeting, profile_id="PR_1", title="Mine")
    found = await meeting.find_meeting(ROOM_SID)
    assert found
    assert found.title == "A pilot"


async def test_minutes_of_no_meeting_are_not_kept(store: Store) -> None:
    assert await put(store, room_sid="RM_none") is None


async def test_an_erasure_empties_minutes_and_has_them_written_anew(
    meeting: Store, tmp_path: Path
) -> None:
    await put(meeting)
    await put(meeting, profile_id="PR_1")
    assert await erase(meeting) == 1
    assert await meeting.list_minutes(ROOM_SID) == []
    found = await meeting.find_meeting(ROOM_SID)
    assert found
    assert found.title == ""
    wanted = {
        (one.template, one.profile_id, one.state) for one in await meeting.list_work(ROOM_SID)
    }
    assert wanted == {("free", "", "waiting"), ("free", "PR_1", "waiting")}
    assert left_of(SECRET, tmp_path) == {}


async def test_the_count_goes_on_behind_an_erasure(meeting: Store) -> None:
    await put(meeting)
    await erase(meeting)
    kept = await put(meeting)
    assert kept
    assert kept.version == 2


async def test_minutes_that_have_read_words_erased_since_are_refused(meeting: Store) -> None:
    seen = await meeting.see_erasures(ROOM_SID)
    await erase(meeting)
    assert await meeting.put_minutes(make_minutes(), seen=seen) is None
    assert await meeting.list_minutes(ROOM_SID) == []
    # And so with a second erasure of the same person, who has spoken again.
    seen = await meeting.see_erasures(ROOM_SID)
    await erase(meeting, number=9)
    assert await meeting.put_minutes(make_minutes(), seen=seen) is None


async def test_an_erasure_and_minutes_at_once_never_leave_the_words(meeting: Store) -> None:
    async def keep(seen: ErasuresSeen) -> None:
        with suppress(StoreUnavailableError):
            await meeting.put_minutes(make_minutes(), seen=seen)

    async def erase_until_it_is_done(number: int) -> None:
        while True:
            with suppress(StoreUnavailableError):  # SQLite may be busy
                await erase(meeting, number=number)
                return

    for number in range(10, 20):
        segment = make_segment(number, sequence=number, text=SECRET)
        await meeting.add_segment(ROOM_SID, segment)
        seen = await meeting.see_erasures(ROOM_SID)
        await asyncio.gather(keep(seen), erase_until_it_is_done(number + 100))
        assert await meeting.list_minutes(ROOM_SID) == []


async def test_erasing_somebody_who_said_nothing_leaves_the_minutes(meeting: Store) -> None:
    await put(meeting)
    assert await erase(meeting, "guest-3") == 0
    assert len(await meeting.list_minutes(ROOM_SID)) == 1
