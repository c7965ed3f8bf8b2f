import asyncio
import shutil
from pathlib import Path

import pytest

from agent import lease as lease_module
from agent.lease import LEASE_SECONDS, RoomLease
from records import Store, StoreUnavailableError, migrate
from tests.agent.waiting import until

pytestmark = pytest.mark.unit


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_one_of_two_jobs_serves_a_room(store: Store, clock: HandClock) -> None:
    one, two = (RoomLease(store, "acme", holder, clock) for holder in ("job-1", "job-2"))
    assert await one.take()
    assert not await two.take()
    await one.release()
    assert await two.take()
    assert not await one.take()


async def test_a_dead_job_is_followed_after_its_lease_ran_out(
    store: Store, clock: HandClock
) -> None:
    assert await RoomLease(store, "acme", "dead", clock).take()
    heir = RoomLease(store, "acme", "heir", clock)
    clock.seconds += LEASE_SECONDS - 0.001
    assert not await heir.take()
    clock.seconds += 0.001
    assert await heir.take()


async def test_hold_returns_when_another_job_has_the_lease(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    lease = RoomLease(store, "acme", "job-1", clock)
    assert await lease.take()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        holding = tasks.create_task(lease.hold())
        for _ in range(5):  # time goes on, and the lease with it
            clock.seconds += LEASE_SECONDS - 0.5
            expires_ms = (clock.seconds + LEASE_SECONDS) * 1000
            while (await store.list_leases(now_ms=0))[0].expires_at_ms < expires_ms:
                pass
        assert not holding.done()
        # Another job whose clock says that the lease has run out.
        later_ms = round((clock.seconds + 60) * 1000)
        assert await store.take_lease("acme", "job-2", now_ms=later_ms, ttl_seconds=60)
    assert holding.done()


async def test_a_call_outlives_a_store_that_is_away(
    tmp_path: Path,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    folder = tmp_path / "gone"
    url = f"sqlite:///{folder}/records.db"
    async with asyncio.timeout(30), Store(url) as store:
        shutil.rmtree(folder)
        lease = RoomLease(store, "acme", "job-1", clock)
        with pytest.raises(StoreUnavailableError):
            await lease.take()
        await lease.release()
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(lease.hold())
            await until(lambda: caplog.text.count("the lease was not renewed") > 3)
            assert not holding.done()
            migrate(url)  # it is back
            while not await store.list_leases(now_ms=0):
                pass
            later_ms = round((clock.seconds + 60) * 1000)
            await store.take_lease("acme", "job-2", now_ms=later_ms, ttl_seconds=60)


async def test_who_alone_has_lost_the_store_leaves_the_room_to_the_agent_that_has_come(
    tmp_path: Path,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failures() -> int:
        return caplog.text.count("the lease was not renewed")

    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    folder = tmp_path / "gone"
    async with asyncio.timeout(30), Store(f"sqlite:///{folder}/records.db") as store:
        shutil.rmtree(folder)
        lease = RoomLease(store, "acme", "job-1", clock)
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(lease.hold())
            clock.seconds += LEASE_SECONDS - 0.5
            lease.note_follower()
            await until(lambda: failures() > 3)
            assert not holding.done()  # nobody can have the lease yet
            clock.seconds += 0.5
            lease.note_follower()
            await asyncio.wait((holding,))
        assert lease.followed_at == clock.seconds - 0.5


async def test_an_agent_that_came_before_the_lease_was_renewed_does_not_hold_it(
    store: Store, clock: HandClock
) -> None:
    lease = RoomLease(store, "acme", "job-1", clock)
    assert await lease.take()
    lease.note_follower()
    assert await lease.take()
    assert lease.followed_at is None


async def test_a_successor_waits_until_the_one_that_leaves_lets_go(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease_module, "ASK_SECONDS", 0.01)
    old, new = (RoomLease(store, "acme", holder, clock) for holder in ("old", "new"))
    wanted = asyncio.Event()
    assert await old.take()
    assert not await new.is_leaving()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        holding = tasks.create_task(old.hold(wanted.set))
        await store.announce_leaving("AW_1", ["old"])
        assert await new.is_leaving()
        inheriting = tasks.create_task(new.inherit())
        await wanted.wait()
        assert not inheriting.done()
        holding.cancel()
        await asyncio.wait((holding,))
        await old.release()
        assert await inheriting
    assert not await old.take()
    assert not await new.is_leaving()


async def test_who_leaves_looks_often_for_a_successor(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def counting_clock() -> float:
        nonlocal looks
        looks += 1
        return clock.seconds

    monkeypatch.setattr(lease_module, "RENEW_SECONDS", 0.01)
    old = RoomLease(store, "acme", "old", counting_clock)
    wanted = asyncio.Event()
    assert await old.take()
    await store.announce_leaving("AW_1", ["old"])
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        holding = tasks.create_task(old.hold(wanted.set))
        looks = 0
        await until(lambda: looks > 2)
        monkeypatch.setattr(lease_module, "RENEW_SECONDS", 3600.0)
        looks = 0
        await until(lambda: looks > 2)
        assert await store.want_lease("acme", "new")
        await wanted.wait()
        holding.cancel()


async def test_nobody_is_succeeded_who_does_not_leave(store: Store, clock: HandClock) -> None:
    stays, heir = (RoomLease(store, "acme", holder, clock) for holder in ("stays", "heir"))
    assert await stays.take()
    assert not await heir.inherit()
    assert await stays.take()


async def test_a_beat_tells_how_far_the_meeting_is_heard_and_the_release_tells_it_last(
    store: Store, clock: HandClock
) -> None:
    async def seen_at_ms() -> int | None:
        meeting = await store.find_meeting("RM_1")
        assert meeting
        return meeting.seen_at_ms

    await store.open_meeting("RM_1", room_name="acme", now_ms=1)
    lease = RoomLease(store, "acme", "job-1", clock)
    await lease.take()
    assert await seen_at_ms() is None
    lease.listen_to("RM_1", lambda: clock() - 2)
    await lease.take()
    assert await seen_at_ms() == 998_000
    clock.seconds += 1
    await lease.release()
    assert await seen_at_ms() == 999_000
    assert await store.list_leases(now_ms=None) == []
