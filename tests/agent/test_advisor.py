import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from agent.advice_request import INSTRUCTIONS, Person
from agent.advisor import AdviceLimits, Advisor
from agent.call_settings import CallSettings
from agent.proposal import Proposal
from lab.emulators.openai_chat_faults import Fault, SeenRequest
from lab.emulators.openai_chat_models import ChatModel
from playbook.rules import Match
from records import Store
from tests.agent.models.asking import Served, material_of, serve
from tests.agent.test_talking_points import PRICING, Desk
from tests.agent.waiting import until
from transcript_buffer import Segment, TranscriptBuffer
from wire.talking_point import BriefLine

pytestmark = pytest.mark.unit

TRAVEL = "we spend far too much on travel"
SAY = "Ask Ben to say more about travel."
LONG_GOAL = "win a pilot with forty people before the summer holidays begin in Vienna"
"""Follows in the model's answer, so that it is worth showing before it is whole."""
LONG_EVENTS = 13
"""Pieces that end within it."""
FIRST, SECOND = ChatModel(name="first"), ChatModel(name="second")


class Bench(Desk):
    """An advisor with real models, talking points and settings; time stands still."""

    def __init__(self, store: Store, served: Served) -> None:
        super().__init__(store)
        self.served = served
        self.proposals: list[Proposal] = []
        self.taken: list[bool] = []
        self.brief: list[BriefLine] = []
        self.transcript = TranscriptBuffer()
        self.settings = CallSettings(store, "RM_1", playbook="sales")
        really_propose = self.points.propose

        def propose(proposal: Proposal) -> bool:
            self.proposals.append(proposal)
            self.taken.append(really_propose(proposal))
            return self.taken[-1]

        self.points.propose = propose  # type: ignore[method-assign]
        self.advisor = Advisor(
            models=served.chain,
            transcript=self.transcript,
            talking_points=self.points,
            settings=self.settings,
            people=lambda: [Person(name="Ana", role="host"), Person(name="Ben", role="guest")],
            brief_lines=lambda _: self.brief,
            limits=AdviceLimits(),
            now=lambda: self.now,
        )

    def say(self, text: str, **changes: Any) -> Segment:
        self.now += 1
        segment = self.segment(text, **changes)
        self.transcript.push(segment)
        self.points.hear(segment)
        self.advisor.hear(segment)
        return segment

    @property
    def requests(self) -> list[SeenRequest]:
        return [one for one in self.served.chat.record.requests if one.purpose != "summary"]

    def material(self, number: int = -1) -> dict[str, Any]:
        return material_of(self.requests[number].body)

    async def asked(self, times: int) -> None:
        await until(lambda: len(self.requests) >= times)

    async def shown(self, times: int = 1) -> Proposal:
        await until(lambda: len([one for one in self.proposals if one.complete]) >= times)
        return self.proposals[-1]

    async def idle(self) -> None:
        """Wait until the last request is over and its answer was taken."""
        await until(lambda: self.advisor._asking is None and not self.advisor._news.is_set())


@pytest.fixture
async def bench(store: Store, request: Any) -> AsyncIterator[Bench]:
    await store.open_meeting("RM_1", room_name="room", now_ms=1)
    async with asyncio.timeout(60), AsyncExitStack() as opened:
        models = getattr(request, "param", (ChatModel(),))
        made = Bench(store, await serve(opened, *models))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(made.advisor.run())
            yield made
            running.cancel()


async def test_a_turn_of_a_guest_brings_one_talking_point_that_grows(bench: Bench) -> None:
    segment = bench.say(TRAVEL)
    last = await bench.shown()
    assert len({one.id for one in bench.proposals}) == 1
    assert len(bench.proposals) > 1
    for earlier, later in zip(bench.proposals, bench.proposals[1:], strict=False):
        assert later.text.startswith(earlier.text)
    assert (last.text, last.quote, last.segment) == (SAY, TRAVEL, segment)
    assert (last.source, last.rule_id) == ("model", None)
    assert last.read_identities == {"guest-1"}
    assert not bench.advisor.dropped


async def test_hosts_interims_and_silence_ask_nothing(bench: Bench) -> None:
    bench.say("hello everybody", speaker="host-1")
    bench.say("we spend", final=False)
    bench.advisor.hear(bench.segment(""))
    bench.say(TRAVEL)
    await bench.shown()
    assert len(bench.requests) == 1
    assert [one["said"] for one in bench.material()["transcript"]] == ["hello everybody", TRAVEL]


async def test_the_model_reads_who_is_there_what_the_host_wants_and_what_was_told(
    bench: Bench,
) -> None:
    await bench.settings.set_prompt(goal="a pilot", instruction="be brief")
    bench.brief = [BriefLine(document="prices.md", line=3, text="Travel costs forty a month.")]
    bench.propose("Offer a pilot with five people.")
    bench.say(TRAVEL)
    await bench.asked(1)
    material = bench.material()
    assert material["people"] == [{"name": "Ana", "role": "host"}, {"name": "Ben", "role": "guest"}]
    assert (material["goal"], material["instruction"]) == ("a pilot", "be brief")
    assert material["told"] == [{"say": "Offer a pilot with five people.", "host": "shown"}]
    assert material["brief"][0]["document"] == "prices.md"
    system = bench.requests[0].body["messages"][0]["content"]
    assert system == INSTRUCTIONS


async def test_advice_that_takes_from_the_brief_carries_its_line(bench: Bench) -> None:
    line = BriefLine(document="prices.md", line=3, text="How much we spend on travel: forty.")
    bench.brief = [line]
    bench.say(TRAVEL)
    last = await bench.shown()
    assert last.answer == line
    assert "forty" in last.text


async def test_a_hit_is_refined_at_once_under_its_own_id(bench: Bench) -> None:
    segment = bench.segment("what is the price of the big travel package")
    bench.transcript.push(segment)
    match = Match(rule=PRICING, phrase="the price", quote="the price", position=0)
    point_id = bench.points.hit(match, segment)
    assert point_id
    bench.advisor.on_hit(match, segment, point_id)
    bench.advisor.hear(segment)
    last = await bench.shown()
    assert bench.proposals == [last]
    assert (last.id, last.source, last.rule_id) == (point_id, "model", "pricing")
    assert bench.material()["rule"] == PRICING.say
    assert bench.newest().version == 2
    assert bench.newest().text == last.text


async def test_a_hit_on_an_interim_is_refined_when_the_segment_ends(bench: Bench) -> None:
    interim = bench.segment("what is the price", final=False)
    match = Match(rule=PRICING, phrase="the price", quote="the price", position=0)
    point_id = bench.points.hit(match, interim)
    assert point_id
    bench.advisor.on_hit(match, interim, point_id)
    assert not bench.requests
    final = replace(interim, text="what is the price of travel", final=True)
    bench.transcript.push(final)
    bench.advisor.hear(final)
    assert (await bench.shown()).id == point_id


async def test_nothing_useful_to_say_shows_nothing(bench: Bench) -> None:
    bench.say("thank you")
    await bench.asked(1)
    bench.say(TRAVEL)
    await bench.shown()
    assert len({one.id for one in bench.proposals}) == 1
    assert not bench.advisor.dropped


@pytest.mark.parametrize(
    "fields",
    [
        {"quote": "the moon is made of cheese"},
        {"quote": ""},
        {"quote": "?!"},
        {"quote": "vel"},  # part of a word
        {"line": 2},
        {"line": -1},
        {"line": 0},
    ],
)
async def test_an_answer_that_rests_on_nothing_said_is_dropped_and_counted(
    fields: dict[str, object], bench: Bench
) -> None:
    bench.served.chat.script([Fault(kind="fields", fields=fields)])
    bench.say(TRAVEL)
    await until(lambda: bench.advisor.dropped["unsupported"])
    assert bench.proposals == []


async def test_an_answer_that_repeats_the_instructions_is_dropped_and_counted(
    bench: Bench,
) -> None:
    bench.served.chat.script([Fault(kind="leak")])
    bench.say(TRAVEL)
    await until(lambda: bench.advisor.dropped["leaked"])
    await bench.idle()
    told = " ".join(one.text for one in bench.proposals)
    assert "the host of a live call" not in told
    assert [one for one in bench.points.recent() if one.state == "shown"] == []


async def test_one_request_is_in_flight_and_the_newest_turn_waits(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="slow", seconds=0.3)])
    bench.say("turn number one about travel")
    await bench.asked(1)
    for number in range(2, 6):
        bench.say(f"turn number {number} about flights{number}")
    await bench.asked(2)
    await bench.idle()
    assert bench.served.chat.record.most_in_flight == 1
    assert len(bench.requests) == 2
    assert bench.material()["transcript"][-1]["said"] == "turn number 5 about flights5"


async def test_an_answer_the_conversation_has_left_behind_is_dropped(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="slow", seconds=0.3)])
    bench.say(TRAVEL)
    await bench.asked(1)
    bench.now += 16
    await until(lambda: bench.advisor.dropped["stale"])
    assert bench.proposals == []


async def test_many_turns_later_an_answer_is_stale_too(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="slow", seconds=0.3)])
    bench.say(TRAVEL)
    await bench.asked(1)
    for number in range(9):
        bench.say(f"so number {number}", speaker="host-1", start_seconds=1.0)
        bench.now -= 1
    await until(lambda: bench.advisor.dropped["stale"])


async def test_while_paused_nothing_is_asked_and_nothing_begun(bench: Bench) -> None:
    await bench.settings.set_paused(True)
    bench.say(TRAVEL)
    await bench.settings.set_paused(False)
    bench.say("and on hotels as well")
    await bench.shown()
    assert len(bench.requests) == 1


async def test_a_pause_drops_what_is_under_way(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="slow", seconds=0.3)])
    bench.say(TRAVEL)
    await bench.asked(1)
    await bench.settings.set_paused(True)
    await bench.idle()
    assert bench.proposals == []


async def test_a_pause_closes_what_is_shown_in_part_though_the_model_writes_on(
    bench: Bench,
) -> None:
    bench.served.chat.script([Fault(kind="pause", events=LONG_EVENTS, seconds=0.3)])
    await bench.settings.set_prompt(goal=LONG_GOAL, instruction=None)
    bench.say(TRAVEL)
    await until(lambda: bench.points.recent())
    assert not bench.newest().complete
    await bench.settings.set_paused(True)
    bench.paused = True
    await bench.idle()
    assert bench.taken[-1] is False
    assert bench.newest().complete
    assert bench.newest().text.endswith(" …")


@pytest.mark.parametrize("bench", [(FIRST, SECOND)], indirect=True)
async def test_when_a_model_dies_in_mid_stream_the_same_talking_point_goes_on(
    bench: Bench,
) -> None:
    bench.served.chat.script([Fault(kind="cut", model="first", events=9)])
    bench.say(TRAVEL)
    last = await bench.shown()
    assert bench.served.asked == ["first", "second"]
    assert len({one.id for one in bench.proposals}) == 1
    lengths = [len(one.text) for one in bench.proposals]
    assert lengths == sorted(lengths)
    assert last.text == SAY
    assert bench.newest().complete


async def test_when_all_die_the_talking_point_is_closed_and_marked(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="cut", events=LONG_EVENTS), Fault(status=401)])
    await bench.settings.set_prompt(goal=LONG_GOAL, instruction=None)
    bench.say(TRAVEL)
    await until(lambda: bench.advisor.failures)
    await bench.idle()
    last = bench.newest()
    assert last.complete
    assert last.text.endswith(" …")
    assert f"{SAY} Keep in mind: {LONG_GOAL}".startswith(last.text.removesuffix(" …"))


async def test_when_all_die_behind_the_first_words_nothing_is_shown(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="cut", events=9), Fault(status=401)])
    bench.say(TRAVEL)
    await until(lambda: bench.advisor.failures)
    await bench.idle()
    assert bench.taken
    assert bench.points.recent() == []


async def test_a_talking_point_that_the_hosts_are_spared_is_read_no_further(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="fields", fields={"say": "Offer them our free pilot."})])
    bench.points.propose(bench.proposal("Offer them our free pilot."))
    bench.say(TRAVEL)
    await bench.asked(1)
    await bench.idle()
    assert bench.taken[-1] is False
    assert [point.text for point in bench.points.recent()] == ["Offer them our free pilot."]


async def begun(bench: Bench) -> None:
    """Have an answer that was shown in part and goes no further."""
    bench.served.chat.script([Fault(kind="pause", events=9)])
    bench.say("we like your product")
    bench.say(TRAVEL, speaker="cem")
    await until(lambda: bench.proposals)


@pytest.mark.parametrize("identity", ["cem", "guest-1"])
async def test_an_answer_whose_window_held_erased_words_says_no_more(
    identity: str, bench: Bench
) -> None:
    await begun(bench)
    shown = len(bench.proposals)
    await bench.advisor.erase_speaker(identity)
    await bench.points.erase_speaker(identity)
    bench.transcript.erase_speaker(identity)
    bench.say("the demo was about hotels", speaker="dora")
    await bench.shown()
    later = bench.proposals[shown:]
    assert {one.segment.speaker for one in later} == {"dora"}
    assert all(identity not in one.read_identities for one in later)
    assert identity not in str(bench.material())
    assert not any(one["said"] == TRAVEL for one in bench.material()["transcript"]) or (
        identity != "cem"
    )


async def test_an_erasure_that_concerns_nothing_asked_changes_nothing(bench: Bench) -> None:
    bench.served.chat.script([Fault(kind="pause", events=9, seconds=0.3)])
    bench.say(TRAVEL)
    await until(lambda: bench.proposals)
    await bench.advisor.erase_speaker("somebody")
    assert (await bench.shown()).text == SAY


async def test_a_summary_of_what_left_the_window_is_written_and_read(bench: Bench) -> None:
    for number in range(16):
        bench.say(f"our plan number {number} is about hotels{number}", speaker="host-1")
        bench.now += 4
    bench.say(f"and {TRAVEL}")
    bench.now += 1
    await until(lambda: bench.advisor._summary.text)
    await bench.idle()
    bench.say("so tell us about flights")
    await until(lambda: bench.material()["summary"])
    assert "hotels1" in bench.material()["summary"]
    assert "host-1" in bench.advisor._summary.read_identities
    await bench.advisor.erase_speaker("host-1")
    assert bench.advisor._summary.text == ""


async def test_a_successor_sums_up_what_its_predecessor_had_heard(bench: Bench) -> None:
    said = []
    for number in range(16):
        bench.now += 5
        said.append(bench.segment(f"our plan number {number} is about hotels{number}"))
    bench.now += 60
    bench.advisor.recall(said)
    await until(lambda: bench.advisor._summary.text)
    bench.say(TRAVEL)
    await until(lambda: bench.requests)
    assert "hotels1" in bench.material()["summary"]
    await bench.advisor.erase_speaker(said[0].speaker)
    assert bench.advisor._summary.text == ""
