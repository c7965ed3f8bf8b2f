import asyncio
import logging
import os
import re
from pathlib import Path
from typing import Any

import pytest

from records import RoomExistsError, Store, StoreUnavailableError, migrate
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
PRIVATE = "we will fire the whole department in May"


def make_segment(number: int, **changes: Any) -> Segment:
    values: dict[str, Any] = {
        "id": f"SG_{number}",
        "speaker": "guest-1",
        "name": "Ben",
        "role": "guest",
        "text": f"line {number}",
        "start_seconds": 1000.0 + number,
        "end_seconds": 1000.5 + number,
        "final": True,
        "track_sid": "TR_1",
    }
    return Segment(**{**values, **changes})


def make_point(number: int, **changes: Any) -> TalkingPoint:
    values: dict[str, Any] = {
        "id": f"TP_{number}",
        "version": 1,
        "sequence": number,
        "source": "playbook",
        "rule_id": "pricing",
        "text": "Ask what one lost deal costs.",
        "quote": "the price",
        "segment_id": "SG_1",
        "speaker_identity": "guest-1",
        "speaker_name": "Ben",
        "heard_at_ms": 1_000_000 + number,
        "sent_at_ms": 1_000_100 + number,
    }
    return TalkingPoint(**{**values, **changes})


async def erase(store: Store) -> int:
    return await store.erase_speaker(ROOM_SID, "guest-1", transcript_sequence=200, sequence=300)


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    return store


async def test_ping_needs_the_tables(store: Store, tmp_path: Path) -> None:
    await store.ping()
    async with Store(f"sqlite:///{tmp_path / 'empty.db'}") as empty:
        with pytest.raises(StoreUnavailableError, match="has its tables"):
            await empty.ping()


class TestRooms:
    async def test_a_new_room_is_found_and_listed(self, store: Store) -> None:
        room = await store.add_room("acme", playbook="sales", now_ms=5)
        assert await store.find_room("acme") == room
        assert await store.list_open_rooms() == [room]
        assert await store.find_room("other") is None

    async def test_an_open_room_is_not_opened_twice(self, store: Store) -> None:
        await store.add_room("acme", playbook="sales", now_ms=5)
        with pytest.raises(RoomExistsError):
            await store.add_room("acme", playbook=None, now_ms=6)
        kept = await store.find_room("acme")
        assert kept
        assert kept.playbook == "sales"

    async def test_a_closed_room_is_kept_and_can_be_opened_anew(self, store: Store) -> None:
        await store.add_room("acme", playbook="sales", now_ms=5)
        assert await store.close_room("acme", now_ms=7)
        assert not await store.close_room("acme", now_ms=8)
        closed = await store.find_room("acme")
        assert closed
        assert closed.closed_at_ms == 7
        assert await store.list_open_rooms() == []
        again = await store.add_room("acme", playbook=None, now_ms=9)
        assert await store.list_open_rooms() == [again]

    async def test_open_rooms_are_listed_oldest_first(self, store: Store) -> None:
        for name, now_ms in (("c", 1), ("b", 3), ("a", 2)):
            await store.add_room(name, playbook=None, now_ms=now_ms)
        assert [room.name for room in await store.list_open_rooms()] == ["c", "a", "b"]

    async def test_of_many_at_once_one_opens_a_room(self, database_url: str) -> None:
        async with Store(database_url) as one, Store(database_url) as two:
            attempts = [each.add_room("acme", playbook=None, now_ms=1) for each in (one, two) * 5]
            outcomes = await asyncio.gather(*attempts, return_exceptions=True)
        refused = [one for one in outcomes if isinstance(one, RoomExistsError)]
        assert len(refused) == 9
        assert sum(not isinstance(one, BaseException) for one in outcomes) == 1


class TestLeases:
    async def test_exactly_one_of_two_stores_takes_a_lease(self, database_url: str) -> None:
        async with Store(database_url) as one, Store(database_url) as two:
            for round_number in range(10):
                room = f"room-{round_number}"
                taken = await asyncio.gather(
                    *(
                        each.take_lease(room, f"job-{number}", now_ms=1000, ttl_seconds=3)
                        for number, each in enumerate((one, two) * 3)
                    )
                )
                (won,) = filter(None, taken)
                (lease,) = [
                    lease for lease in await one.list_leases(now_ms=1000) if lease.room_name == room
                ]
                assert lease == won

    async def test_the_holder_renews_and_another_waits_for_the_end(self, store: Store) -> None:
        assert await store.take_lease("acme", "one", now_ms=0, ttl_seconds=3)
        assert not await store.take_lease("acme", "two", now_ms=2999, ttl_seconds=3)
        assert await store.take_lease("acme", "one", now_ms=2999, ttl_seconds=3)
        assert not await store.take_lease("acme", "two", now_ms=5998, ttl_seconds=3)
        assert await store.take_lease("acme", "two", now_ms=5999, ttl_seconds=3)
        assert not await store.take_lease("acme", "one", now_ms=6000, ttl_seconds=3)

    async def test_a_released_lease_is_free_at_once(self, store: Store) -> None:
        assert await store.take_lease("acme", "one", now_ms=0, ttl_seconds=3)
        await store.release_lease("acme", "two")  # not theirs: nothing happens
        assert not await store.take_lease("acme", "two", now_ms=1, ttl_seconds=3)
        await store.release_lease("acme", "one")
        assert await store.take_lease("acme", "two", now_ms=2, ttl_seconds=3)

    async def test_leases_that_ran_out_are_not_listed(self, store: Store) -> None:
        await store.take_lease("acme", "one", now_ms=0, ttl_seconds=3)
        assert len(await store.list_leases(now_ms=2999)) == 1
        assert await store.list_leases(now_ms=3000) == []


class TestWorkers:
    async def test_a_beat_is_kept_per_worker_and_ages(self, store: Store) -> None:
        await store.beat_worker("AW_1", agent_name="sidenote", active_jobs=0, now_ms=100)
        await store.beat_worker("AW_1", agent_name="sidenote", active_jobs=2, now_ms=200)
        await store.beat_worker("AW_2", agent_name="sidenote", active_jobs=1, now_ms=150)
        (fresh,) = await store.list_workers(seen_after_ms=150)
        assert (fresh.id, fresh.active_jobs, fresh.seen_at_ms) == ("AW_1", 2, 200)
        assert len(await store.list_workers(seen_after_ms=0)) == 2

    async def test_a_worker_that_stopped_is_forgotten(self, store: Store) -> None:
        await store.beat_worker("AW_1", agent_name="sidenote", active_jobs=0, now_ms=100)
        await store.remove_worker("AW_1")
        await store.remove_worker("AW_1")
        assert await store.list_workers(seen_after_ms=0) == []


class TestMeetings:
    async def test_a_second_agent_takes_up_the_meeting_where_it_stands(self, store: Store) -> None:
        first = await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
        assert (first.started_at_ms, first.ended_at_ms, first.last_sequence) == (1, None, 0)
        await store.put_talking_point(ROOM_SID, make_point(4))
        await store.end_meeting(ROOM_SID, now_ms=9)
        ended = await store.find_meeting(ROOM_SID)
        assert ended
        assert ended.ended_at_ms == 9
        again = await store.open_meeting(ROOM_SID, room_name="acme", now_ms=20)
        assert (again.started_at_ms, again.ended_at_ms, again.last_sequence) == (1, None, 4)

    async def test_a_meeting_that_never_was_is_not_found(self, store: Store) -> None:
        assert await store.find_meeting("RM_0") is None


class TestSegments:
    async def test_a_final_is_kept_as_it_was(self, meeting: Store) -> None:
        segment = make_segment(1, text="naïve café – 10 €, 你好")
        assert await meeting.add_segment(ROOM_SID, segment)
        assert await meeting.list_segments(ROOM_SID) == [segment]

    async def test_the_same_final_counts_once_and_the_first_stands(self, meeting: Store) -> None:
        assert await meeting.add_segment(ROOM_SID, make_segment(1))
        assert not await meeting.add_segment(ROOM_SID, make_segment(1, text="another"))
        assert [one.text for one in await meeting.list_segments(ROOM_SID)] == ["line 1"]

    async def test_segments_come_in_the_order_of_speech(self, meeting: Store) -> None:
        for number in (3, 1, 2):
            await meeting.add_segment(ROOM_SID, make_segment(number))
        same_time = make_segment(0, id="SG_0", start_seconds=1002.0, end_seconds=1003.0)
        await meeting.add_segment(ROOM_SID, same_time)
        ids = [one.id for one in await meeting.list_segments(ROOM_SID)]
        assert ids == ["SG_1", "SG_0", "SG_2", "SG_3"]

    async def test_an_interim_is_refused_without_its_words(self, meeting: Store) -> None:
        with pytest.raises(ValueError, match="SG_1 is an interim") as caught:
            await meeting.add_segment(ROOM_SID, make_segment(1, text=PRIVATE, final=False))
        assert PRIVATE not in str(caught.value)

    async def test_meetings_do_not_mix(self, meeting: Store) -> None:
        await meeting.open_meeting("RM_2", room_name="other", now_ms=2)
        await meeting.add_segment("RM_2", make_segment(1))
        assert await meeting.list_segments(ROOM_SID) == []


class TestTalkingPoints:
    async def test_a_newer_version_replaces_an_older_one(self, meeting: Store) -> None:
        await meeting.put_talking_point(ROOM_SID, make_point(1, complete=False))
        newer = make_point(1, version=2, sequence=2, text="Finished.")
        await meeting.put_talking_point(ROOM_SID, newer)
        await meeting.put_talking_point(ROOM_SID, make_point(1, sequence=3, text="Late."))
        await meeting.put_talking_point(ROOM_SID, newer)
        assert await meeting.list_talking_points(ROOM_SID) == [newer]

    async def test_talking_points_come_by_sequence_number(self, meeting: Store) -> None:
        for number in (2, 3, 1):
            await meeting.put_talking_point(ROOM_SID, make_point(number))
        points = await meeting.list_talking_points(ROOM_SID)
        assert [point.sequence for point in points] == [1, 2, 3]
        assert points[0] == make_point(1)


class TestErasure:
    async def test_another_meeting_of_the_same_person_stays(self, store: Store) -> None:
        for room_sid, number in ((ROOM_SID, 1), ("RM_2", 2)):
            await store.open_meeting(room_sid, room_name=f"room-{number}", now_ms=1)
            await store.add_segment(room_sid, make_segment(number))
        assert await erase(store) == 1
        assert await erase(store) == 0
        assert await store.list_segments(ROOM_SID) == []
        assert len(await store.list_segments("RM_2")) == 1


class TestErrors:
    async def test_a_statement_that_fails_names_no_value(self, store: Store) -> None:
        with pytest.raises(StoreUnavailableError) as caught:  # there is no such meeting
            await store.add_segment("RM_0", make_segment(1, text=PRIVATE))
        assert PRIVATE not in str(caught.value)
        assert "Ben" not in str(caught.value)
        assert re.search("IntegrityError|ForeignKeyViolation", str(caught.value))
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__

    async def test_no_log_line_holds_what_was_said(
        self, meeting: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            await meeting.add_segment(ROOM_SID, make_segment(1, text=PRIVATE))
            await meeting.list_segments(ROOM_SID)
        assert PRIVATE not in caplog.text

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_a_database_without_a_file_is_refused(self, url: str) -> None:
        with pytest.raises(StoreUnavailableError, match="names no file"):
            Store(url)
        with pytest.raises(StoreUnavailableError, match="names no file"):
            migrate(url)

    @pytest.mark.parametrize("url", ["", "records.db", "http://example.com/x", "oracle://h/d"])
    def test_an_address_of_no_known_database_is_refused(self, url: str) -> None:
        with pytest.raises(StoreUnavailableError, match=r"sqlite:///data/sidenote\.db"):
            Store(url)

    def test_a_password_in_an_address_is_not_repeated(self) -> None:
        with pytest.raises(StoreUnavailableError) as caught:
            Store("mysql://me:hunter2@db.example.com/x")
        assert "hunter2" not in str(caught.value)

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreUnavailableError, match="DATABASE_URL"):
            Store(f"sqlite:///{tmp_path}/file/records.db")

    async def test_a_file_that_is_no_database_is_unavailable(self, tmp_path: Path) -> None:
        path = tmp_path / "records.db"
        path.write_bytes(os.urandom(4096))
        async with Store(f"sqlite:///{path}") as store:
            with pytest.raises(StoreUnavailableError, match="DatabaseError"):
                await store.ping()

    async def test_closing_twice_is_safe(self, database_url: str) -> None:
        store = Store(database_url)
        await store.ping()
        await store.aclose()
        await store.aclose()
