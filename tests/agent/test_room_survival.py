"""Agents die and leave, and the store goes away: the people in the room lose next to nothing."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from livekit import api

from lab.machine import jobs_of_worker, tree
from records import Store
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, share_heard
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET, RunningProcess, TestStack
from transcript_buffer import Segment
from wire.controls import CATCH_UP_METHOD, CatchUpReply, CatchUpRequest
from wire.gap import GAP, Gap
from wire.topics import RECOGNIZER

pytestmark = pytest.mark.room

LINES = tuple(read_line(number) for number in (2, 8, 13))


@dataclass
class Workers:
    """A stack with two workers: a call that loses one finds the other."""

    stack: TestStack
    workers: list[RunningProcess]

    def serving(self) -> tuple[RunningProcess, int]:
        """The worker that serves the call, and the process of its job."""
        for worker in self.workers:
            is_running = worker.popen and worker.popen.poll() is None
            if is_running and (jobs := jobs_of_worker(worker.pid)):
                return worker, jobs[0].pid
        raise AssertionError("no worker serves a call")

    def execute(self, statement: str) -> None:
        """Change the store behind everybody's back."""
        path = self.stack.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    def is_logged(self, text: str) -> bool:
        """Whether a worker has said something."""
        return any(text in worker.output() for worker in self.workers)

    def waiting_files(self) -> list[str]:
        """What waits for the store."""
        return [path.name for path in Path(self.stack.settings["WAITING_FOLDER"]).iterdir()]

    def add_worker(self) -> None:
        """Start one more, and wait until it can take a call."""
        worker = self.stack.make_worker(f"worker-{len(self.workers) + 1}")
        self.workers.append(worker)
        worker.start()
        worker.wait_for("registered worker")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """A stack of our own, whose parts the tests kill."""
    stack = TestStack(tmp_path_factory.mktemp("survival"))
    stack.start()
    started = Workers(stack, [stack.worker])
    try:
        started.add_worker()
        yield started
    finally:
        for worker in started.workers:
            worker.stop()
        stack.stop()


@dataclass
class Meeting:
    """A call of two people that has begun."""

    host: Person
    guest: Person
    room_sid: str
    store: Store

    async def say_all(self) -> None:
        """Say every line, and wait until each of them is heard."""
        before = len(self.host.finals)
        for line in LINES:
            await self.guest.say(line.samples)
        await self.host.wait_until(lambda: len(self.host.finals) >= before + len(LINES))

    async def segments(self) -> list[Segment]:
        return await self.store.list_segments(self.room_sid)

    async def settled_segments(self) -> list[Segment]:
        """All that was said until now; a busy machine may hear a line as two."""
        await self.heard_until(round(time.time() * 1000))
        return await self.segments()

    async def gaps_when(self, count: int) -> list[Gap]:
        """Wait until so many are kept; return them, oldest first."""
        async with asyncio.timeout(60):
            while True:
                gaps = await self.store.list_gaps(self.room_sid)
                if len(gaps) >= count:
                    return gaps
                await asyncio.sleep(0.1)

    async def heard_until(self, at_ms: int) -> None:
        """Wait until the store knows that the meeting is heard up to a time."""
        async with asyncio.timeout(60):
            while True:
                meeting = await self.store.find_meeting(self.room_sid)
                if meeting and (meeting.seen_at_ms or 0) >= at_ms:
                    return
                await asyncio.sleep(0.1)

    def gaps_of(self, person: Person) -> list[Gap]:
        return [Gap.model_validate_json(one.content) for one in person.packets if one.topic == GAP]

    def check_numbers(self) -> None:
        """Nothing twice, and in order, for everybody who was there."""
        for person in (self.host, self.guest):
            numbers = [line.attributes.sequence for line in person.finals]
            assert numbers == sorted(set(numbers))


@asynccontextmanager
async def meeting(two: Workers) -> AsyncIterator[Meeting]:
    seats = await open_room(two.stack.token_server_url)
    async with (
        Store(two.stack.database_url) as store,
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        yield Meeting(host, guest, await host.room.sid, store)


def agent_token(room_name: str) -> str:
    """A token as the media server gives it to an agent."""
    grants = api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity("another").with_kind("agent")
    return token.with_grants(grants).to_jwt()


def words_of(segments: list[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def check_heard_once(segments: list[Segment], *, times: int) -> None:
    """All lines were said so often: about so many words there are, none twice and none lost."""
    spoken = " ".join(line.words for line in LINES * times)
    assert len(segments) >= times * len(LINES)
    assert 0.8 < len(words_of(segments).split()) / len(spoken.split()) < 1.2


async def test_a_killed_job_is_followed_and_everybody_sees_when_nobody_listened(
    two: Workers,
) -> None:
    async with meeting(two) as call:
        await call.say_all()
        said = await call.settled_segments()
        _, job = two.serving()
        (dead,) = call.host.agents
        killed_ms = time.time() * 1000
        os.kill(job, signal.SIGKILL)
        agent = await call.host.wait_for_agent(not_one_of=(dead,))
        back_ms = time.time() * 1000
        await call.host.wait_until(lambda: call.gaps_of(call.host))
        await call.say_all()

        (gap,) = await call.store.list_gaps(call.room_sid)
        assert gap.reason == "agent_away"
        # From the last beat of the dead agent until the other listened.
        assert killed_ms - 1000 < gap.started_at_ms <= killed_ms
        assert killed_ms < gap.ended_at_ms <= back_ms
        assert call.gaps_of(call.host) == call.gaps_of(call.guest) == [gap]
        segments = await call.settled_segments()
        assert segments[: len(said)] == said
        check_heard_once(segments, times=2)
        assert said[-1].sequence < gap.transcript_sequence < segments[len(said)].sequence
        call.check_numbers()
        reply = CatchUpReply.model_validate_json(
            await call.guest.perform(
                agent, CATCH_UP_METHOD, CatchUpRequest(since=0, transcript_since=said[-1].sequence)
            )
        )
        assert reply.gaps == [gap]


async def test_a_call_that_has_lost_every_worker_goes_on_with_the_next_one_that_is_started(
    two: Workers,
) -> None:
    async with meeting(two) as call:
        await call.say_all()
        said = await call.settled_segments()
        (dead,) = call.host.agents
        killed_ms = time.time() * 1000
        for worker in two.workers:
            worker.kill()
        await asyncio.to_thread(two.add_worker)
        await call.host.wait_for_agent(not_one_of=(dead,))
        back_ms = time.time() * 1000
        await call.say_all()

        (gap,) = await call.store.list_gaps(call.room_sid)
        # A job whose worker is gone ends by itself, a moment later.
        assert killed_ms - 1000 < gap.started_at_ms < gap.ended_at_ms <= back_ms
        segments = await call.settled_segments()
        assert segments[: len(said)] == said
        check_heard_once(segments, times=2)
        call.check_numbers()
        # No recognizer has loaded the models for itself.
        commands = [" ".join(process.cmdline()) for process in tree(two.workers[-1].pid)]
        assert not [command for command in commands if "pocketsphinx" in command]
    await asyncio.to_thread(two.add_worker)


async def test_a_worker_that_is_stopped_hands_over_in_the_middle_of_a_talk_without_a_gap(
    two: Workers,
) -> None:
    async with meeting(two) as call:
        await call.say_all()
        worker, _ = two.serving()
        (old,) = call.host.agents
        talk = np.concatenate([line.samples for line in LINES * 2])
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.guest.say(talk))
            await asyncio.sleep(1.0)
            assert worker.popen
            worker.popen.send_signal(signal.SIGTERM)
            await call.host.wait_for_agent(not_one_of=(old,))
        await asyncio.to_thread(worker.popen.wait, 30)
        await call.guest.say(LINES[0].samples)
        heard = len(await call.segments())
        await call.host.wait_until(lambda: len(call.host.finals) >= heard)

        assert await call.store.list_gaps(call.room_sid) == []
        call.check_numbers()
        segments = await call.segments()
        spoken = " ".join(line.words for line in LINES * 3 + LINES[:1])
        assert share_heard(spoken, words_of(segments)) > 0.5
        ordered = sorted(segments, key=lambda segment: segment.start_seconds)
        for one, next_one in pairwise(ordered):
            assert next_one.start_seconds > one.end_seconds - 0.5
    await asyncio.to_thread(two.add_worker)


async def test_what_is_said_while_the_store_is_away_outlives_the_kill_of_its_agent(
    two: Workers,
) -> None:
    async with meeting(two) as call:
        await call.say_all()
        (old,) = call.host.agents

        two.execute("ALTER TABLE segments RENAME TO segments_away")
        await call.say_all()
        await call.host.wait_until(
            lambda: [n for n in call.host.notices if n.reason == "store_away" and not n.over]
        )
        assert two.waiting_files() == [f"{call.room_sid}.jsonl"]
        _, job = two.serving()
        os.kill(job, signal.SIGKILL)
        two.execute("ALTER TABLE segments_away RENAME TO segments")
        await call.host.wait_for_agent(not_one_of=(old,))
        await call.say_all()

        assert two.waiting_files() == []
        segments = await call.settled_segments()
        numbers = sorted(segment.sequence for segment in segments)
        assert len(segments) == len(set(numbers))
        check_heard_once(segments, times=3)
        assert [line.attributes.segment_id for line in call.host.finals] == [
            segment.id for segment in sorted(segments, key=lambda segment: segment.sequence)
        ]
        call.check_numbers()


async def test_an_agent_that_alone_has_lost_the_store_leaves_the_room_to_the_one_that_came(
    two: Workers,
) -> None:
    away = ("leases", "segments")
    async with meeting(two) as call:
        await call.say_all()
        (old,) = call.host.agents
        for table in away:
            two.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        await call.say_all()
        async with Person(two.stack.media_server.url, agent_token(call.host.room.name)) as other:
            # What another agent with its own way to the store would do once it listens.
            await other.room.local_participant.set_attributes({RECOGNIZER: "another"})
            await call.guest.say(LINES[0].samples)
            await until(lambda: two.is_logged("another agent serves this room now"), 30)
            for table in away:
                two.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
            await until(lambda: old not in call.host.room.remote_participants, 60)
            # All that was said before, and nothing that the other has heard too.
            check_heard_once(await call.segments(), times=2)
            assert two.waiting_files() == []


async def test_an_agent_that_dies_long_after_its_room_was_made_anew_is_the_reason_of_its_gap(
    two: Workers,
) -> None:
    async with meeting(two) as call:
        await call.say_all()
        back = asyncio.Event()
        call.host.room.on("reconnected", back.set)
        two.stack.media_server.process.kill()
        await asyncio.to_thread(two.stack.media_server.start)
        async with asyncio.timeout(60):
            await back.wait()
        (gap,) = await call.gaps_when(1)
        await call.heard_until(gap.ended_at_ms + 1000)
        agent = await call.host.wait_for_agent()
        _, job = two.serving()
        os.kill(job, signal.SIGKILL)
        await call.host.wait_for_agent(not_one_of=(agent,))
        gaps = await call.gaps_when(2)
        assert [gap.reason for gap in gaps] == ["connection_lost", "agent_away"]


async def test_a_call_that_begins_while_the_store_is_away_gets_its_agent_when_it_is_back(
    two: Workers,
) -> None:
    seats = await open_room(two.stack.token_server_url)
    two.execute("ALTER TABLE workers RENAME TO workers_away")
    async with Person(seats.url, seats.host_token) as host:
        await until(lambda: two.is_logged("the call waits for it"), 30)
        assert host.agents == []
        two.execute("ALTER TABLE workers_away RENAME TO workers")
        await host.wait_for_agent()
