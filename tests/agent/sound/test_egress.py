"""What is asked of an egress service: by a server that speaks its protocol over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from livekit import api
from livekit.protocol.egress import EgressStatus

from agent.settings import AgentSettings
from agent.sound.egress import EgressParts, output_for
from records import Files, Store
from records.sound import SoundPart
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET

pytestmark = pytest.mark.unit

ROOM_SID = "RM_1"
BUCKET: dict[str, Any] = {
    "files_url": "s3://calls/sidenote",
    "files_options": '{"key": "ana", "secret": "hidden", "endpoint_url": "http://127.0.0.1:9"}',
}


class EgressService:
    """Answers what `EgressParts` asks, as LiveKit's twirp service does."""

    def __init__(self) -> None:
        self.started: list[api.TrackEgressRequest] = []
        self.stopped: list[str] = []
        self.running: dict[str, api.EgressInfo] = {}
        self.refuses = ""
        self.began_at_nanoseconds = 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        for method in ("StartTrackEgress", "StopEgress", "ListEgress"):
            app.router.add_post(f"/twirp/livekit.Egress/{method}", getattr(self, method))
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def _refusal(self, request: web.Request) -> web.Response | None:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        video = api.TokenVerifier(API_KEY, API_SECRET).verify(token).video
        assert video
        assert video.room_record
        if not self.refuses:
            return None
        return web.json_response({"code": self.refuses, "msg": "none here"}, status=400)

    async def StartTrackEgress(self, request: web.Request) -> web.Response:  # noqa: N802
        if refusal := self._refusal(request):
            return refusal
        wanted = api.TrackEgressRequest.FromString(await request.read())
        self.started.append(wanted)
        info = api.EgressInfo(
            egress_id=f"EG_{len(self.started)}",
            room_name=wanted.room_name,
            status=EgressStatus.EGRESS_ACTIVE,
            track=wanted,
        )
        self.running[info.egress_id] = info
        return web.Response(body=info.SerializeToString())

    async def StopEgress(self, request: web.Request) -> web.Response:  # noqa: N802
        wanted = api.StopEgressRequest.FromString(await request.read())
        self.stopped.append(wanted.egress_id)
        self.finish(wanted.egress_id)
        return web.Response(body=self.running[wanted.egress_id].SerializeToString())

    async def ListEgress(self, request: web.Request) -> web.Response:  # noqa: N802
        if refusal := self._refusal(request):
            return refusal
        wanted = api.ListEgressRequest.FromString(await request.read())
        found = [one for one in self.running.values() if one.room_name == wanted.room_name]
        return web.Response(body=api.ListEgressResponse(items=found).SerializeToString())

    def finish(self, egress_id: str) -> None:
        """End as the service does: with a file of 4.5 s."""
        info = self.running[egress_id]
        info.status = EgressStatus.EGRESS_COMPLETE
        file = api.FileInfo(started_at=self.began_at_nanoseconds, duration=4_500_000_000)
        info.file_results.append(file)


@pytest.fixture
async def service() -> EgressService:
    return EgressService()


def part(number: int) -> SoundPart:
    return SoundPart(
        id=f"SP_{number}",
        room_sid=ROOM_SID,
        identity="guest-1",
        name="Ben",
        format="ogg",
        started_at_ms=100,
    )


@asynccontextmanager
async def recording(
    service: EgressService, store: Store, files: Files
) -> AsyncIterator[EgressParts]:
    async with service.serve() as url:
        settings = AgentSettings(
            livekit_url=url, livekit_api_key=API_KEY, livekit_api_secret=API_SECRET, **BUCKET
        )
        parts = EgressParts(settings, store=store, files=files, room_name="acme", room_sid=ROOM_SID)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(parts.run())
            yield parts
            running.cancel()


@pytest.fixture
async def meeting(store: Store) -> Store:
    await store.open_meeting(ROOM_SID, room_name="acme", now_ms=1)
    await store.add_sound_part(part(1))
    return store


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(str(tmp_path / "files"))


async def durations(store: Store) -> dict[str, int | None]:
    return {one.id: one.duration_ms for one in await store.list_sound_parts(ROOM_SID)}


async def test_a_track_is_recorded_into_the_bucket_until_it_ends(
    service: EgressService, meeting: Store, files: Files
) -> None:
    async with recording(service, meeting, files) as parts:
        parts.begin(part(1), "TR_1")
        await until(lambda: service.started)
        (asked,) = service.started
        assert (asked.room_name, asked.track_id) == ("acme", "TR_1")
        assert asked.file.filepath == "sidenote/sound/RM_1/SP_1.ogg"
        bucket = asked.file.s3
        assert (bucket.bucket, bucket.access_key, bucket.secret) == ("calls", "ana", "hidden")
        assert (bucket.endpoint, bucket.force_path_style) == ("http://127.0.0.1:9", True)
        parts.end("SP_1")
        await until(lambda: service.stopped == ["EG_1"])
    assert await durations(meeting) == {"SP_1": 4500}


@pytest.mark.parametrize(("nanoseconds", "milliseconds"), [(2_300_000_000, 2300), (0, 100)])
async def test_a_part_begins_when_the_service_says_that_it_did(
    service: EgressService, meeting: Store, files: Files, nanoseconds: int, milliseconds: int
) -> None:
    service.began_at_nanoseconds = nanoseconds
    async with recording(service, meeting, files) as parts:
        parts.begin(part(1), "TR_1")
        await until(lambda: service.started)
    (kept,) = await meeting.list_sound_parts(ROOM_SID)
    assert (kept.started_at_ms, kept.duration_ms) == (milliseconds, 4500)


async def test_the_end_of_the_call_ends_every_recording(
    service: EgressService, meeting: Store, files: Files
) -> None:
    async with recording(service, meeting, files) as parts:
        parts.begin(part(1), "TR_1")
        await until(lambda: service.started)
    assert service.stopped == ["EG_1"]
    assert await durations(meeting) == {"SP_1": 4500}


async def test_what_a_job_left_that_died_is_stopped_and_kept(
    service: EgressService, meeting: Store, files: Files
) -> None:
    left = api.TrackEgressRequest(
        room_name="acme",
        track_id="TR_1",
        file=api.DirectFileOutput(filepath="sidenote/sound/RM_1/SP_1.ogg"),
    )
    other = api.TrackEgressRequest(
        room_name="acme", file=api.DirectFileOutput(filepath="of/somebody/else.ogg")
    )
    for number, track in ((1, left), (2, other)):
        service.running[f"EG_{number}"] = api.EgressInfo(
            egress_id=f"EG_{number}",
            room_name="acme",
            status=EgressStatus.EGRESS_ACTIVE,
            track=track,
        )
    async with recording(service, meeting, files):
        await until(lambda: service.stopped)
    assert service.stopped == ["EG_1"]
    assert await durations(meeting) == {"SP_1": 4500}


async def test_a_file_that_is_finished_after_its_voice_was_erased_is_deleted(
    service: EgressService, meeting: Store, files: Files
) -> None:
    async def late() -> AsyncIterator[bytes]:
        yield b"voice"

    async with recording(service, meeting, files) as parts:
        parts.begin(part(1), "TR_1")
        await until(lambda: service.started)
        await meeting.erase_sound(ROOM_SID, "guest-1")
        await files.put(part(1).path, late())
        parts.end("SP_1")
    assert await files.list("sound") == []


async def test_a_service_that_refuses_is_told_and_leaves_no_part(
    service: EgressService, meeting: Store, files: Files
) -> None:
    service.refuses = "resource_exhausted"
    told: list[tuple[str, str]] = []
    async with recording(service, meeting, files) as parts:
        parts.on_failure = lambda part_id, reason: told.append((part_id, reason))
        parts.begin(part(1), "TR_1")
        await until(lambda: told)
        service.refuses = ""
        parts.begin(part(2), "TR_2")  # so that it looks again
        await until(lambda: service.started)
    ((part_id, reason),) = told
    assert part_id == "SP_1"
    assert reason.startswith("the media server's egress service says 'none here';")
    assert await durations(meeting) == {}


@pytest.mark.parametrize("url", ["data/files", "file:///data", "gs://bucket/folder"])
def test_the_service_writes_into_s3_only(url: str) -> None:
    settings = AgentSettings(livekit_api_key=API_KEY, livekit_api_secret=API_SECRET, files_url=url)
    assert output_for(settings, "sound/RM_1/SP_1.ogg") is None
