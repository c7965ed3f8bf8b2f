"""Which upload gets a job, and when the next one: at times of the tests' own choosing."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from records import Store, Upload
from token_server.desk import wall_clock_ms
from token_server.media_server import MediaServer
from token_server.settings import TokenServerSettings
from token_server.uploads.watch import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, UploadWatch

pytestmark = pytest.mark.room


@dataclass(frozen=True)
class Scene:
    """A watch that looks when it is told to, and one worker."""

    store: Store
    media_server: MediaServer
    watch: UploadWatch

    async def add(self, number: int) -> Upload:
        now_ms = wall_clock_ms()
        return await self.store.add_upload(
            f"UP_{now_ms}_{number}",
            source="http",
            name="talk.mp3",
            kind="mp3",
            size_bytes=1,
            duration_ms=60_000,
            now_ms=now_ms + number,
        )

    async def jobs(self, *uploads: Upload) -> list[int]:
        """How many jobs were sent to each upload."""
        return [
            len(await self.media_server.list_own_dispatches(one.room_name))
            if await self.media_server.list_rooms([one.room_name])
            else 0
            for one in uploads
        ]

    async def run_job(self, upload: Upload, at: float) -> None:
        """Let a job take the lease, be seen, and end; it came no further."""
        name = upload.room_name
        await self.store.take_lease(name, "job", now_ms=wall_clock_ms(), ttl_seconds=60)
        await self.watch.look_once(at)
        await self.store.release_lease(name, "job")


@pytest.fixture
async def scene(
    store: Store, make_settings: Callable[..., TokenServerSettings]
) -> AsyncIterator[Scene]:
    async with MediaServer.open(make_settings()) as media_server:
        await store.beat_worker(
            "AW_1", agent_name="sidenote", active_jobs=0, now_ms=wall_clock_ms()
        )
        yield Scene(store, media_server, UploadWatch(store, media_server, wall_clock_ms))


async def test_a_job_that_came_no_further_is_followed_after_a_growing_pause(scene: Scene) -> None:
    upload = await scene.add(1)
    sent_at = now = 100.0
    pauses = []
    await scene.watch.look_once(now)
    for job in range(1, 7):
        assert await scene.jobs(upload) == [job]
        await scene.run_job(upload, now + 0.2)
        while await scene.jobs(upload) == [job]:
            now += 1.0
            assert now - sent_at <= LONGEST_PAUSE_SECONDS
            await scene.watch.look_once(now)
        pauses.append(now - sent_at)
        sent_at = now
    assert pauses == [FIRST_PAUSE_SECONDS, 8.0, 16.0, 32.0, 60.0, LONGEST_PAUSE_SECONDS]


async def test_a_job_that_came_further_is_followed_at_once(scene: Scene) -> None:
    upload = await scene.add(1)
    await scene.watch.look_once(100.0)
    await scene.run_job(upload, 101.0)
    await scene.watch.look_once(104.0)
    assert await scene.jobs(upload) == [2]
    await scene.store.note_upload_position(
        upload.room_sid, position_ms=1000, speed=None, now_ms=wall_clock_ms()
    )
    await scene.run_job(upload, 105.0)
    await scene.watch.look_once(105.5)
    assert await scene.jobs(upload) == [3]


async def test_an_upload_that_fails_again_and_again_leaves_the_worker_to_those_behind_it(
    scene: Scene,
) -> None:
    failing, second, third = [await scene.add(number) for number in (1, 2, 3)]
    await scene.watch.look_once(100.0)
    assert await scene.jobs(failing, second, third) == [1, 0, 0]
    # Its job is only about to begin.
    await scene.watch.look_once(101.0)
    assert await scene.jobs(failing, second, third) == [1, 0, 0]
    await scene.run_job(failing, 102.0)
    await scene.watch.look_once(103.0)
    assert await scene.jobs(failing, second, third) == [1, 1, 0]
    # Its pause is over, and there is one that did not fail.
    await scene.run_job(second, 104.0)
    await scene.store.finish_upload(second.room_sid, speakers=1, now_ms=wall_clock_ms())
    await scene.watch.look_once(120.0)
    assert await scene.jobs(failing, third) == [1, 1]
    await scene.run_job(third, 121.0)
    await scene.watch.look_once(122.0)
    assert await scene.jobs(failing, third) == [2, 1]


async def test_a_job_that_never_begins_keeps_its_place_for_some_seconds_only(scene: Scene) -> None:
    lost, other = [await scene.add(number) for number in (1, 2)]
    await scene.watch.look_once(100.0)
    await scene.watch.look_once(100.0 + FIRST_PAUSE_SECONDS)
    assert await scene.jobs(lost, other) == [1, 1]
