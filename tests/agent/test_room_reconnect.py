"""The hearing of a call outlives a broken connection of the agent's, on the real media server."""

import asyncio

import pytest
from livekit import rtc

from agent.coverage import Coverage
from agent.hearing import Hearing
from tests.agent.people import Person, make_token
from tests.agent.scripted_stt import ScriptedSTT
from tests.agent.speech import read_line, silence
from tests.agent.waiting import until
from tests.parts import MediaServer
from transcript_buffer import Segment

pytestmark = pytest.mark.room

LINE = read_line(2).samples


@pytest.mark.parametrize(
    "scenario",
    [
        rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT,
        rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT,
    ],
)
async def test_a_track_is_heard_again_after_a_reconnection_and_a_refusing_one_is_not(
    scenario: "rtc.SimulateScenarioKind.ValueType", media_server: MediaServer
) -> None:
    room_name = f"reconnect-{scenario}"
    finals: list[Segment] = []
    refusing = {"cem"}
    coverage = Coverage()

    async def take(segment: Segment) -> None:
        if segment.final:
            finals.append(segment)

    def received(identity: str) -> float:
        return next(o.received_seconds for o in coverage.report() if o.identity == identity)

    agent = rtc.Room()
    await agent.connect(
        media_server.url, make_token(room_name, "agent"), rtc.RoomOptions(auto_subscribe=False)
    )
    hearing = Hearing(
        room=agent,
        recognizer=ScriptedSTT(["one", "two", "three"]),
        coverage=coverage,
        role_of=lambda _: "guest",
        is_allowed=lambda identity: identity not in refusing,
        on_segment=take,
        on_speakers=lambda _: None,
        now=asyncio.get_running_loop().time,
    )
    async with (
        Person(media_server.url, make_token(room_name, "ben")) as ben,
        Person(media_server.url, make_token(room_name, "cem")) as cem,
        hearing,
    ):
        await asyncio.gather(ben.open_microphone(), cem.open_microphone())
        await asyncio.gather(ben.say(LINE), cem.say(LINE))
        await until(lambda: finals)
        back = asyncio.Event()
        agent.on("reconnected", back.set)
        await agent.simulate_scenario(scenario)
        await asyncio.wait_for(back.wait(), 30)
        await ben.play(silence(2.0))
        await asyncio.gather(ben.say(LINE), cem.say(LINE))
        await until(lambda: len(finals) == 2)
        assert received("cem") == 0

        refusing ^= {"ben", "cem"}
        hearing.review()
        heard = received("ben")
        await cem.play(silence(1.0))
        await asyncio.gather(ben.say(LINE), cem.say(LINE))
        await until(lambda: len(finals) == 3)
        assert received("ben") == heard
        assert [one.speaker for one in finals] == ["ben", "ben", "cem"]
    await agent.disconnect()
    for one in coverage.report():
        dropped = sum(one.dropped_seconds.values())
        assert one.received_seconds == pytest.approx(
            one.silent_seconds + one.sent_seconds + dropped, abs=0.05
        )
