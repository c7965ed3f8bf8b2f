"""People come, go, mute and come back; agents are sent twice or die: no line lost, none twice."""

import asyncio
import os
import signal

import psutil
import pytest
from livekit import api

from lab.emulators.openai_chat import API_KEY as MODEL_KEY
from lab.emulators.openai_chat import OpenAIChat, running_chat
from lab.emulators.openai_chat_models import MODEL
from records import Store
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line, share_heard, silence
from tests.agent.test_room_statistics import reports_of
from tests.agent.waiting import until
from tests.parts import API_KEY, API_SECRET, MediaServer, RunningProcess, TestStack, python_part
from wire.controls import (
    CATCH_UP_METHOD,
    PIN_METHOD,
    PROMPT_METHOD,
    CatchUpReply,
    PinRequest,
    PromptRequest,
)
from wire.gap import GAP
from wire.roles import RoomLife, seal_identity
from wire.topics import AGENT_NAME

pytestmark = pytest.mark.room

GREETING, PRICE, LAST = read_line(2), read_line(8), read_line(16)
COMPETITOR = read_line(6)


@pytest.fixture
async def server(stack: TestStack) -> api.LiveKitAPI:  # type: ignore[misc]
    async with api.LiveKitAPI(stack.media_server.url, API_KEY, API_SECRET) as opened:
        yield opened


def words_in_figures(host: Person) -> int:
    reports = reports_of(host)
    return sum(speaker.words for speaker in reports[-1].speakers) if reports else 0


async def test_the_last_word_of_somebody_who_leaves_at_once_arrives(stack: TestStack) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        await host.wait_for_agent()
        await guest.open_microphone()
        end = round(GREETING.words_end_seconds * 16000)
        await guest.play(GREETING.samples[:end])
        await guest.leave()
        await host.wait_until(lambda: host.finals_of(seats.guest_identity))
        said = host.text_of(seats.guest_identity)
        assert said.split()[-1] == "here"
        assert share_heard(GREETING.words, said) >= 0.7


async def test_mute_a_new_track_and_a_second_coming_lose_and_double_nothing(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        agent = await host.wait_for_agent()
        times_heard = 0

        async def say_and_check() -> None:
            nonlocal times_heard
            await guest.say(GREETING.samples)
            times_heard += 1
            await host.wait_until(
                lambda: host.text_of(seats.guest_identity).split().count("here") == times_heard
            )

        await guest.open_microphone()
        await say_and_check()
        first_track = guest.publication.sid

        guest.track.mute()
        await guest.play(PRICE.samples)  # nobody may hear this
        guest.track.unmute()
        await say_and_check()

        await guest.close_microphone()
        await guest.open_microphone()
        assert guest.publication.sid != first_track
        await say_and_check()

        await guest.leave()
        guest.room = type(guest.room)()
        await guest.join()
        assert guest.identity == seats.guest_identity
        await guest.open_microphone()
        await say_and_check()

        said = host.text_of(seats.guest_identity)
        assert share_heard(" ".join([GREETING.words] * 4), said) >= 0.7
        assert len(said.split()) <= 4 * len(GREETING.words.split()) + 2
        assert "price" not in said
        ids = [line.attributes.segment_id for line in host.finals]
        numbers = [line.attributes.sequence for line in host.finals]
        assert numbers == sorted(set(numbers))
        assert len(ids) == len(set(ids))
        tracks = {line.attributes.track_sid for line in host.finals}
        assert len(tracks) == 3
        assert host.agents == [agent]


async def test_an_agent_that_is_sent_twice_comes_once(
    stack: TestStack, server: api.LiveKitAPI
) -> None:
    seats = await open_room(stack.token_server_url)
    async with Person(seats.url, seats.host_token) as host:
        agent = await host.wait_for_agent()
        for _ in range(2):
            await server.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name=AGENT_NAME, room=seats.room_name)
            )
        await until_declined(stack.worker, seats.room_name, times=2)
        present = await server.room.list_participants(
            api.ListParticipantsRequest(room=seats.room_name)
        )
        assert [one.identity for one in present.participants if one.identity != host.identity] == [
            agent
        ]
        assert host.agents == [agent]


async def until_declined(worker: RunningProcess, room_name: str, times: int) -> None:
    def declined() -> int:
        return sum(
            "another agent serves this room" in line and room_name in line
            for line in worker.output().splitlines()
        )

    await until(lambda: declined() >= times)


def job_processes(stack: TestStack) -> set[int]:
    """Processes of the worker that are connected to the media server."""
    found = set()
    for process in psutil.Process(stack.worker.pid).children(recursive=True):
        try:
            connections = process.net_connections("tcp")
        except psutil.Error:
            continue
        if any(one.raddr and one.raddr.port == stack.media_server.port for one in connections):
            found.add(process.pid)
    return found


async def test_a_killed_job_is_followed_by_one_that_counts_on(stack: TestStack) -> None:
    before = job_processes(stack)
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as host,
        Person(seats.url, seats.guest_token) as guest,
    ):
        first = await host.wait_for_agent()
        room_sid = await host.room.sid
        await guest.open_microphone()
        await guest.say(PRICE.samples)
        await host.wait_until(lambda: host.talking_points)
        await host.wait_until(lambda: "people" in host.text_of(seats.guest_identity))

        pin = PinRequest(id=host.talking_points[0].id)
        await host.perform(first, PIN_METHOD, pin)
        await host.perform(first, PROMPT_METHOD, PromptRequest(goal="Sell forty seats."))
        await host.wait_until(lambda: len(host.talking_points) == 2)

        (job,) = job_processes(stack) - before
        os.kill(job, signal.SIGKILL)
        second = await host.wait_for_agent(not_one_of=(first,))
        assert second != first

        async def say_until_heard() -> None:
            # The new agent takes the track some moments after it is seen.
            # What it told before is on the screen, and its rule rests: nothing comes twice.
            await guest.say(PRICE.samples)
            while len(host.talking_points) < 3:
                await guest.say(COMPETITOR.samples)

        await asyncio.wait_for(say_until_heard(), 60)
        await guest.play(silence(1.0))
        assert [(point.sequence, point.rule_id) for point in host.talking_points] == [
            (1, "pricing"),
            (2, "pricing"),
            (3, "competitor"),
        ]
        reply = CatchUpReply.model_validate_json(await host.perform(second, CATCH_UP_METHOD))
        assert [(point.rule_id, point.pinned) for point in reply.talking_points] == [
            ("pricing", True),
            ("competitor", False),
        ]
        assert reply.state
        assert reply.state.goal == "Sell forty seats."
        # What the first one heard counts in the figures of the second.
        said = " ".join(line.text for line in host.finals_of(guest.identity))
        await host.wait_until(lambda: words_in_figures(host) >= len(said.split()))
        async with Store(stack.database_url) as store:
            segments = await store.list_segments(room_sid)
            points = await store.list_talking_points(room_sid)
        assert points == host.talking_points[1:]
        kept = {segment.id for segment in segments}
        ids = [line.attributes.segment_id for line in host.finals]
        assert len(ids) == len(set(ids))
        assert set(ids) <= kept
        # That nobody listened for a moment is for everybody; the rest is not.
        assert {packet.topic for packet in guest.packets} == {GAP}


async def test_an_answer_of_the_model_reaches_the_host_and_nobody_else(
    media_server: MediaServer, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    room_name = "model-room"
    async with running_chat(OpenAIChat()) as model:
        worker = python_part(
            "worker",
            "agent",
            "start",
            folder=tmp_path_factory.mktemp("model"),
            LIVEKIT_URL=media_server.url,
            DATABASE_URL=database_url,
            OPENAI_API_KEY=MODEL_KEY,
            OPENAI_BASE_URL=model.base_url,
            LLM_MODEL=MODEL,
            AGENT_DRAIN_SECONDS="0",
        )
        worker.start()
        try:
            await asyncio.to_thread(worker.wait_for, "registered worker")
            host_token, guest_token = (make_seat(room_name, role) for role in ("host", "guest"))
            async with api.LiveKitAPI(media_server.url, API_KEY, API_SECRET) as server:
                await server.agent_dispatch.create_dispatch(
                    api.CreateAgentDispatchRequest(agent_name=AGENT_NAME, room=room_name)
                )
            async with (
                Person(media_server.url, host_token) as host,
                Person(media_server.url, guest_token) as guest,
            ):
                await host.wait_for_agent()
                await guest.open_microphone()
                await guest.say(GREETING.samples)
                await host.wait_until(
                    lambda: [point for point in host.talking_points if point.complete]
                )
                points = host.talking_points
                assert {point.source for point in points} == {"model"}
                assert [point.sequence for point in points] == list(range(1, len(points) + 1))
                assert points[-1].text.startswith(("Ask", "Answer"))
                (line,) = [
                    one for one in host.finals if one.attributes.segment_id == points[-1].segment_id
                ]
                assert points[-1].quote in line.text
                assert guest.packets == []
        finally:
            await asyncio.to_thread(worker.stop)
        output = worker.output()
        assert MODEL_KEY not in output
        assert line.text not in output


def make_seat(room_name: str, role: str) -> str:
    life = RoomLife(name=room_name, created_at_ms=0)
    identity = seal_identity(API_SECRET, life, role, f"seed of {role}")  # type: ignore[arg-type]
    grants = api.VideoGrants(room_join=True, room=room_name)
    token = api.AccessToken(API_KEY, API_SECRET).with_identity(identity).with_grants(grants)
    return token.with_name(role).to_jwt()
