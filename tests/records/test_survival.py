"""What a meeting survives, as the store knows it: other lives of its room, gaps, hand-overs."""

from dataclasses import replace

import pytest

from records import RecordRefusedError, Store
from records.meetings import SAME_MEETING_SECONDS
from tests.records.test_store import make_segment
from wire.gap import Gap

pytestmark = pytest.mark.unit

MINUTE_MS = 60_000
GAP = Gap(started_at_ms=5000, ended_at_ms=8250, reason="agent_away", transcript_sequence=7)


@pytest.fixture
async def store(database_url: str) -> Store:  # type: ignore[misc]
    async with Store(database_url) as opened:
        yield opened


async def begin(store: Store, sid: str = "RM_1", *, name: str = "acme", now_ms: int = 1000) -> str:
    return (await store.open_meeting(sid, room_name=name, now_ms=now_ms)).room_sid


async def beat(store: Store, heard_until_ms: int, *, sid: str = "RM_1", job: str = "job-1") -> bool:
    lease = await store.take_lease(
        "acme",
        job,
        now_ms=heard_until_ms,
        ttl_seconds=3,
        listens_to=sid,
        heard_until_ms=heard_until_ms,
    )
    return lease is not None


async def seen(store: Store, sid: str = "RM_1") -> int | None:
    meeting = await store.find_meeting(sid)
    assert meeting
    return meeting.seen_at_ms


async def test_a_room_that_was_made_anew_under_its_people_is_the_same_meeting(
    store: Store,
) -> None:
    await begin(store)
    await beat(store, 10_000)
    assert await begin(store, "RM_2", now_ms=10 * MINUTE_MS) == "RM_1"
    assert await begin(store, "RM_3", now_ms=10 * MINUTE_MS) == "RM_1"
    for life in ("RM_1", "RM_2", "RM_3"):
        meeting = await store.find_meeting(life)
        assert meeting
        assert (meeting.room_sid, meeting.started_at_ms) == ("RM_1", 1000)
    # As often as the job's own sid is opened, it leads there, also long after.
    assert await begin(store, "RM_2", now_ms=10**9) == "RM_1"
    assert [one.room_sid for one in await store.list_open_meetings()] == ["RM_1"]


async def test_a_meeting_that_nobody_saw_for_long_is_over_for_its_people(store: Store) -> None:
    await begin(store)
    await beat(store, 10_000)
    late_ms = 10_001 + round(SAME_MEETING_SECONDS * 1000)
    assert await begin(store, "RM_2", now_ms=late_ms) == "RM_2"


async def test_a_meeting_that_ended_properly_is_followed_by_another(store: Store) -> None:
    await begin(store)
    await beat(store, 10_000)
    await store.end_meeting("RM_1", now_ms=11_000)
    assert await begin(store, "RM_2", now_ms=12_000) == "RM_2"


async def test_a_room_that_was_closed_and_opened_anew_holds_another_meeting(store: Store) -> None:
    await store.add_room("acme", playbook=None, now_ms=500)
    await begin(store)
    await beat(store, 10_000)
    assert await begin(store, "RM_2", now_ms=11_000) == "RM_1"
    await store.close_room("acme", now_ms=12_000)
    await store.add_room("acme", playbook=None, now_ms=13_000)
    assert await begin(store, "RM_3", now_ms=14_000) == "RM_3"


async def test_other_rooms_and_uploads_are_other_meetings(store: Store) -> None:
    await begin(store)
    await store.open_meeting("UP_1", room_name="other", kind="upload", now_ms=1000)
    assert await begin(store, "RM_2", name="other", now_ms=2000) == "RM_2"
    upload = await store.find_meeting("UP_1")
    assert upload
    assert upload.kind == "upload"
    assert {one.room_sid for one in await store.list_open_meetings()} == {"RM_1", "RM_2"}


async def test_a_room_that_opens_again_after_a_proper_end_has_no_gap_behind_it(
    store: Store,
) -> None:
    await begin(store)
    await beat(store, 10_000)
    await begin(store)
    assert await seen(store) == 10_000
    await store.end_meeting("RM_1", now_ms=11_000)
    await begin(store)
    assert await seen(store) is None


async def test_only_the_holder_of_the_lease_tells_how_far_a_meeting_is_heard(store: Store) -> None:
    await begin(store)
    assert await beat(store, 10_000)
    assert not await beat(store, 11_000, job="job-2")
    assert await seen(store) == 10_000
    await store.note_heard("RM_1", until_ms=9_000)
    assert await seen(store) == 10_000
    await store.note_heard("RM_1", until_ms=10_700)
    assert await seen(store) == 10_700


async def test_a_gap_counts_among_the_finals_of_a_transcript(store: Store) -> None:
    await begin(store)
    await store.add_segment("RM_1", make_segment(6))
    await store.add_gap("RM_1", GAP)
    await store.add_gap("RM_1", GAP)  # a repeat
    assert await store.list_gaps("RM_1") == [GAP]
    meeting = await store.find_meeting("RM_1")
    assert meeting
    assert meeting.last_transcript_sequence == 7
    missed = await store.list_missed("RM_1", transcript_since=6, since=None, most=10)
    assert missed.transcript == [GAP]
    longer = GAP.model_copy(update={"ended_at_ms": 9000, "transcript_sequence": 8})
    await store.add_gap("RM_1", longer)
    await store.add_gap("RM_1", GAP)
    assert await store.list_gaps("RM_1") == [longer]
    missed = await store.list_missed("RM_1", transcript_since=8, since=None, most=10)
    assert missed.transcript == []


async def test_a_meeting_that_nobody_serves_to_its_end_has_a_gap_there(store: Store) -> None:
    await begin(store)
    await store.add_segment("RM_1", replace(make_segment(1), sequence=4))
    await beat(store, 10_000)
    await store.end_unserved_meeting("RM_1", ended_at_ms=15_000)
    await store.end_unserved_meeting("RM_1", ended_at_ms=99_000)  # it has ended
    meeting = await store.find_meeting("RM_1")
    assert meeting
    assert meeting.ended_at_ms == 15_000
    (gap,) = await store.list_gaps("RM_1")
    assert (gap.started_at_ms, gap.ended_at_ms, gap.transcript_sequence) == (10_000, 15_000, 5)


async def test_a_meeting_that_was_heard_to_its_end_has_no_gap_there(store: Store) -> None:
    await begin(store)
    await beat(store, 10_000)
    await store.end_unserved_meeting("RM_1", ended_at_ms=10_400)
    assert await store.list_gaps("RM_1") == []


async def test_a_successor_asks_for_the_lease_of_a_worker_that_leaves(store: Store) -> None:
    await store.beat_worker("AW_1", agent_name="sidenote", active_jobs=1, now_ms=1000)
    await store.take_lease("acme", "old", now_ms=1000, ttl_seconds=3)
    await store.take_lease("other", "stays", now_ms=1000, ttl_seconds=3)
    assert not await store.want_lease("acme", "new")
    await store.announce_leaving("AW_1", ["old"])
    (worker,) = await store.list_workers(seen_after_ms=0)
    assert worker.leaving
    assert await store.want_lease("acme", "new")
    assert not await store.want_lease("other", "new")
    renewed = await store.take_lease("acme", "old", now_ms=2000, ttl_seconds=3)
    assert renewed
    assert (renewed.leaving, renewed.wanted_by) == (True, "new")
    assert await store.take_lease("acme", "new", now_ms=3000, ttl_seconds=3) is None
    await store.release_lease("acme", "old")
    taken = await store.take_lease("acme", "new", now_ms=3000, ttl_seconds=3)
    assert taken
    assert (taken.leaving, taken.wanted_by) == (False, None)


async def test_whoever_takes_over_from_a_dead_agent_that_was_leaving_does_not_leave(
    store: Store,
) -> None:
    await store.take_lease("acme", "old", now_ms=1000, ttl_seconds=3)
    await store.announce_leaving("AW_1", ["old"])
    await store.want_lease("acme", "another")
    assert (await store.list_leases(now_ms=4000)) == []
    assert len(await store.list_leases(now_ms=None)) == 1
    assert await store.find_lease("acme", now_ms=4000) is None
    taken = await store.take_lease("acme", "new", now_ms=4000, ttl_seconds=3)
    assert taken
    assert (taken.holder, taken.leaving, taken.wanted_by) == ("new", False, None)


async def test_a_record_that_is_refused_is_no_store_that_is_away(store: Store) -> None:
    await begin(store)
    half_a_character = replace(make_segment(1), text="\ud800")
    with pytest.raises(RecordRefusedError):
        await store.add_segment("RM_1", half_a_character)
    with pytest.raises(RecordRefusedError):
        await store.add_segment("RM_nobody_opened", make_segment(2))
    assert await store.add_segment("RM_1", make_segment(3))


async def test_what_postgres_alone_refuses_is_refused_and_not_repeated(
    store: Store, database_url: str
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite takes any text of any length")
    await begin(store)
    for refused in (
        replace(make_segment(1), text="a\0b"),
        replace(make_segment(1), speaker="x" * 257),
    ):
        with pytest.raises(RecordRefusedError) as caught:
            await store.add_segment("RM_1", refused)
        assert "xxx" not in str(caught.value)
