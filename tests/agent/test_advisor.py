import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent.advisor import Advisor
from agent.llm import OpenAIModel
from agent.publisher import Advice
from tests.agent.test_llm import line, make_model
from tests.agent.waiting import until
from tests.openai_server import SAY, Fault, OpenAIServer, openai_server
from transcript_buffer import Segment, TranscriptBuffer

pytestmark = pytest.mark.unit


class Hosts:
    """Takes what would be sent to the hosts."""

    def __init__(self) -> None:
        self.versions: list[Advice] = []
        self._news = asyncio.Event()

    def publish_advice(self, advice: Advice) -> None:
        self.versions.append(advice)
        self._news.set()

    async def wait_for(self, count: int) -> None:
        while len([one for one in self.versions if one.complete]) < count:
            self._news.clear()
            await self._news.wait()


class Bench:
    """An advisor with a real model client, and what it needs around it."""

    def __init__(self, server: OpenAIServer, model: OpenAIModel, timeout_seconds: float) -> None:
        self.server = server
        self.hosts = Hosts()
        self.transcript = TranscriptBuffer()
        self.advisor = Advisor(
            model=model,
            transcript=self.transcript,
            publisher=self.hosts,  # type: ignore[arg-type]
            timeout_seconds=timeout_seconds,
            now=lambda: 10.0,
        )

    def say(self, segment: Segment) -> None:
        self.transcript.push(segment)
        self.advisor.hear(segment)

    async def asked(self, times: int) -> None:
        while len(self.server.requests) < times:
            self.server.asked.clear()
            await self.server.asked.wait()


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with asyncio.timeout(60), openai_server() as running:
        yield running


@pytest.fixture
async def bench(server: OpenAIServer, request: Any) -> AsyncIterator[Bench]:
    model = make_model(server)
    made = Bench(server, model, getattr(request, "param", 30.0))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.advisor.run())
        yield made
        running.cancel()
    await model.aclose()


async def failed(bench: Bench, times: int) -> None:
    await until(lambda: bench.advisor.failures >= times)


async def test_a_turn_of_a_guest_brings_one_talking_point_with_rising_versions(
    bench: Bench,
) -> None:
    bench.say(line(1, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    versions = bench.hosts.versions
    assert len({one.id for one in versions}) == 1
    assert [one.version for one in versions] == list(range(1, len(versions) + 1))
    assert len(versions) > 1
    last = versions[-1]
    assert (last.text, last.quote, last.segment.id) == (SAY, "too much on travel", "SG_1")
    assert (last.source, last.rule_id, last.complete) == ("model", None, True)
    assert bench.advisor.unsupported == 0


async def test_hosts_interims_and_silence_ask_nothing(bench: Bench) -> None:
    interim = Segment(**{**_fields(line(3, "we spend")), "final": False})
    for segment in (line(1, "hello", "host"), interim, line(2, "")):
        bench.advisor.hear(segment)
    bench.say(line(4, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert len(bench.server.requests) == 1


async def test_only_finals_are_shown_to_the_model(bench: Bench) -> None:
    bench.transcript.push(Segment(**{**_fields(line(1, "half a sent")), "final": False}))
    bench.say(line(2, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert [one["said"] for one in bench.server.last_lines()] == ["we spend far too much on travel"]


@pytest.mark.parametrize(
    "changed",
    [
        {"quote": "the moon is made of cheese"},
        {"quote": ""},
        {"quote": "?!"},
        {"line": 2},
        {"line": -1},
        {"line": 0},
        {"quote": "vel"},  # part of a word
    ],
)
async def test_an_answer_that_rests_on_nothing_said_is_dropped_and_counted(
    changed: dict[str, object], bench: Bench
) -> None:
    bench.server.script.append(Fault(body=lambda text: json.dumps(json.loads(text) | changed)))
    bench.say(line(1, "we spend far too much on travel"))
    await until(lambda: bench.advisor.unsupported)
    assert bench.hosts.versions == []


async def test_a_quote_may_differ_in_signs_and_capitals(bench: Bench) -> None:
    bench.server.script.append(
        Fault(
            body=lambda text: json.dumps(json.loads(text) | {"quote": "Far too much, on TRAVEL."})
        )
    )
    bench.say(line(1, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert bench.advisor.unsupported == 0


async def test_another_order_of_the_fields_is_no_invention(bench: Bench) -> None:
    def turn_round(text: str) -> str:
        return json.dumps(dict(reversed(json.loads(text).items())))

    bench.server.script.append(Fault(body=turn_round))
    bench.say(line(1, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert bench.hosts.versions[-1].text == SAY
    assert bench.advisor.unsupported == 0


async def test_nothing_to_say_says_nothing(bench: Bench) -> None:
    nothing = json.dumps({"line": 0, "quote": "", "say": " "})
    bench.server.script.append(Fault(body=lambda _: nothing))
    bench.say(line(1, "first"))
    await bench.asked(1)
    bench.say(line(2, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert len({one.id for one in bench.hosts.versions}) == 1
    assert bench.advisor.unsupported == 0


async def test_one_request_is_in_flight_and_the_newest_turn_waits(bench: Bench) -> None:
    first_byte = asyncio.Event()
    bench.server.script.append(Fault(wait_for=first_byte))
    bench.say(line(1, "turn number one"))
    await bench.asked(1)
    for number in range(2, 7):
        bench.say(line(number, f"turn number {number}"))
    first_byte.set()
    await bench.hosts.wait_for(2)
    assert bench.server.most_in_flight == 1
    assert len(bench.server.requests) == 2
    assert bench.server.last_lines()[-1]["said"] == "turn number 6"
    assert bench.hosts.versions[-1].segment.id == "SG_6"


@pytest.mark.parametrize("bench", [0.3], indirect=True)
async def test_a_slow_answer_is_given_up_and_the_next_turn_is_served(bench: Bench) -> None:
    never = asyncio.Event()
    bench.server.script.append(Fault(wait_for=never))
    bench.say(line(1, "turn number one"))
    await failed(bench, 1)
    assert bench.hosts.versions == []
    bench.advisor._timeout_seconds = 30
    bench.say(line(2, "turn number two"))
    await bench.hosts.wait_for(1)
    never.set()


@pytest.mark.parametrize("bench", [1.5], indirect=True)
async def test_an_answer_that_stops_half_way_is_closed_and_marked(bench: Bench) -> None:
    never = asyncio.Event()
    text_events = 2 + len(json.dumps({"line": 1, "quote": "x" * 18, "say": SAY})) // 12
    fault = Fault(pause_after_events=text_events - 1, pause=never)
    bench.server.script.append(fault)
    bench.say(line(1, "we spend far too much on travel"))
    await failed(bench, 1)
    last = bench.hosts.versions[-1]
    assert last.complete
    assert last.text.endswith(" …")
    assert SAY.startswith(last.text.removesuffix(" …"))
    never.set()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401),
        Fault(status=500),
        Fault(cut_after_events=3),
        Fault(error_event=True),
        Fault(bad_event=True),
        Fault(empty_choices=True),
        Fault(body=lambda _: "{"),
    ],
)
async def test_no_fault_of_the_server_stops_the_advisor(fault: Fault, bench: Bench) -> None:
    bench.server.script.append(fault)
    bench.say(line(1, "turn number one"))
    await failed(bench, 1)
    assert all(one.complete for one in bench.hosts.versions[-1:])
    before = len({one.id for one in bench.hosts.versions})
    bench.say(line(2, "turn number two"))
    await bench.hosts.wait_for(before + 1)
    assert bench.advisor.failures == 1


async def test_a_window_without_a_line_asks_nothing(bench: Bench) -> None:
    bench.advisor.hear(line(1, "heard, but too old for the window"))
    bench.say(line(2, "we spend far too much on travel"))
    await bench.hosts.wait_for(1)
    assert len(bench.server.requests) == 1


def _fields(segment: Segment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in segment.__dataclass_fields__}


async def begun(bench: Bench, pause: asyncio.Event) -> None:
    """Have an answer that was shown in part and goes no further."""
    bench.server.script.append(Fault(pause_after_events=8, pause=pause))
    bench.say(line(1, "we like your product"))
    bench.say(Segment(**{**_fields(line(2, "we spend far too much on travel")), "speaker": "cem"}))
    await until(lambda: bench.hosts.versions)


async def test_an_answer_that_rests_on_erased_words_is_broken_off_and_says_no_more(
    bench: Bench,
) -> None:
    pause = asyncio.Event()
    await begun(bench, pause)
    versions = len(bench.hosts.versions)
    bench.advisor.erase_speaker("cem")
    bench.transcript.erase_speaker("cem")
    pause.set()
    bench.say(line(3, "we have seen the demo already"))
    await bench.hosts.wait_for(1)
    later = bench.hosts.versions[versions:]
    assert {one.segment.id for one in later} == {"SG_3"}
    said = [one["said"] for one in bench.server.last_lines()]
    assert said == ["we like your product", "we have seen the demo already"]


async def test_an_answer_to_a_window_with_erased_words_says_no_more_whoever_it_quotes(
    bench: Bench,
) -> None:
    pause = asyncio.Event()
    await begun(bench, pause)
    shown = list(bench.hosts.versions)
    assert {one.segment.speaker for one in shown} == {"cem"}
    erased = line(1, "").speaker
    bench.advisor.erase_speaker(erased)
    bench.transcript.erase_speaker(erased)
    pause.set()
    bench.say(Segment(**{**_fields(line(3, "we have seen the demo")), "speaker": "dan"}))
    await bench.hosts.wait_for(1)
    later = bench.hosts.versions[len(shown) :]
    assert {one.segment.id for one in later} == {"SG_3"}
    assert {one.id for one in later}.isdisjoint(one.id for one in shown)


async def test_a_talking_point_names_everybody_whose_words_the_model_read(bench: Bench) -> None:
    bench.say(line(1, "we like your product"))
    await bench.hosts.wait_for(1)
    bench.say(Segment(**{**_fields(line(2, "we spend far too much")), "speaker": "cem"}))
    await bench.hosts.wait_for(2)
    first, last = bench.hosts.versions[0], bench.hosts.versions[-1]
    ben = line(1, "").speaker
    assert (first.read_identities, last.read_identities) == ((ben,), ("cem", ben))
    assert last.rests_on(ben)
    assert not first.rests_on("cem")


async def test_an_erasure_that_concerns_nothing_asked_changes_nothing(bench: Bench) -> None:
    pause = asyncio.Event()
    await begun(bench, pause)
    bench.advisor.erase_speaker("somebody")
    pause.set()
    await bench.hosts.wait_for(1)
    assert bench.hosts.versions[-1].text == SAY
