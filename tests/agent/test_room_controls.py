"""Requests that are malformed, oversized or of somebody else change nothing, on the real server."""

import asyncio
import sqlite3
import sys
from contextlib import closing

import pytest
from livekit import rtc

from agent.controls import LONGEST_TEXT_REQUEST
from tests.agent.people import Person, open_room
from tests.agent.speech import read_line
from tests.parts import TestStack, clean_environment
from wire import controls as wire
from wire.consent import BAD_REQUEST, NOT_ALLOWED, OFF_THE_RECORD_METHOD
from wire.topics import ADVICE

pytestmark = pytest.mark.room

PRICE = read_line(8)
FOR_HOSTS = {
    wire.PAUSE_METHOD: "{}",
    wire.RESUME_METHOD: "{}",
    wire.MUTE_METHOD: "{}",
    wire.UNMUTE_METHOD: "{}",
    wire.ASK_METHOD: '{"question": "What is the price?"}',
    wire.PROMPT_METHOD: '{"goal": "Lose."}',
    wire.PIN_METHOD: '{"id": "TP"}',
    wire.DISMISS_METHOD: '{"id": "TP"}',
    wire.USEFUL_METHOD: '{"id": "TP"}',
    wire.TASK_CONFIRM_METHOD: '{"id": "TK_0"}',
    wire.TASK_REJECT_METHOD: '{"id": "TK_0"}',
    wire.PLAYBOOK_SET_METHOD: '{"name": "interview"}',
    OFF_THE_RECORD_METHOD: '{"off": true}',
}
TABLES = ("talking_points", "tasks", "answers", "call_states", "off_the_record", "consents")


def rows(stack: TestStack) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a control could change in the store."""
    path = stack.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in TABLES
        }


async def refusal(person: Person, agent: str, method: str, payload: str) -> tuple[int, str]:
    with pytest.raises(rtc.RpcError) as caught:
        await person.perform(agent, method, payload)
    return caught.value.code, caught.value.message


async def test_what_is_malformed_oversized_or_not_allowed_changes_nothing(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
    ):
        agent = await ana.wait_for_agent()
        await ben.open_microphone()
        await ben.say(PRICE.samples)
        await ana.wait_until(lambda: ana.talking_points and ana.finals)
        (point,) = ana.talking_points
        state = await ana.perform(agent, wire.CATCH_UP_METHOD)
        before = rows(stack)

        for method, request in FOR_HOSTS.items():
            own = request.replace('"TP"', f'"{point.id}"')
            assert (await refusal(ben, agent, method, own))[0] == NOT_ALLOWED, method
            for bad in ("", "[]", "{", '{"v": 1, "more": 1}', '{"id": 7, "off": 7, "name": 7}'):
                assert (await refusal(ana, agent, method, bad))[0] == BAD_REQUEST, (method, bad)
            oversized = own[:-1] + " " * LONGEST_TEXT_REQUEST + "}"
            assert (await refusal(ana, agent, method, oversized))[0] == BAD_REQUEST, method
        for method in (wire.PIN_METHOD, wire.DISMISS_METHOD, wire.USEFUL_METHOD):
            code, _ = await refusal(ana, agent, method, '{"id": "TP_0"}')
            assert code == wire.NOT_FOUND
        code, words = await refusal(ana, agent, wire.PLAYBOOK_SET_METHOD, '{"name": "nothing"}')
        assert code == wire.NOT_FOUND
        assert "interview, sales, standup" in words
        code, _ = await refusal(ben, agent, wire.CATCH_UP_METHOD, '{"since": -1}')
        assert code == BAD_REQUEST

        assert rows(stack) == before
        assert await ana.perform(agent, wire.CATCH_UP_METHOD) == state


async def test_a_host_sets_another_playbook_and_it_speaks_from_then_on(stack: TestStack) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
    ):
        agent = await ana.wait_for_agent()

        def advice() -> str:
            return ana.room.remote_participants[agent].attributes[ADVICE]

        assert "ales" in advice()
        reply = await ana.perform(
            agent, wire.PLAYBOOK_SET_METHOD, wire.PlaybookRequest(name="interview")
        )
        state = wire.CallState.model_validate_json(reply)
        assert (state.playbook, state.playbooks) == ("interview", ["interview", "sales", "standup"])
        await ana.wait_until(lambda: "nterview" in advice())
        await ben.open_microphone()
        await ben.say(PRICE.samples)
        await ana.wait_until(lambda: "people" in ana.text_of(ben.identity))
        assert "pricing" not in {point.rule_id for point in ana.talking_points}


async def control(link: str, *arguments: str) -> tuple[int, str, str]:
    """Run the command line; return exit code, output and complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent",
        "control",
        link,
        *arguments,
        env=clean_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), complaints.decode()


async def test_the_command_line_does_what_the_page_does_with_the_same_rights(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with Person(seats.url, seats.host_token) as ana:
        await ana.wait_for_agent()
        code, out, _ = await control(
            seats.host_link, "prompt", wire.PromptRequest(goal="Sell.").model_dump_json()
        )
        assert code == 0
        state = wire.CallState.model_validate_json(out)
        assert state.goal == "Sell."
        await ana.wait_until(
            lambda: (
                state.model_dump_json().encode()
                in [packet.content for packet in ana.packets if packet.topic == wire.CALL_STATE]
            )
        )
        assert ana.room.isconnected()  # the command came as a host of its own
        for link, words in (
            (seats.guest_link, f"only a host of this call may ask for this ({NOT_ALLOWED})"),
            (seats.host_link[:-3], "the token server refuses"),
            (stack.token_server_url, "that is no invitation"),
        ):
            code, out, complaints = await control(link, "pause")
            assert (code, out) == (1, "")
            assert words in complaints


async def test_the_command_line_asks_and_writes_the_answer_with_its_quotes(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
    ):
        await ana.wait_for_agent()
        await ben.open_microphone()
        await ben.say(PRICE.samples)
        await ana.wait_until(lambda: "people" in ana.text_of(ben.identity))
        question = wire.AskRequest(question="What did Ben say about people?")
        code, out, complaints = await control(seats.host_link, "ask", question.model_dump_json())
        assert (code, complaints) == (0, "")
        (said,) = [line.text for line in ana.finals_of(ben.identity) if "people" in line.text]
        text, *quotes = [line for line in out.splitlines() if line]
        assert text
        assert f"  Ben: {said!r}" in quotes
        # What it is told is what hosts see, and a guest asks nothing.
        code, out, complaints = await control(seats.guest_link, "ask", question.model_dump_json())
        assert (code, out) == (1, "")
        assert str(NOT_ALLOWED) in complaints
