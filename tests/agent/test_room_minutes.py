"""Minutes and alerts in a real call: for hosts only, and final when it is over."""

import asyncio
import time

import aiohttp
import pytest
from livekit import rtc

from records import Profile, Store
from tests.agent.minutes.talk import lines_of
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line
from tests.parts import TestStack
from wire.alerts import ALERT, Alert
from wire.consent import NOT_ALLOWED
from wire.controls import Accepted
from wire.minutes import MINUTES, MINUTES_METHOD, Minutes

pytestmark = pytest.mark.room

PRICE = read_line(8)
NAME = "Anastasia"


def listen_for_minutes(person: Person) -> "asyncio.Queue[rtc.TextStreamReader]":
    streams: asyncio.Queue[rtc.TextStreamReader] = asyncio.Queue()
    person.room.register_text_stream_handler(MINUTES, lambda reader, _: streams.put_nowait(reader))
    return streams


async def final_minutes(store: Store, room_sid: str) -> Minutes:
    async with asyncio.timeout(60):
        while True:
            found = await store.find_minutes(room_sid)
            if found and found.state == "final":
                return found
            await asyncio.sleep(0.1)


async def test_hosts_get_minutes_during_a_call_and_everybodys_are_written_behind_it(
    stack: TestStack,
) -> None:
    async with Store(stack.database_url) as store:
        await store.put_profile(
            Profile(id="PR_minutes", name=NAME, keywords=("price", "team", "people"))
        )
        seats = await open_room(stack.token_server_url, host_name=NAME)
        async with (
            Person(seats.url, seats.host_token) as host,
            Person(seats.url, seats.guest_token) as guest,
        ):
            for_host, for_guest = listen_for_minutes(host), listen_for_minutes(guest)
            agent = await host.wait_for_agent()
            await guest.open_microphone()
            await guest.say(PRICE.samples)
            await host.wait_until(lambda: host.finals_of(guest.identity))
            await host.wait_until(lambda: [one for one in host.packets if one.topic == ALERT])
            with pytest.raises(rtc.RpcError) as refused:
                await guest.perform(agent, MINUTES_METHOD)
            accepted = Accepted.model_validate_json(await host.perform(agent, MINUTES_METHOD))
            async with asyncio.timeout(30):
                text = await (await for_host.get()).read_all()
        live = Minutes.model_validate_json(text)
        final = await final_minutes(store, live.room_sid)
        own = await store.find_minutes(live.room_sid, profile_id="PR_minutes")
        meeting = await store.find_meeting(live.room_sid)
        await store.delete_profile("PR_minutes")

    assert refused.value.code == NOT_ALLOWED
    assert (accepted.id, live.state) == (live.room_sid, "live")
    quoted = {one.segment_id for line in live.summary + live.key_points for one in line.evidence}
    said = {line.attributes.segment_id for line in host.finals_of(guest.identity)}
    assert quoted <= said
    assert for_guest.empty()
    alerts = [Alert.model_validate_json(p.content) for p in host.packets if p.topic == ALERT]
    assert {alert.segment_id for alert in alerts} <= said
    assert ALERT not in guest.private_topics
    assert final.version > live.version
    assert own
    assert meeting
    assert meeting.title == final.title


async def hold_meeting(store: Store, room_sid: str, room_name: str) -> None:
    """Keep a meeting that is over, and wait until a worker has written its minutes."""
    now_ms = round(time.time() * 1000)
    await store.open_meeting(room_sid, room_name=room_name, now_ms=now_ms)
    for line in lines_of("Ben: We decided to start the pilot.\nAna: I will send the contract."):
        assert await store.add_segment(room_sid, line)
    await store.end_meeting(room_sid, now_ms=now_ms + 1)
    while (await store.list_work(room_sid))[0].state != "done":  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def test_who_has_heard_of_everybodys_minutes_hears_of_somebodys_own_that_come_later(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    headers = {"Authorization": f"Bearer {seats.host_link.partition('#')[2]}"}
    url = f"{stack.token_server_url}/meetings/RM_later"
    async with (
        asyncio.timeout(60),
        Store(stack.database_url) as store,
        aiohttp.ClientSession(headers=headers) as http,
    ):
        await hold_meeting(store, "RM_later", seats.room_name)
        async with http.get(url) as answer:
            last = (await answer.json())["event_id"]
        await store.put_profile(Profile(id="PR_later", name="Ben"))
        async with http.post(f"{url}/minutes", json={"profile_id": "PR_later"}) as answer:
            assert answer.status == 202
        # It ends when what was asked for is written.
        async with http.get(f"{url}/events", headers={"Last-Event-ID": last}) as answer:
            told = await answer.text()
        await store.delete_profile("PR_later")

    assert told.count("event: minutes") == 1
    assert '"profile_id":"PR_later"' in told
