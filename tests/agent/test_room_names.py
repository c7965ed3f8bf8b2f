"""People's names on their way from a real room to the recognizer."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from livekit import api, rtc

from agent.coverage import Coverage
from agent.hearing import Hearing
from tests.agent.people import Person, make_token
from tests.agent.stt.test_names import NamedSTT
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET, MediaServer

pytestmark = pytest.mark.room


async def test_names_of_those_who_may_be_heard_reach_the_recognizer_also_later(
    media_server: MediaServer,
) -> None:
    recognizer, allowed = NamedSTT(), {"ana", "ben"}

    async def drop(_: Any) -> None:
        return None

    grants = api.VideoGrants(room_join=True, room="names", agent=True)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity("sidenote").with_grants(grants)
    agent = rtc.Room()
    hearing = Hearing(
        room=agent,
        recognizer=recognizer,
        coverage=Coverage(),
        role_of=lambda _: "guest",
        is_allowed=lambda identity: identity in allowed,
        on_segment=drop,
        on_speakers=lambda _: None,
        now=asyncio.get_running_loop().time,
    )

    def person(identity: str, name: str) -> Person:
        return Person(media_server.url, make_token("names", identity, name=name))

    async with asyncio.timeout(60), AsyncExitStack() as opened:
        await opened.enter_async_context(person("ana", "Ana Keller"))
        options = rtc.RoomOptions(auto_subscribe=False)
        await agent.connect(media_server.url, token.with_kind("agent").to_jwt(), options)
        opened.push_async_callback(agent.disconnect)
        await opened.enter_async_context(hearing)
        await until(lambda: recognizer.told == [("Ana", "Keller")])
        cleo = await opened.enter_async_context(person("cleo", "Cleo"))
        await opened.enter_async_context(person("ben", "Ben"))
        await until(lambda: len(recognizer.told) == 2)
        assert recognizer.told[-1] == ("Ana", "Keller", "Ben")
        # Who had not agreed and does so later is told of with the track.
        await cleo.publish_microphone()
        allowed.add("cleo")
        await until(lambda: agent.remote_participants["cleo"].track_publications)
        hearing.review()
        await until(lambda: recognizer.told[-1] == ("Ana", "Keller", "Cleo", "Ben"))
        # Who does not agree any more is named to no recognizer either.
        allowed.discard("ana")
        hearing.review()
        await until(lambda: recognizer.told[-1] == ("Cleo", "Ben"))
