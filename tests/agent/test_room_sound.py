"""The sound of a call on the real media server: who is recorded, when, and what of it is left."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
from livekit import rtc

from agent.speech_gate import SAMPLE_RATE_HZ, Samples
from records import Store
from records.sound import SoundPart
from tests.agent.people import Person, make_token, open_room
from tests.agent.sound.frames import read
from tests.agent.speech import read_line, silence
from tests.agent.test_room_changes import job_processes
from tests.agent.waiting import until
from tests.parts import TestStack
from wire.consent import NOT_ALLOWED, ConsentRequest
from wire.sound import (
    SOUND_CONSENT_METHOD,
    SOUND_METHOD,
    SOUND_STATE,
    SoundConsentRequest,
    SoundRequest,
    SoundState,
)

pytestmark = pytest.mark.room

PRICE = read_line(8)
YES, NO = SoundConsentRequest(answer="yes"), SoundConsentRequest(answer="no")
FORGET = SoundConsentRequest(answer="no", erase=True)
ON, OFF = SoundRequest(on=True), SoundRequest(on=False)
KEPT_SECONDS = 30.0


@dataclass
class Party:
    """Host and guest in one room with an agent."""

    stack: TestStack
    host: Person
    guest: Person
    agent: str
    room_sid: str

    def state(self, person: Person) -> SoundState:
        """What the agent's attribute says to somebody."""
        attributes = person.room.remote_participants[self.agent].attributes
        return SoundState.model_validate_json(attributes.get(SOUND_STATE, "{}"))

    async def agree(self, *people: Person) -> None:
        for one in people:
            await one.perform(self.agent, SOUND_CONSENT_METHOD, YES)

    async def record(self, request: SoundRequest = ON) -> SoundState:
        reply = await self.host.perform(self.agent, SOUND_METHOD, request)
        return SoundState.model_validate_json(reply)

    async def parts(
        self, are_right: Callable[[list[SoundPart]], object], *, of: str = ""
    ) -> list[SoundPart]:
        """Wait until the right parts are kept, of somebody or all; return them, oldest first."""
        async with asyncio.timeout(KEPT_SECONDS), Store(self.stack.database_url) as store:
            while True:
                listed = await store.list_sound_parts(self.room_sid)
                parts = [one for one in listed if of in ("", one.identity)]
                if all(one.duration_ms for one in parts) and are_right(parts):
                    return parts
                await asyncio.sleep(0.2)

    def heard(self, part: SoundPart) -> Samples:
        return read(self.stack.folder / "files" / part.path)

    @property
    def files(self) -> list[str]:
        """Names of all files of this meeting that are in the file store."""
        folder = self.stack.folder / "files/sound" / self.room_sid
        return [path.stem for path in folder.rglob("*") if path.is_file()]

    async def ask(self, method: str, path: str, **options: Any) -> tuple[bytes, Any]:
        """Ask the token server about the meeting's sound: the body as bytes, and as JSON."""
        address = f"{self.stack.token_server_url}{path}"
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, address, **options) as answer,
        ):
            body = await answer.read()
            assert answer.status == 200, body
            is_json = answer.content_type == "application/json"
            return body, await answer.json() if is_json else None


def growing(stack: TestStack) -> list[Path]:
    """Parts that are on the worker's machine still."""
    return list((stack.folder / "sound").rglob("*.flac"))


@asynccontextmanager
async def meet(stack: TestStack, **wanted: str) -> AsyncIterator[Party]:
    seats = await open_room(stack.token_server_url, **wanted)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        agents = await asyncio.gather(host.wait_for_agent(), guest.wait_for_agent())
        yield Party(stack, host, guest, agents[0], await host.room.sid)


def beep() -> Samples:
    """A tenth of a second."""
    times = np.arange(SAMPLE_RATE_HZ // 10) / SAMPLE_RATE_HZ
    return (12_000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)


def loud_at(samples: Samples) -> list[float]:
    """When loud sounds begin, in seconds."""
    loud = np.abs(samples.astype(np.int32)) > 3000
    starts = np.flatnonzero(loud)
    apart = np.diff(starts, prepend=-SAMPLE_RATE_HZ) > SAMPLE_RATE_HZ // 2
    return [float(start) / SAMPLE_RATE_HZ for start in starts[apart]]


def loudness(samples: Samples) -> int:
    return int(np.abs(samples.astype(np.int32)).max(initial=0))


async def test_nobody_is_recorded_before_the_host_says_so_and_they_agree(
    stack: TestStack,
) -> None:
    async with meet(stack) as party:
        host, guest = party.host, party.guest
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await party.agree(guest)
        await guest.play(beep())
        assert party.state(host).on_since_ms is None

        with pytest.raises(rtc.RpcError) as caught:
            await guest.perform(party.agent, SOUND_METHOD, ON)
        assert caught.value.code == NOT_ALLOWED
        state = await party.record()
        assert state.recorded == [guest.identity]
        assert state.answers == {guest.identity: "yes"}
        for one in (host, guest):
            await one.wait_until(
                lambda one=one: party.state(one).recorded == [guest.identity]  # type: ignore[misc]
            )
        await host.wait_until(lambda: [one for one in host.notices if one.id == "not_recorded"])
        (missing,) = [one for one in host.notices if one.id == "not_recorded"]
        assert (missing.text, missing.over) == ("Not on the recording: Ana", False)
        assert [one for one in guest.notices if one.id == "not_recorded"] == []

        await asyncio.gather(guest.play(silence(1.0)), host.play(silence(1.0)))
        await asyncio.gather(guest.say(PRICE.samples), host.say(PRICE.samples))
        state = await party.record(OFF)
        assert (state.on_since_ms, state.recorded) == (None, [])
        await guest.wait_until(lambda: party.state(guest).on_since_ms is None)
        await guest.play(beep())
        (part,) = await party.parts(bool)
        assert (part.identity, part.name) == (guest.identity, "Ben")
        assert part.duration_ms
        assert PRICE.seconds * 1000 < part.duration_ms < (PRICE.seconds + 6) * 1000
        heard = party.heard(part)
        assert loudness(heard) > 3000
        assert len(party.files) == 1


async def test_two_voices_stand_in_the_mixed_file_at_the_times_at_which_they_spoke(
    stack: TestStack,
) -> None:
    async with meet(stack) as party:
        host, guest = party.host, party.guest
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await party.agree(host, guest)
        await party.record()
        played_at = []
        for one in (host, guest, host):
            await asyncio.gather(host.play(silence(1.5)), guest.play(silence(1.5)))
            played_at.append(time.time())
            await one.play(beep())
        await asyncio.gather(host.play(silence(1.0)), guest.play(silence(1.0)))
        await party.record(OFF)
        await party.parts(lambda parts: len(parts) == 2)
        _, listed = await party.ask("GET", f"/meetings/{party.room_sid}/sound")
        body, _ = await party.ask("GET", listed["mixed"]["url"])
        path = stack.folder / f"{party.room_sid}.flac"
        path.write_bytes(body)
        heard_at = loud_at(read(path))
        assert len(heard_at) == 3
        distances = np.diff(heard_at) - np.diff(played_at)
        assert np.abs(distances).max() < 0.05
        # The clock of the file is that of the transcript.
        offset = listed["mixed"]["started_at_ms"] / 1000 + heard_at[0] - played_at[0]
        assert -0.05 < offset < 0.5


async def test_who_withdraws_is_stopped_at_once_and_erased_if_that_is_wished(
    stack: TestStack,
) -> None:
    async with meet(stack) as party:
        host, guest = party.host, party.guest
        await asyncio.gather(host.open_microphone(), guest.open_microphone())
        await party.agree(host, guest)
        await party.record()
        both = (silence(2.0), silence(2.0))
        await asyncio.gather(*(one.play(s) for one, s in zip((host, guest), both, strict=True)))
        reply = await guest.perform(party.agent, SOUND_CONSENT_METHOD, NO)
        assert SoundState.model_validate_json(reply).recorded == [host.identity]
        await asyncio.gather(guest.play(beep()), host.play(silence(0.5)))
        await host.wait_until(lambda: party.state(host).recorded == [host.identity])
        (part,) = await party.parts(bool, of=guest.identity)
        assert loudness(party.heard(part)) < 1000

        await party.agree(guest)
        await asyncio.gather(guest.play(beep()), guest.play(silence(1.0)))
        await guest.perform(party.agent, SOUND_CONSENT_METHOD, FORGET)
        await party.record(OFF)
        (left,) = await party.parts(lambda parts: len(parts) == 1)
        assert left.identity == host.identity
        await until(lambda: party.files == [left.id] and not growing(stack))


async def test_erasing_ones_words_erases_ones_voice(stack: TestStack) -> None:
    async with meet(stack) as party:
        await party.guest.open_microphone()
        await party.agree(party.guest)
        await party.record()
        await party.guest.play(silence(2.0))
        await party.guest.answer(party.agent, ConsentRequest(answer="no", erase=True))
        await party.parts(lambda parts: not parts)
        await until(lambda: not party.files and not growing(stack))


async def test_nothing_is_recorded_off_the_record(stack: TestStack) -> None:
    async with meet(stack) as party:
        host, guest = party.host, party.guest
        await guest.open_microphone()
        await party.agree(guest)
        await party.record()
        await guest.play(silence(1.5))
        await host.put_off_the_record(party.agent, off=True)
        await host.wait_until(lambda: party.state(host).recorded == [])
        began = time.time()
        # The silence behind it: what a busy machine plays late was said before the end, too.
        await guest.play(np.concatenate((np.tile(beep(), 15), silence(1.0))))
        await host.put_off_the_record(party.agent, off=False)
        ended = time.time()
        await guest.publication.wait_for_subscription()
        await guest.play(silence(2.0))
        await party.record(OFF)
        first, second = await party.parts(lambda parts: len(parts) == 2)
        assert first.duration_ms
        assert first.started_at_ms + first.duration_ms < began * 1000 + 200
        assert second.started_at_ms > ended * 1000 - 200
        for part in (first, second):
            assert loudness(party.heard(part)) < 1000


async def test_the_recording_is_switched_over_http(stack: TestStack) -> None:
    async with meet(stack) as party:
        guest = party.guest
        await guest.open_microphone()
        await party.agree(guest)
        path = f"/meetings/{party.room_sid}/sound/recording"
        await party.ask("PUT", path, json={"on": True})
        await guest.wait_until(lambda: party.state(guest).recorded == [guest.identity])
        await guest.play(silence(1.5))
        await party.ask("PUT", path, json={"on": False})
        await guest.wait_until(lambda: party.state(guest).on_since_ms is None)
        await party.parts(lambda parts: len(parts) == 1)


async def test_a_killed_job_loses_no_more_than_a_second_and_its_successor_goes_on(
    stack: TestStack,
) -> None:
    before = job_processes(stack)
    async with meet(stack) as party:
        host, guest = party.host, party.guest
        await guest.open_microphone()
        await party.agree(guest)
        await party.record()
        await guest.play(silence(1.0))
        await guest.play(PRICE.samples)
        (job,) = job_processes(stack) - before
        killed_at = time.time()
        os.kill(job, signal.SIGKILL)
        party.agent = await host.wait_for_agent(not_one_of=(party.agent,))
        await host.wait_until(lambda: party.state(host).recorded == [guest.identity])

        async def speak_until_recorded() -> None:
            async with Store(stack.database_url) as store:
                while len(await store.list_sound_parts(party.room_sid)) < 2:
                    await guest.play(silence(0.2))

        await asyncio.wait_for(speak_until_recorded(), KEPT_SECONDS)
        await guest.play(beep())
        await guest.play(silence(1.0))
        await party.record(OFF)
        first, second = await party.parts(lambda parts: len(parts) == 2)
        assert first.duration_ms
        lost = killed_at - (first.started_at_ms + first.duration_ms) / 1000
        assert lost < 1.0
        assert loudness(party.heard(first)) > 3000
        assert len(loud_at(party.heard(second))) == 1
        assert second.started_at_ms > killed_at * 1000


async def test_a_stranger_with_the_hosts_words_is_not_recorded_without_a_yes(
    stack: TestStack,
) -> None:
    async with meet(stack) as party:
        await party.agree(party.host, party.guest)
        await party.record()
        seats_url, room = party.host.url, party.host.room.name
        async with Person(seats_url, make_token(room, "stranger")) as stranger:
            await stranger.wait_for_agent()
            await stranger.open_microphone()
            await stranger.play(silence(1.5))
            await party.host.wait_until(
                lambda: any("stranger" in one.text for one in party.host.notices)
            )
            assert "stranger" not in party.state(party.host).recorded
        await party.record(OFF)
        assert await party.parts(lambda parts: True) == []
