"""What is forgotten after a call: words, meetings, and every byte of them in a SQLite file."""

from pathlib import Path

import pytest

from records import Document, Store
from records.meeting_list import MeetingFilter
from tests.records.test_erasure import left_of
from tests.records.test_store import make_point, make_segment
from wire.answers import ERASED_TEXT, Answer, AnswerQuote
from wire.consent import Erased
from wire.tasks import Task

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
SECRET = "quartzbeetle"


def make_answer(number: int, said_by: str) -> Answer:
    quote = AnswerQuote(
        segment_id="SG_1", speaker_identity=said_by, speaker_name="x", quote=SECRET, at_ms=1
    )
    return Answer(
        id=f"AN_{number}",
        version=2,
        sequence=number,
        host_identity="host-1",
        question="what was said?",
        text=SECRET,
        complete=True,
        quotes=[quote],
        read_identities=(said_by,),
        asked_at_ms=1,
    )


def make_task(number: int, host: str) -> Task:
    return Task(
        id=f"TK_{number}",
        version=1,
        sequence=number,
        state="confirmed",
        proposes="create",
        changes_task_id=None,
        what=SECRET,
        who="Ana",
        due="",
        due_spoken="",
        priority="normal",
        quote=SECRET,
        segment_id="SG_1",
        host_identity=host,
        created_at_ms=1,
        changed_at_ms=1,
    )


@pytest.fixture
async def meeting(store: Store) -> Store:
    """A meeting of a host and a guest who both say the secret, and what rests on it."""
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    for number, speaker in enumerate(("guest-1", "host-1"), start=1):
        segment = make_segment(number, speaker=speaker, text=SECRET, sequence=number)
        await store.add_segment(ROOM_SID, segment)
    await store.put_talking_point(ROOM_SID, make_point(1, quote=SECRET))
    await store.put_answer(ROOM_SID, make_answer(2, "guest-1"))
    await store.put_answer(ROOM_SID, make_answer(3, "guest-2"))
    await store.put_task(ROOM_SID, make_task(4, "host-1"))
    return store


async def test_words_go_with_what_rests_on_them(meeting: Store) -> None:
    assert await meeting.forget_words(ROOM_SID, "guest-1") == 1

    assert [one.speaker for one in await meeting.list_segments(ROOM_SID)] == ["host-1"]
    assert await meeting.list_talking_points(ROOM_SID) == []
    first, second = await meeting.list_answers(ROOM_SID)
    assert (first.text, first.quotes) == (ERASED_TEXT, [])
    assert second.text == SECRET
    (task,) = await meeting.list_tasks(ROOM_SID)
    assert task.what == SECRET  # the host's own words
    assert await meeting.list_erased_speakers(ROOM_SID) == ["guest-1"]


async def test_a_hosts_words_go_with_its_spoken_tasks_and_questions(meeting: Store) -> None:
    assert await meeting.forget_words(ROOM_SID, "host-1") == 1

    answers = await meeting.list_answers(ROOM_SID)
    assert {(one.question, one.text) for one in answers} == {("(erased)", ERASED_TEXT)}
    (task,) = await meeting.list_tasks(ROOM_SID)
    assert (task.state, task.quote) == ("rejected", "")


async def test_an_erasure_has_a_number_behind_everything(meeting: Store) -> None:
    await meeting.forget_words(ROOM_SID, "guest-1")

    missed = await meeting.list_missed(ROOM_SID, transcript_since=2, since=None, most=9)
    (erased,) = missed.transcript
    assert isinstance(erased, Erased)
    assert (erased.speaker_identity, missed.more) == ("guest-1", False)


async def test_there_is_nothing_to_forget_of_no_meeting(store: Store) -> None:
    assert await store.forget_words("RM_9", "guest-1") is None
    assert await store.forget_meetings(["RM_9"]) == 0
    assert await store.forget_meetings([]) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_byte_of_words_or_meeting_is_left(meeting: Store, tmp_path: Path) -> None:
    async with meeting._transaction() as connection:
        await connection.exec_driver_sql(f"UPDATE meetings SET title = '{SECRET}'")
    await meeting.forget_words(ROOM_SID, "guest-1")
    assert left_of(SECRET, tmp_path)
    await meeting.forget_meetings([ROOM_SID])
    assert left_of(SECRET, tmp_path) == {}
    assert left_of(SECRET[1:], tmp_path) == {}


async def test_meetings_of_long_ago_are_listed_oldest_first(store: Store) -> None:
    for number in (3, 1, 2):
        await store.open_meeting(f"RM_{number}", room_name=f"room-{number}", now_ms=number)
        await store.end_meeting(f"RM_{number}", now_ms=number * 10)
    await store.open_meeting("RM_4", room_name="room-4", now_ms=1)  # nobody has ended it

    assert await store.list_ended_meetings(before_ms=30, most=9) == ["RM_1", "RM_2"]
    assert await store.list_ended_meetings(before_ms=99, most=2) == ["RM_1", "RM_2"]


async def test_a_recording_that_nobody_finishes_is_as_old_as_any_other(store: Store) -> None:
    for number in (1, 2):
        await store.add_upload(
            f"UP_{number}", source="command", name="x", kind="wav", size_bytes=1, duration_ms=1,
            now_ms=number * 10,
        )  # fmt: skip
        await store.begin_upload(f"UP_{number}", now_ms=99)

    assert await store.list_ended_meetings(before_ms=10, most=9) == []
    assert await store.list_ended_meetings(before_ms=20, most=9) == ["UP_1"]


async def test_meetings_are_listed_newest_first_page_by_page(store: Store) -> None:
    for number in range(1, 6):
        await store.open_meeting(f"RM_{number}", room_name=f"room-{number}", now_ms=min(number, 4))
    first = await store.list_meetings(MeetingFilter(), most=2)
    last = first[-1]
    rest = await store.list_meetings(
        MeetingFilter(), before=(last.started_at_ms, last.room_sid), most=9
    )

    assert [one.room_sid for one in first + rest] == ["RM_5", "RM_4", "RM_3", "RM_2", "RM_1"]


async def test_a_room_of_long_ago_goes_with_its_brief_its_goal_and_who_agreed(
    store: Store, tmp_path: Path
) -> None:
    document = Document(name="brief.txt", text=SECRET, by_page=False, given_at_ms=1)
    for name, closed_at_ms in (("old", 100), ("late", 300), ("open", None)):
        await store.add_room(name, playbook=None, goal=f"{SECRET} {name}", now_ms=1)
        await store.put_document(name, document, most=9)
        await store.put_consent(name, "guest-1", "yes", now_ms=1)
        await store.put_sound_consent(name, "guest-1", "yes", now_ms=1)
        if closed_at_ms:
            await store.close_room(name, now_ms=closed_at_ms)

    assert await store.forget_closed_rooms(before_ms=200) == 1
    assert await store.find_room("old") is None
    assert await store.list_documents("old") == []
    assert await store.list_consents("old") == {}
    assert await store.list_sound_consents("old") == {}
    for kept in ("late", "open"):
        assert await store.find_room(kept)
        assert len(await store.list_documents(kept)) == 1
        assert await store.list_consents(kept) == {"guest-1": "yes"}

    await store.close_room("open", now_ms=400)
    assert await store.forget_closed_rooms(before_ms=500) == 2
    assert left_of(SECRET, tmp_path) == {}
