"""Uploads in the store, on both databases."""

import pytest

from records import Store, Upload
from records.uploads import MOST_ATTEMPTS
from transcript_buffer import Segment
from wire.coverage import SpeakerCoverage

pytestmark = pytest.mark.unit

NOW = 1_800_000_000_000


async def add(
    store: Store, room_sid: str = "UP_1", now_ms: int = NOW, source: str = "http"
) -> Upload:
    return await store.add_upload(
        room_sid,
        source=source,  # type: ignore[arg-type]
        name="call.mp3",
        kind="mp3",
        size_bytes=3_000_000_000,
        duration_ms=60_000,
        now_ms=now_ms,
    )


def final(number: int) -> Segment:
    return Segment(
        id=f"SG_{number}",
        speaker="speaker",
        name="Speaker",
        role="guest",
        text=f"Line {number}.",
        start_seconds=NOW / 1000 - 60 + number,
        end_seconds=NOW / 1000 - 59.5 + number,
        final=True,
        sequence=number,
    )


async def test_an_upload_is_a_meeting_that_ended_when_it_came(store: Store) -> None:
    upload = await add(store)
    meeting = await store.find_meeting("UP_1")
    assert meeting is not None
    assert (meeting.kind, meeting.title) == ("upload", "call.mp3")
    assert meeting.started_at_ms == NOW - 60_000
    assert meeting.room_name == upload.room_name == "upload-UP_1"
    assert (upload.state, upload.percent, upload.seconds_left) == ("waiting", 0.0, None)


async def test_the_same_upload_once_more_changes_nothing(store: Store) -> None:
    await add(store)
    await store.note_upload_position("UP_1", position_ms=30_000, speed=8.0, now_ms=NOW + 1)
    again = await add(store, now_ms=NOW + 2)
    assert (again.position_ms, again.created_at_ms) == (30_000, NOW)
    assert again.seconds_left == pytest.approx(30 / 8)


async def test_attempts_count_until_the_position_moves(store: Store) -> None:
    await add(store)
    for _ in range(3):
        await store.begin_upload("UP_1", now_ms=NOW)
    begun = await store.begin_upload("UP_1", now_ms=NOW)
    assert begun is not None
    assert (begun.attempts, begun.state) == (4, "running")
    assert await store.note_upload_position("UP_1", position_ms=1, speed=None, now_ms=NOW)
    left = await store.find_upload("UP_1")
    assert left is not None
    assert left.attempts == 0


async def test_a_job_that_something_else_has_ended_does_not_count(store: Store) -> None:
    await add(store)
    for _ in range(3):
        await store.begin_upload("UP_1", now_ms=NOW)
    await store.put_off_upload("UP_1", cause="the provider is away", counts=False, now_ms=NOW)
    waiting = await store.find_upload("UP_1")
    assert waiting is not None
    assert (waiting.state, waiting.cause, waiting.attempts) == (
        "waiting",
        "the provider is away",
        2,
    )
    begun = await store.begin_upload("UP_1", now_ms=NOW)
    assert begun is not None
    assert (begun.state, begun.cause, begun.attempts) == ("running", "", 3)
    await store.put_off_upload("UP_1", cause="it ended with KeyError", counts=True, now_ms=NOW)
    await store.begin_upload("UP_1", now_ms=NOW)
    await store.note_upload_position("UP_1", position_ms=1, speed=None, now_ms=NOW)
    await store.put_off_upload("UP_1", cause="away", counts=False, now_ms=NOW)
    left = await store.find_upload("UP_1")
    assert left is not None
    assert left.attempts == 0


async def test_what_is_over_is_not_put_off(store: Store) -> None:
    await add(store)
    await store.finish_upload("UP_1", speakers=2, now_ms=NOW)
    await store.put_off_upload("UP_1", cause="stopped", counts=False, now_ms=NOW)
    left = await store.find_upload("UP_1")
    assert left is not None
    assert (left.state, left.cause) == ("done", "")


async def test_on_the_command_line_nothing_is_counted(store: Store) -> None:
    await add(store, source="command")
    for _ in range(MOST_ATTEMPTS + 2):
        begun = await store.begin_upload("UP_1", now_ms=NOW)
    assert begun is not None
    assert begun.attempts == 0
    await store.fail_upload("UP_1", cause="the recording is broken", now_ms=NOW)
    failed = await store.find_upload("UP_1")
    assert failed is not None
    assert not failed.may_begin
    assert await store.begin_upload("UP_1", now_ms=NOW) is None


async def test_how_much_could_not_be_read_is_told_of_what_was_read_to_its_end(
    store: Store,
) -> None:
    for number in (1, 2, 3):
        await add(store, f"UP_{number}")
    whole = SpeakerCoverage(
        identity="recording",
        name="call.mp3",
        received_seconds=60,
        silent_seconds=20,
        sent_seconds=30,
        recognized_seconds=30,
        without_text_seconds=0,
    )
    broken = whole.model_copy(update={"dropped_seconds": {"decode_error": 10.0}})
    await store.put_coverage("UP_1", "job", [whole])
    await store.put_coverage("UP_2", "job-1", [broken])
    await store.put_coverage("UP_2", "job-2", [broken])
    found = await store.find_unreadable_seconds(["UP_1", "UP_2", "UP_3", "UP_4"])
    assert found == {"UP_1": 0.0, "UP_2": 10.0}


async def test_only_unfinished_uploads_over_http_wait_for_a_worker_oldest_first(
    store: Store,
) -> None:
    await add(store, "UP_2", NOW + 1)
    await add(store, "UP_1", NOW)
    await add(store, "UP_3", NOW, source="command")
    await add(store, "UP_4", NOW)
    await add(store, "UP_5", NOW)
    await store.finish_upload("UP_4", speakers=2, now_ms=NOW)
    await store.fail_upload("UP_5", cause="broken", now_ms=NOW)
    assert [one.room_sid for one in await store.list_unfinished_uploads()] == ["UP_1", "UP_2"]
    assert [one.room_sid for one in await store.list_uploads(most=1)] == ["UP_2"]
    assert await store.begin_upload("UP_4", now_ms=NOW) is None
    assert await store.begin_upload("UP_5", now_ms=NOW) is None


async def test_speakers_get_their_names_when_all_is_heard(store: Store) -> None:
    await add(store)
    for number in (1, 2, 3):
        await store.add_segment("UP_1", final(number))
    await store.name_speakers(
        "UP_1",
        {
            "SG_1": ("speaker-1", "Speaker 1"),
            "SG_2": ("speaker-2", "Speaker 2"),
            "SG_3": ("speaker-1", "Speaker 1"),
            "SG_4": ("speaker-1", "Speaker 1"),  # nothing was said in it: it was not kept
        },
    )
    named = [(one.id, one.speaker, one.name) for one in await store.list_segments("UP_1")]
    assert named == [
        ("SG_1", "speaker-1", "Speaker 1"),
        ("SG_2", "speaker-2", "Speaker 2"),
        ("SG_3", "speaker-1", "Speaker 1"),
    ]


async def test_a_deleted_upload_takes_its_meeting_along(store: Store) -> None:
    await add(store)
    await store.add_segment("UP_1", final(1))
    assert await store.forget_meetings(["UP_1"]) == 1
    assert await store.find_upload("UP_1") is None
    assert await store.find_meeting("UP_1") is None
    assert await store.list_segments("UP_1") == []
    assert not await store.note_upload_position("UP_1", position_ms=1, speed=1.0, now_ms=NOW)
