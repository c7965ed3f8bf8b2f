"""Whoever was away catches up, on the real media server, and sees no more than is theirs."""

import asyncio
import json
from functools import partial

import pytest

from tests.agent.notebook import Notebook
from tests.agent.people import Person, Seats, make_token, open_room
from tests.agent.speech import read_line, silence
from tests.parts import API_SECRET, TestStack
from wire.controls import (
    DISMISS_METHOD,
    PAUSE_METHOD,
    PIN_METHOD,
    PROMPT_METHOD,
    RESUME_METHOD,
    CallState,
    CatchUpReply,
    PinRequest,
    PointRequest,
    PromptRequest,
)
from wire.roles import seal_identity

pytestmark = pytest.mark.room

COMPETITOR, PRICE, TIMELINE, CUSTOMERS = (read_line(number) for number in (6, 8, 14, 9))


def cohost(seats: Seats, name: str) -> str:
    """A token of another host."""
    identity = seal_identity(API_SECRET, seats.life, "host", f"seed of {name}")
    return make_token(seats.room_name, identity, name=name)


def rules(person: Person) -> set[str | None]:
    return {point.rule_id for point in person.talking_points}


def has_been_told(person: Person, rule: str) -> bool:
    return rule in rules(person)


def has_read(person: Person, identity: str, last_word: str) -> bool:
    return last_word in person.text_of(identity).split()[-3:]


async def test_a_host_who_was_cut_off_and_one_who_comes_late_end_equal_to_one_who_was_not(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    bea_token, books = cohost(seats, "Bea"), {name: Notebook() for name in ("ana", "bea", "cem")}
    async with (
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
        Person(seats.url, make_token(seats.room_name, "stranger")) as stranger,
    ):
        agent = await ana.wait_for_agent()
        await asyncio.gather(ana.open_microphone(), ben.open_microphone())
        async with Person(seats.url, bea_token) as bea:
            await bea.wait_for_agent()
            await books["bea"].catch_up(bea, agent)
            await ben.say(PRICE.samples)
            for one in (ana, bea):
                await one.wait_until(partial(has_been_told, one, "pricing"))
                await one.wait_until(partial(one.finals_of, ben.identity))
        books["bea"].read(bea)
        assert len(books["bea"].points) == 1

        # In the middle of talking points, and everything that can happen to one of them happens.
        await ben.say(COMPETITOR.samples)
        await ana.wait_until(lambda: "competitor" in rules(ana))
        first, second = ana.talking_points[:2]
        await ana.perform(agent, PIN_METHOD, PinRequest(id=first.id))
        await ana.perform(agent, DISMISS_METHOD, PointRequest(id=second.id))
        await ana.perform(agent, PROMPT_METHOD, PromptRequest(goal="Sell forty seats."))
        await ana.say(CUSTOMERS.samples)

        async with (
            Person(seats.url, bea_token) as bea,
            Person(seats.url, cohost(seats, "Cem")) as cem,
        ):
            for name, one in (("bea", bea), ("cem", cem)):
                await one.wait_for_agent()
                await books[name].catch_up(one, agent)
            await ben.say(TIMELINE.samples)
            for one in (ana, bea, cem):
                await one.wait_until(partial(has_been_told, one, "timeline"))
                await one.wait_until(partial(has_read, one, ben.identity, "year"))
            await ben.play(silence(1.0))
            for name, one in (("ana", ana), ("bea", bea), ("cem", cem)):
                books[name].read(one)
        for name in ("bea", "cem"):
            assert books[name].finals == books["ana"].finals
            assert books[name].points == books["ana"].points
            assert books[name].state == books["ana"].state
        state = {point.rule_id: point for point in books["bea"].points.values()}
        assert (state["pricing"].pinned, state["competitor"].state) == (True, "dismissed")
        assert books["bea"].state
        assert books["bea"].state.goal == "Sell forty seats."
        numbers = sorted(books["ana"].finals)
        assert numbers == list(range(1, len(numbers) + 1))

        # A guest and a stranger get the words that everybody heard, and nothing else.
        private = [point.text for point in books["ana"].points.values()] + ["Sell forty seats."]
        for one in (ben, stranger):
            book = Notebook()
            await book.catch_up(one, agent)
            assert book.finals == books["ana"].finals
            for reply in book.replies:
                assert not any(text in reply for text in private)
                page = CatchUpReply.model_validate(json.loads(reply))
                assert (page.talking_points, page.tasks, page.answers) == ([], [], [])
                assert (page.state, page.since) == (None, 0)
            assert one.private_topics == set()


async def test_a_pause_stops_advice_and_nothing_else_and_every_host_is_told(
    stack: TestStack,
) -> None:
    seats = await open_room(stack.token_server_url)
    async with (
        Person(seats.url, seats.host_token) as ana,
        Person(seats.url, seats.guest_token) as ben,
    ):
        agent = await ana.wait_for_agent()
        reply = await ana.perform(agent, PAUSE_METHOD)
        assert CallState.model_validate_json(reply).paused
        await ben.open_microphone()
        await ben.say(PRICE.samples)
        await ana.wait_until(lambda: "people" in ana.text_of(ben.identity))
        assert ana.talking_points == []
        await ana.perform(agent, RESUME_METHOD)
        await ben.say(COMPETITOR.samples)
        await ana.wait_until(lambda: ana.talking_points)
        assert rules(ana) == {"competitor"}
        book = Notebook()
        book.read(ana)
        assert book.state
        assert not book.state.paused
