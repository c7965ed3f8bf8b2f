"""Recordings over HTTP: what is taken, what is refused, and with which words."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.made_recordings import write_recording
from tests.token_server.front import Front, OpenFront, problem
from wire.coverage import SpeakerCoverage
from wire.dispatch import DispatchMetadata

pytestmark = pytest.mark.room


@pytest.fixture(scope="module")
def talk_mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_recording(tmp_path_factory.mktemp("talk") / "talk.mp3").read_bytes()


@pytest.fixture
async def front(open_front: OpenFront, tmp_path: Path) -> AsyncIterator[Front]:
    async with open_front(files_url=str(tmp_path / "files")) as running:
        yield running


async def upload(front: Front, content: bytes, name: str = "talk.mp3") -> httpx.Response:
    return await front.client.post("/uploads", files={"file": (name, content)})


def kept_files(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


async def test_an_upload_is_kept_listed_and_deleted_with_its_meeting(
    front: Front, talk_mp3: bytes, tmp_path: Path
) -> None:
    answer = await upload(front, talk_mp3)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    assert told["kind"] == "mp3"
    assert told["seconds"] == pytest.approx(29.9, abs=0.3)
    assert told["percent"] == 0
    (file,) = kept_files(tmp_path)
    assert file.read_bytes() == talk_mp3
    listed = (await front.client.get("/uploads")).json()["uploads"]
    assert [one["id"] for one in listed] == [told["id"]]
    assert (await front.client.get(f"/uploads/{told['id']}")).json() == listed[0]
    store = front.app.state.desk.store
    assert (await store.find_meeting(told["room_sid"])).kind == "upload"

    assert (await front.client.delete(f"/uploads/{told['id']}")).status_code == 204
    assert kept_files(tmp_path) == []
    assert await store.find_meeting(told["room_sid"]) is None
    problem(await front.client.get(f"/uploads/{told['id']}"), 404, "upload-not-found")
    problem(await front.client.delete(f"/uploads/{told['id']}"), 404, "upload-not-found")
    problem(await front.client.get(f"/uploads/{told['id']}/events"), 404, "upload-not-found")


async def test_a_recording_whose_files_cannot_be_deleted_stays_until_they_can(
    front: Front, talk_mp3: bytes, tmp_path: Path
) -> None:
    address = f"/uploads/{(await upload(front, talk_mp3)).json()['id']}"
    files = (tmp_path / "files").rename(tmp_path / "unplugged")
    (tmp_path / "files").write_text("no folder")
    problem(await front.client.delete(address), 503, "files-down")
    assert (await front.client.get(address)).status_code == 200

    (tmp_path / "files").unlink()
    files.rename(tmp_path / "files")
    assert (await front.client.delete(address)).status_code == 204
    assert kept_files(tmp_path) == []


async def test_why_an_upload_waits_and_what_of_it_was_broken_is_told(
    front: Front, talk_mp3: bytes
) -> None:
    upload_id = (await upload(front, talk_mp3)).json()["id"]
    store = front.app.state.desk.store
    await store.begin_upload(upload_id, now_ms=1)
    await store.put_off_upload(upload_id, cause="no recognizer answers", counts=False, now_ms=2)
    told = (await front.client.get(f"/uploads/{upload_id}")).json()
    assert (told["state"], told["cause"]) == ("waiting", "no recognizer answers")
    assert told["unreadable_seconds"] is None

    coverage = SpeakerCoverage(
        identity="recording",
        name="talk.mp3",
        received_seconds=30,
        silent_seconds=5,
        sent_seconds=20,
        recognized_seconds=20,
        without_text_seconds=0,
        dropped_seconds={"decode_error": 5.0},
    )
    await store.put_coverage(upload_id, "job", [coverage])
    await store.begin_upload(upload_id, now_ms=3)
    await store.finish_upload(upload_id, speakers=2, now_ms=4)
    told = (await front.client.get(f"/uploads/{upload_id}")).json()
    assert (told["state"], told["cause"], told["unreadable_seconds"]) == ("done", None, 5.0)
    assert (await front.client.get("/uploads")).json()["uploads"] == [told]
    events = (await front.client.get(f"/uploads/{upload_id}/events")).text
    assert '"unreadable_seconds":5.0' in events


async def test_the_recording_may_be_the_body_itself(front: Front, talk_mp3: bytes) -> None:
    answer = await front.client.post(
        "/uploads", params={"name": "C:\\talks\\Q3\u202e.mp3"}, content=talk_mp3
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "Q3.mp3"


async def test_other_fields_of_the_form_are_passed_over(front: Front, talk_mp3: bytes) -> None:
    answer = await front.client.post(
        "/uploads",
        data={"title": "Tuesday"},
        files={"cover": ("a.png", b"png"), "file": ("talk.mp3", talk_mp3)},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["size_bytes"] == len(talk_mp3)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "recording-empty"),
        (b"Dear Ana,\n", 415, "recording-kind"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", 415, "recording-kind"),
        (b"fLaC" + bytes(range(256)) * 8, 422, "recording-unreadable"),
    ],
)
async def test_what_is_no_recording_is_refused_by_name_and_nothing_is_kept(
    front: Front, tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    body = problem(await upload(front, content, "quarter.wav"), status, code)
    assert "quarter.wav" in body["detail"]
    assert kept_files(tmp_path) == []
    assert (await front.client.get("/uploads")).json() == {"uploads": []}


async def test_a_truncated_recording_is_refused(front: Front, tmp_path: Path) -> None:
    whole = write_recording(tmp_path / "talk.wav").read_bytes()
    body = problem(await upload(front, whole[:-100_000], "talk.wav"), 422, "recording-truncated")
    assert "100000 of its bytes" in body["detail"]


@pytest.mark.parametrize("as_form", [True, False])
async def test_an_oversized_recording_is_refused(
    open_front: OpenFront, talk_mp3: bytes, tmp_path: Path, *, as_form: bool
) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(talk_mp3), 1000):
            yield talk_mp3[start : start + 1000]

    limits = {"upload_max_bytes": 50_000, "files_url": str(tmp_path / "files")}
    async with open_front(**limits) as front:
        # The first says how large it is, the second does not.
        answer = (
            await upload(front, talk_mp3)
            if as_form
            else await front.client.post("/uploads", content=stream())
        )
    body = problem(answer, 413, "too-large")
    assert "50000 bytes" in body["detail"]
    assert "UPLOAD_MAX_BYTES" in body["remedy"]


async def test_a_recording_that_is_too_long_is_refused(
    open_front: OpenFront, talk_mp3: bytes, tmp_path: Path
) -> None:
    async with open_front(upload_max_seconds=10, files_url=str(tmp_path / "files")) as front:
        body = problem(await upload(front, talk_mp3), 422, "recording-too-long")
    assert "UPLOAD_MAX_SECONDS" in body["remedy"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"no form at all"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="sound"; filename="a"\r\n\r\nx\r\n--b--',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
        ),
    ],
)
async def test_a_form_without_a_recording_is_refused_with_the_right_command(
    front: Front, kind: str, content: bytes
) -> None:
    answer = await front.client.post("/uploads", content=content, headers={"Content-Type": kind})
    assert "curl -F file=@" in problem(answer, 400, "bad-request")["remedy"]


async def test_only_who_may_use_rooms_may_upload(
    open_front: OpenFront, talk_mp3: bytes, tmp_path: Path
) -> None:
    key = "k" * 30
    async with open_front(sidenote_api_key=key, files_url=str(tmp_path / "files")) as front:
        problem(await upload(front, talk_mp3), 401, "key-missing")
        problem(await front.client.get("/uploads"), 401, "key-missing")
        front.client.headers["X-API-Key"] = key
        assert (await upload(front, talk_mp3)).status_code == 201


async def test_a_page_of_another_origin_may_not_upload(front: Front, talk_mp3: bytes) -> None:
    """A browser sends forms anywhere without asking."""
    answer = await front.client.post(
        "/uploads", files={"file": talk_mp3}, headers={"Origin": "https://evil.example"}
    )
    problem(answer, 403, "other-origin")


async def test_its_progress_is_sent_until_it_is_over(front: Front, talk_mp3: bytes) -> None:
    upload_id = (await upload(front, talk_mp3)).json()["id"]
    store = front.app.state.desk.store

    async def work() -> None:
        await store.begin_upload(upload_id, now_ms=1)
        await asyncio.sleep(1)
        await store.note_upload_position(upload_id, position_ms=15_000, speed=5.0, now_ms=2)
        await asyncio.sleep(1)
        await store.finish_upload(upload_id, speakers=2, now_ms=3)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        body = (await front.client.get(f"/uploads/{upload_id}/events")).text
    parts = body.strip().split("\n\n")
    events = [dict(line.split(": ", 1) for line in part.split("\n")) for part in parts]
    names = [event["event"] for event in events]
    told = [json.loads(event["data"]) for event in events]
    assert names[-1] == "done"
    assert set(names[:-1]) == {"progress"}
    middle = next(one for one in told if one["speed"] == 5.0)
    assert middle["percent"] == pytest.approx(50, abs=1)
    assert middle["seconds_left"] == pytest.approx(3, abs=0.1)


async def test_who_follows_an_upload_is_told_when_it_is_deleted(
    front: Front, talk_mp3: bytes
) -> None:
    upload_id = (await upload(front, talk_mp3)).json()["id"]

    async def delete() -> None:
        await asyncio.sleep(1)
        await front.client.delete(f"/uploads/{upload_id}")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(delete())
        body = (await front.client.get(f"/uploads/{upload_id}/events")).text
    assert body.rstrip().endswith("event: gone\ndata: {}")


async def test_without_a_worker_no_job_is_sent_and_with_one_its_room_is_made(
    front: Front, talk_mp3: bytes
) -> None:
    told = (await upload(front, talk_mp3)).json()
    desk = front.app.state.desk
    name = f"upload-{told['id']}"
    await asyncio.sleep(1.5)
    assert await desk.media_server.list_rooms([name]) == []
    await desk.store.beat_worker("AW_1", agent_name="sidenote", active_jobs=0, now_ms=desk.clock())
    async with asyncio.timeout(20):
        while not (dispatches := await desk.media_server.list_own_dispatches(name)):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.1)
    metadata = DispatchMetadata.model_validate_json(dispatches[0].metadata)
    assert metadata.upload == told["id"]
    await front.client.delete(f"/uploads/{told['id']}")
    assert await desk.media_server.list_rooms([name]) == []
