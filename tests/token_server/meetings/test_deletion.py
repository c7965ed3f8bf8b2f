"""Meetings, words and old meetings are deleted with everything that belongs to them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.token_server.front import Front, OpenFront, problem
from tests.token_server.meeting import Told, meet
from token_server.meetings.retention import Retention
from wire.dispatch import DispatchMetadata

pytestmark = pytest.mark.room

SECRET = "quartzbeetle"
DAY_MS = 86_400_000


@pytest.fixture
async def told(front: Front) -> Told:
    told = await meet(front)
    await told.say(1, SECRET)
    await told.say(2, "something else", speaker="host-1")
    await told.tell(1, quote=SECRET)
    await told.write(title=SECRET)
    return told


def files_with(word: str, folder: Path) -> list[str]:
    """Names of the files that hold a word."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if word.encode() in path.read_bytes()]


async def keep_file(told: Told, path: str, content: str) -> None:
    file = Path(told.front.settings.files_url) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


async def test_no_byte_of_a_deleted_meeting_is_left(told: Told, tmp_path: Path) -> None:
    sound, upload = f"sound/{told.room_sid}/a.flac", f"uploads/{told.room_sid}/recording"
    await keep_file(told, sound, SECRET)
    await keep_file(told, upload, SECRET)
    await keep_file(told, "sound/RM_other/a.flac", "stays")
    await told.store.end_meeting(told.room_sid, now_ms=told.began_ms + 1)

    assert (await told.delete()).status_code == 204

    problem(await told.get(), 404, "meeting-not-found")
    assert files_with(SECRET, tmp_path) == []
    files = Path(told.front.settings.files_url)
    assert [path.name for path in (files / "sound").iterdir()] == ["RM_other"]
    assert list((files / "uploads").iterdir()) == []
    answer = await told.front.client.get("/meetings", params={"q": SECRET})
    assert answer.json()["meetings"] == []
    problem(await told.delete(), 404, "meeting-not-found")


async def test_what_a_deletion_leaves_is_gone_as_soon_as_it_can_be(
    told: Told, tmp_path: Path
) -> None:
    sound = f"sound/{told.room_sid}/late.flac"
    await keep_file(told, sound, SECRET)
    await told.store.end_meeting(told.room_sid, now_ms=told.began_ms + 1)
    database = told.front.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM segments").fetchone() == (2,)
        body = problem(await told.delete(), 503, "store-down")
        # A worker that had it under way, and did not know yet.
        await keep_file(told, sound, SECRET)
    assert "traces" in body["detail"]
    problem(await told.delete(), 404, "meeting-not-found")
    assert files_with(SECRET, tmp_path)

    await Retention(told.front.app.state.desk).finish()

    assert files_with(SECRET, tmp_path) == []


async def test_a_meeting_that_an_agent_serves_is_left_alone(told: Told) -> None:
    room_name, store = told.room["room_name"], told.store
    now_ms = told.front.app.state.desk.clock()
    await store.take_lease(room_name, "job", now_ms=now_ms, ttl_seconds=60)

    problem(await told.delete(), 409, "meeting-goes-on")
    problem(await told.delete("/participants/guest-1/words"), 409, "meeting-goes-on")
    assert len(await store.list_segments(told.room_sid)) == 2

    await store.release_lease(room_name, "job")
    assert (await told.delete()).status_code == 204


async def test_a_recording_that_is_being_transcribed_is_given_up_with_its_meeting(
    front: Front,
) -> None:
    desk = front.app.state.desk
    upload = await desk.store.add_upload(
        "UP_1", source="http", name=SECRET, kind="mp3", size_bytes=1, duration_ms=1,
        now_ms=desk.clock(),
    )  # fmt: skip
    recording = Path(front.settings.files_url) / "uploads/UP_1/recording"
    recording.parent.mkdir(parents=True)
    recording.write_text(SECRET)
    metadata = DispatchMetadata(upload="UP_1")
    await desk.media_server.create_room(upload.room_name, metadata=metadata)
    await desk.store.take_lease(upload.room_name, "job", now_ms=desk.clock(), ttl_seconds=60)
    await desk.store.begin_upload("UP_1", now_ms=desk.clock())

    refused = await front.client.delete("/meetings/UP_1/participants/speaker/words")
    problem(refused, 409, "meeting-goes-on")
    assert "/uploads/UP_1" in refused.text
    assert (await front.client.delete("/meetings/UP_1")).status_code == 204

    assert await desk.store.find_upload("UP_1") is None
    assert not recording.exists()
    assert await desk.media_server.list_rooms([upload.room_name]) == []
    problem(await front.client.get("/meetings/UP_1"), 404, "meeting-not-found")


async def test_the_words_of_one_go_and_those_of_others_stay(told: Told, tmp_path: Path) -> None:
    await told.store.end_meeting(told.room_sid, now_ms=told.began_ms + 1)

    assert (await told.delete("/participants/guest-1/words")).status_code == 204

    (left,) = (await told.get("/segments")).json()["items"]
    assert left["speaker_identity"] == "host-1"
    assert (await told.get("/talking-points")).json()["talking_points"] == []
    assert (await told.get("/minutes")).json()["minutes"] == []
    assert (await told.get()).json()["title"] == ""
    assert files_with(SECRET, tmp_path) == []
    problem(await told.delete("/participants/nobody/words"), 404, "participant-not-found")


async def test_meetings_are_forgotten_after_the_days_that_are_set(
    open_front: OpenFront, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1_900_000_000_000]
    async with open_front(clock=lambda: now[0]) as front:
        old, new, open_one = [await meet(front, f"RM_{n}") for n in ("old", "new", "open")]
        await old.store.end_meeting("RM_old", now_ms=now[0] + DAY_MS)
        await new.store.end_meeting("RM_new", now_ms=now[0] + 3 * DAY_MS)
        await old.store.close_room(old.room["room_name"], now_ms=now[0] + DAY_MS)
        now[0] += 8 * DAY_MS
        retention = Retention(front.app.state.desk)
        with caplog.at_level("INFO"):
            assert await retention.forget_old(days=6) == 1
            assert await retention.forget_old(days=6) == 0

        found = [await front.app.state.desk.store.find_meeting(one.room_sid)
                 for one in (old, new, open_one)]  # fmt: skip
        assert [one is None for one in found] == [True, False, False]
        assert await old.store.find_room(old.room["room_name"]) is None
        assert await new.store.find_room(new.room["room_name"])
        assert "1 meetings older than 6 days forgotten" in caplog.text
