"""Full text over meetings, on both databases."""

from typing import Any

import pytest

from records import Store
from records.meeting_list import MeetingFilter
from records.search import Found
from tests.records.test_store import make_segment
from transcript_buffer.word_search import parse_query

pytestmark = pytest.mark.unit

ANY = MeetingFilter()


async def meet(store: Store, sid: str, *lines: str, at_ms: int = 1, **said: Any) -> None:
    """Keep a meeting in a room of its own, with some lines in it."""
    await store.open_meeting(sid, room_name=f"room-{sid}", now_ms=at_ms)
    for number, text in enumerate(lines, start=1):
        segment = make_segment(number, id=f"{sid}-{number}", text=text, sequence=number, **said)
        await store.add_segment(sid, segment)


async def search(store: Store, query: str, wanted: MeetingFilter = ANY, **page: int) -> Found:
    options = {"skip": 0, "most": 10, **page}
    return await store.search_meetings(parse_query(query), wanted, **options)


async def sids(store: Store, query: str, wanted: MeetingFilter = ANY) -> set[str]:
    return {one.meeting.room_sid for one in (await search(store, query, wanted)).meetings}


async def test_a_meeting_is_found_by_what_was_said_in_it(store: Store) -> None:
    await meet(store, "RM_1", "the price is too high", "we talk again on Monday")
    await meet(store, "RM_2", "what does it cost")

    (found,) = (await search(store, "PRICE")).meetings
    assert found.meeting.room_sid == "RM_1"
    assert [(line.segment_id, line.text, line.speaker_name) for line in found.lines] == [
        ("RM_1-1", "the price is too high", "Ben")
    ]
    assert found.meeting.speakers[0].identity == "guest-1"
    assert await sids(store, "monday") == {"RM_1"}
    assert await sids(store, "elephant") == set()


async def test_all_words_must_stand_in_one_line_and_a_phrase_side_by_side(store: Store) -> None:
    await meet(store, "RM_1", "a second meeting in May", "the price")
    await meet(store, "RM_2", "the meeting after the second")

    assert await sids(store, "second meeting") == {"RM_1", "RM_2"}
    assert await sids(store, '"second meeting"') == {"RM_1"}
    assert await sids(store, "second price") == set()
    assert await sids(store, "meet*") == {"RM_1", "RM_2"}
    assert await sids(store, '"second mee"*') == {"RM_1"}
    assert await sids(store, "meet") == set()


async def test_accents_and_capitals_do_not_matter(store: Store) -> None:
    await meet(store, "RM_1", "Wir treffen uns im Café in Zürich")
    await meet(store, "RM_2", "Встреча в МОСКВЕ")

    assert await sids(store, "cafe ZURICH") == {"RM_1"}
    assert await sids(store, "café") == {"RM_1"}
    assert await sids(store, "москве") == {"RM_2"}


@pytest.mark.parametrize(
    "query",
    [
        '"', "a OR", "NEAR(a b)", "a' OR 1=1 --", "text:a", "{a} : b", "a:*", "!a & | b", "(((",
        "^a", "a <-> b", "\\", "%", "a*b*c*", "-a", "+a", "\u0301", "a\u0000b", "日本", "🎉 party",
    ],
)  # fmt: skip
async def test_no_text_breaks_the_search(store: Store, query: str) -> None:
    await meet(store, "RM_1", "a b text party")
    phrases = parse_query(query)
    if phrases:
        await store.search_meetings(phrases, ANY, skip=0, most=10)


async def test_a_title_is_found_and_an_old_one_is_not(store: Store) -> None:
    await meet(store, "RM_1", "hello")
    async with store._transaction() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET title = 'Quarterly numbers'")
    assert await sids(store, "quarterly") == {"RM_1"}
    (found,) = (await search(store, "numbers")).meetings
    assert found.lines == ()
    assert found.meeting.title == "Quarterly numbers"

    async with store._transaction() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET title = 'Hiring'")
    assert await sids(store, "quarterly") == set()
    assert await sids(store, "hiring") == {"RM_1"}


async def test_the_meeting_that_says_it_more_often_comes_first(store: Store) -> None:
    await meet(store, "RM_1", "the budget", "the budget again", "budget budget", at_ms=1)
    await meet(store, "RM_2", "somebody once said the word budget in a long sentence", at_ms=9)
    for number in range(3, 9):
        await meet(store, f"RM_{number}", "something else was said here", at_ms=number)

    found = await search(store, "budget")
    assert [one.meeting.room_sid for one in found.meetings] == ["RM_1", "RM_2"]
    assert len(found.meetings[0].lines) == 3


async def test_pages_of_a_search_follow_each_other(store: Store) -> None:
    for number in range(5):
        await meet(store, f"RM_{number}", "the price", at_ms=number)
    pages = [await search(store, "price", skip=skip, most=2) for skip in (0, 2, 4)]

    listed = [one.meeting.room_sid for page in pages for one in page.meetings]
    assert sorted(listed) == [f"RM_{number}" for number in range(5)]
    assert [page.more for page in pages] == [True, True, False]
    assert not any(page.only_newest for page in pages)


async def test_a_search_keeps_to_the_filter(store: Store) -> None:
    await meet(store, "RM_1", "the price", at_ms=1000)
    await meet(store, "RM_2", "the price", at_ms=2000, speaker="host-1", name="Ana", role="host")

    assert await sids(store, "price", MeetingFilter(from_ms=1500)) == {"RM_2"}
    assert await sids(store, "price", MeetingFilter(to_ms=1500)) == {"RM_1"}
    assert await sids(store, "price", MeetingFilter(room_name="room-RM_1")) == {"RM_1"}
    assert await sids(store, "price", MeetingFilter(participant="Ana")) == {"RM_2"}
    assert await sids(store, "price", MeetingFilter(participant="guest-1")) == {"RM_1"}
    assert await sids(store, "price", MeetingFilter(kind="upload")) == set()
    assert await sids(store, "price", MeetingFilter(has_minutes=True)) == set()
    assert await sids(store, "price", MeetingFilter(has_minutes=False)) == {"RM_1", "RM_2"}


async def test_erased_words_are_not_found(store: Store) -> None:
    await meet(store, "RM_1", "the price", "the colour")
    await store.add_segment(
        "RM_1", make_segment(3, id="x", speaker="guest-2", text="my price", sequence=3)
    )
    await store.erase_speaker("RM_1", "guest-1", transcript_sequence=9, sequence=0)

    (found,) = (await search(store, "price")).meetings
    assert [line.text for line in found.lines] == ["my price"]
    assert await sids(store, "colour") == set()


async def test_a_deleted_meeting_is_not_found(store: Store) -> None:
    await meet(store, "RM_1", "the price")
    await meet(store, "RM_2", "the price")
    assert await store.forget_meetings(["RM_1", "RM_9"]) == 1

    assert await sids(store, "price") == {"RM_2"}
    assert await store.find_meeting("RM_1") is None
