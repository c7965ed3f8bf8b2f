import asyncio

import pytest

from records import Store, Work
from tests.records.test_store import ROOM_SID, make_segment
from wire.gap import Gap

pytestmark = pytest.mark.unit


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, sequence=1))
    return store


async def claim(store: Store, holder: str = "a", *, now_ms: int = 1000) -> Work | None:
    return await store.claim_work(holder, now_ms=now_ms, lease_seconds=10)


async def test_the_end_of_a_meeting_asks_for_its_minutes(meeting: Store) -> None:
    assert await meeting.list_work(ROOM_SID) == []
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    (work,) = await meeting.list_work(ROOM_SID)
    assert (work.kind, work.template, work.profile_id) == ("minutes", "", "")
    assert (work.state, work.attempts, work.due_at_ms) == ("waiting", 0, 500)


async def test_a_meeting_without_a_word_has_no_minutes(store: Store) -> None:
    await store.open_meeting("RM_9", room_name="empty", now_ms=1)
    await store.end_meeting("RM_9", now_ms=500)
    assert await store.list_work("RM_9") == []


async def test_what_comes_late_into_a_meeting_that_has_ended_has_all_minutes_written_anew(
    meeting: Store,
) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    await meeting.request_minutes(ROOM_SID, template="sales", profile_id="ana", now_ms=600)

    async def finish() -> None:
        while work := await claim(meeting):
            await meeting.finish_work(work.id, "a")

    async def waiting() -> set[tuple[str, str]]:
        works = await meeting.list_work(ROOM_SID)
        return {(one.template, one.profile_id) for one in works if one.state == "waiting"}

    await finish()
    assert await waiting() == set()
    known, late = make_segment(1, sequence=1), make_segment(2, sequence=2)
    assert not await meeting.add_segment(ROOM_SID, known, erased_from=1)
    assert await waiting() == set()
    assert await meeting.add_segment(ROOM_SID, late, erased_from=2)
    assert await waiting() == {("", ""), ("sales", "ana")}
    await finish()
    gap = Gap(started_at_ms=2, ended_at_ms=900, reason="agent_away", transcript_sequence=3)
    await meeting.add_gap(ROOM_SID, gap)
    assert await waiting() == {("", ""), ("sales", "ana")}
    await finish()
    await meeting.add_gap(ROOM_SID, gap)  # it was kept
    assert await waiting() == set()


async def test_all_words_of_a_meeting_may_come_late(store: Store) -> None:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_segment(ROOM_SID, make_segment(1, sequence=1), erased_from=1)
    assert await store.list_work(ROOM_SID) == []  # it goes on
    await store.open_meeting("RM_9", room_name="late", now_ms=1)
    await store.end_meeting("RM_9", now_ms=500)
    await store.add_segment("RM_9", make_segment(2, sequence=1), erased_from=1)
    assert len(await store.list_work("RM_9")) == 1


async def test_one_holder_has_the_work_until_it_is_done(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    work = await claim(meeting)
    assert work
    assert (work.state, work.attempts) == ("under_way", 1)
    assert await claim(meeting, "b") is None
    assert not await meeting.finish_work(work.id, "b")
    assert await meeting.finish_work(work.id, "a")
    (done,) = await meeting.list_work(ROOM_SID)
    assert (done.state, done.attempts) == ("done", 0)
    assert await claim(meeting, now_ms=10**9) is None


async def test_nobody_is_given_the_same_work_by_claiming_at_once(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    claims = await asyncio.gather(*(claim(meeting, f"clerk-{n}") for n in range(8)))
    assert len([work for work in claims if work]) == 1


async def test_the_work_of_the_dead_is_taken_up_when_the_lease_is_over(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    first = await claim(meeting, now_ms=1000)
    assert first
    assert await meeting.renew_work(first.id, "a", now_ms=5000, lease_seconds=10)
    assert await claim(meeting, "b", now_ms=14_999) is None
    second = await claim(meeting, "b", now_ms=15_000)
    assert second
    assert (second.id, second.attempts) == (first.id, 2)
    assert not await meeting.renew_work(first.id, "a", now_ms=15_001, lease_seconds=10)


async def test_work_that_failed_is_due_again_later_and_says_why(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    work = await claim(meeting)
    assert work
    put = {"due_at_ms": 9000, "reason": "no model answers", "give_up": False}
    assert await meeting.put_work_back(work.id, "a", **put)  # type: ignore[arg-type]
    assert await claim(meeting, now_ms=8999) is None
    again = await claim(meeting, now_ms=9000)
    assert again
    assert (again.reason, again.attempts) == ("no model answers", 2)


async def test_work_that_was_given_up_waits_until_it_is_asked_for_anew(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    work = await claim(meeting)
    assert work
    await meeting.put_work_back(work.id, "a", due_at_ms=0, reason="no template", give_up=True)
    assert await claim(meeting, now_ms=10**9) is None
    asked = await meeting.request_minutes(ROOM_SID, now_ms=2000)
    assert asked
    assert (asked.id, asked.state, asked.attempts, asked.reason) == (work.id, "waiting", 0, "")


async def test_what_is_asked_for_anew_meanwhile_is_done_once_more(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    work = await claim(meeting)
    assert work
    await meeting.request_minutes(ROOM_SID, now_ms=2000)
    assert not await meeting.finish_work(work.id, "a")
    assert await claim(meeting, "b", now_ms=2000)


async def test_nobody_else_works_for_a_meeting_that_somebody_works_for(meeting: Store) -> None:
    await meeting.end_meeting(ROOM_SID, now_ms=500)
    await meeting.request_minutes(ROOM_SID, template="sales", now_ms=600)
    first = await claim(meeting)
    assert first
    assert await claim(meeting, "b") is None
    await meeting.finish_work(first.id, "a")
    second = await claim(meeting, "b")
    assert second
    assert second.id != first.id


async def test_while_a_call_goes_on_only_its_own_agent_is_given_its_work(meeting: Store) -> None:
    await meeting.request_minutes(ROOM_SID, now_ms=600)
    assert await claim(meeting) is None
    work = await meeting.claim_work("call-1", now_ms=1000, lease_seconds=10, room_sid=ROOM_SID)
    assert work
    assert work.room_sid == ROOM_SID


async def test_minutes_of_no_meeting_cannot_be_asked_for(store: Store) -> None:
    assert await store.request_minutes("RM_none", now_ms=1) is None
