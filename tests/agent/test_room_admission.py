"""Whose microphones are listened to when there are too many, on the real media server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from livekit import rtc

from agent.admission import Admission
from agent.coverage import Coverage
from agent.early_ears import EarlyEars
from agent.hearing import Hearing
from tests.agent.people import Person, make_token
from tests.agent.scripted_stt import ScriptedSTT
from tests.agent.speech import read_line
from tests.agent.waiting import until
from tests.parts import MediaServer
from transcript_buffer import Role, Segment

pytestmark = pytest.mark.room

LINE = read_line(2).samples


def role_of(identity: str) -> Role:
    return "host" if identity == "ana" else "guest"


@asynccontextmanager
async def joined(media_server: MediaServer, room_name: str) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    options = rtc.RoomOptions(auto_subscribe=False)
    await room.connect(media_server.url, make_token(room_name, "agent"), options)
    async with asyncio.timeout(60):
        yield room
    await room.disconnect()


def published(room: rtc.Room) -> int:
    """How many tracks are known to be there."""
    return sum(len(one.track_publications) for one in room.remote_participants.values())


@dataclass
class Agent:
    """What listens in a room to a few people at the same time."""

    room: rtc.Room
    most_people: float = 2
    coverage: Coverage = field(default_factory=Coverage)
    finals: list[Segment] = field(default_factory=list)

    def hearing(self) -> Hearing:
        async def take(segment: Segment) -> None:
            if segment.final:
                self.finals.append(segment)

        return Hearing(
            room=self.room,
            recognizer=ScriptedSTT(["one", "two", "three"]),
            coverage=self.coverage,
            role_of=role_of,
            is_allowed=lambda _: True,
            on_segment=take,
            on_speakers=lambda _: None,
            now=asyncio.get_running_loop().time,
            most_people=self.most_people,
        )

    def told(self) -> list[tuple[str, bool]]:
        return [(notice.id, notice.over) for notice in self.coverage.look(0.0)]


async def test_of_one_participant_the_newest_tracks_are_heard(media_server: MediaServer) -> None:
    async with joined(media_server, "tracks") as room:
        agent = Agent(room)
        hearing = agent.hearing()
        async with hearing, Person(media_server.url, make_token("tracks", "ben")) as ben:
            sids = [(await ben.publish_microphone()).sid for _ in range(4)]
            tracks = room.remote_participants["ben"].track_publications

            def heard() -> list[str]:
                return [sid for sid in sids if sid in tracks and tracks[sid].subscribed]

            await until(lambda: published(room) == 4 and heard() == sids[-2:])
            await until(lambda: len(hearing._running) == 2)
            await ben.say(LINE)
            await until(lambda: agent.finals)
            await ben.room.local_participant.unpublish_track(sids[-1])
            await until(lambda: heard() == sids[1:3])


async def test_who_comes_when_as_many_are_heard_as_may_be_waits_for_a_place_but_for_hosts(
    media_server: MediaServer,
) -> None:
    def person(identity: str) -> Person:
        return Person(media_server.url, make_token("crowd", identity))

    async with joined(media_server, "crowd") as room:
        agent = Agent(room)
        hearing = agent.hearing()
        async with (
            hearing,
            person("ana") as ana,
            person("ben") as ben,
            person("cem") as cem,
            person("dan") as dan,
        ):
            for one in (ben, cem):
                await one.open_microphone()
            await dan.publish_microphone()
            await until(lambda: published(room) == 3)
            await ana.open_microphone()
            await until(lambda: hearing.identities() == {"ana", "ben", "cem"})
            assert agent.told() == [("crowded", False)]
            assert agent.told() == []
            await cem.leave()
            # As many as may be are still heard: the host and Ben.
            await ben.close_microphone()
            await until(lambda: hearing.identities() == {"ana", "dan"})
            assert agent.told() == [("crowded", True)]


async def test_who_says_no_during_a_hand_over_is_heard_no_longer(
    media_server: MediaServer,
) -> None:
    loop, allowed = asyncio.get_running_loop(), {"ben", "cem"}
    admission = Admission(is_allowed=allowed.__contains__, role_of=role_of, most_people=2)
    async with (
        joined(media_server, "hand-over") as room,
        Person(media_server.url, make_token("hand-over", "ben")) as ben,
        Person(media_server.url, make_token("hand-over", "cem")) as cem,
    ):
        publications = await asyncio.gather(ben.publish_microphone(), cem.publish_microphone())
        sids = [one.sid for one in publications]
        await until(lambda: published(room) == 2)
        async with EarlyEars(room, admission, loop.time) as early:
            speaking = asyncio.gather(ben.say(LINE), cem.say(LINE))
            await early.ready()
            ears = early._ears[sids[0]]
            await until(lambda: ears.received_seconds > 1.0)
            agreed_until = ears.received_seconds
            early.review(loop.time())
            await until(lambda: ears.received_seconds > agreed_until + 0.5)
            heard = ears.received_seconds
            allowed.discard("ben")
            early.review(loop.time())
            # What was said before, the agent that leaves has heard.
            (withdrawn,) = early.withdrawn
            assert withdrawn[:2] == ("ben", "ben")
            assert 0.3 < withdrawn.seconds < heard - 0.5
            assert early.take(sids[0]) is None
            tracks = room.remote_participants["ben"].track_publications
            await until(lambda: not tracks[sids[0]].subscribed)
            await speaking
            kept = early.take(sids[1])
            assert kept
            kept.abandon()
