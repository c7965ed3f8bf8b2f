"""What we add to a model's own time: from a final to its request, from a token to the message.

Run with `python -m benchmarks --only advice`. Real are the advisor, the models' client over HTTP on
loopback, the talking points, the publisher and the store; the emulated model answers at once and
then writes a piece every 20 ms, as a fast one does. A message counts as sent when it is handed to
LiveKit's library. A piece is received when it is written: the network of loopback counts as ours.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from agent.advice_request import Person
from agent.advisor import AdviceLimits, Advisor
from agent.call_settings import CallSettings
from agent.manners import Limits
from agent.models.chain import ModelChain
from agent.models.link import ModelLink
from agent.publisher import Publisher
from agent.talking_points import TalkingPoints
from agent.usage import free_of_charge
from benchmarks import next_model
from lab.emulators.openai_chat import API_KEY, OpenAIChat, running_chat
from lab.emulators.openai_chat_faults import Fault
from lab.emulators.openai_chat_models import MODEL, ChatModel
from lab.emulators.openai_chat_stream import PIECE_CHARACTERS
from records import Store, migrate
from settings.advice import ModelAddress
from transcript_buffer import Segment, TranscriptBuffer
from wire.talking_point import TalkingPoint

QUICK_TURNS: Final = 15
DEATHS: Final = 4
"""Of each kind."""
QUICK_DEATHS: Final = 1
_SENTENCES: Final = Path(__file__).with_name("sentences.txt")
"""What the model says, each once: what says the same twice would not be shown."""
_TURN_SECONDS: Final = 6.0
_LONGEST_ANSWER_SECONDS: Final = 3.0
_ROOM: Final = "RM_benchmark"


class _Line:
    """Stands where a connected room stands, and notes when a message is handed to it."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, TalkingPoint]] = []
        self.local_participant = self
        self.complete = asyncio.Event()

    def isconnected(self) -> bool:
        return True

    async def publish_data(self, payload: str, **_: Any) -> None:
        point = TalkingPoint.model_validate_json(payload)
        self.sent.append((asyncio.get_running_loop().time(), point))
        if point.complete:
            self.complete.set()


class _Call:
    """The advising part of a call, and the clock of its segments."""

    def __init__(self, store: Store, chain: ModelChain, line: _Line) -> None:
        self.now = 1_000_000.0
        self.transcript = TranscriptBuffer()
        self.publisher = Publisher(
            room=line,  # type: ignore[arg-type]
            hosts=lambda: ["host"],
            last_sequence=0,
        )
        self.points = TalkingPoints(
            store=store,
            room_sid=_ROOM,
            publisher=self.publisher,
            limits=Limits(cooldown_seconds=0.0, most_in_ten_minutes=10_000),
            expire_seconds=180.0,
            is_paused=lambda: False,
            now=lambda: self.now,
        )
        self.advisor = Advisor(
            models=chain,
            transcript=self.transcript,
            talking_points=self.points,
            settings=CallSettings(store, _ROOM, playbook="sales"),
            people=lambda: [Person(name="Ana", role="host"), Person(name="Ben", role="guest")],
            brief_lines=lambda _: (),
            limits=AdviceLimits(),
            now=lambda: self.now,
        )

    def say(self, number: int, text: str) -> None:
        self.now += _TURN_SECONDS
        segment = Segment(
            id=f"SG_{number}",
            speaker="guest-1",
            name="Ben",
            role="guest",
            text=text,
            start_seconds=self.now - 3,
            end_seconds=self.now,
            final=True,
        )
        self.transcript.push(segment)
        self.points.hear(segment)
        self.advisor.hear(segment)


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return milliseconds: p50, p95 and how many were measured."""
    says = _SENTENCES.read_text(encoding="utf-8").splitlines()
    added = asyncio.run(_run(says[:QUICK_TURNS] if quick else says))
    deaths = asyncio.run(next_model.measure(QUICK_DEATHS if quick else DEATHS))
    return {**added, "death_to_next_model": _ranks(deaths)}


async def _run(says: Sequence[str]) -> dict[str, Any]:
    requests: list[float] = []
    messages: list[float] = []
    line = _Line()
    async with _opened(line) as (call, chat):
        for number, say in enumerate(says):
            already = len(line.sent)
            chat.script([Fault(kind="fields", purpose="advice", fields={"say": say})])
            began = asyncio.get_running_loop().time()
            call.say(number, f"Our number {number} trouble is with invoice{number} and the rest.")
            # A sentence too near to an earlier one is not shown, as it should be.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_ANSWER_SECONDS):
                    await line.complete.wait()
            line.complete.clear()
            seen = next(one for one in reversed(chat.record.requests) if one.purpose == "advice")
            requests.append((seen.at_seconds - began) * 1000)
            for at, point in line.sent[already:]:
                messages.append((at - _written_at(point, seen.pieces_at)) * 1000)
    return {"final_to_request": _ranks(requests), "token_to_message": _ranks(messages)}


@asynccontextmanager
async def _opened(line: _Line) -> AsyncIterator[tuple[_Call, OpenAIChat]]:
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'records.db'}"
        await asyncio.to_thread(migrate, url)
        store = await opened.enter_async_context(Store(url))
        await store.open_meeting(_ROOM, room_name="benchmark", now_ms=1)
        model = ChatModel(piece_seconds=0.02)
        chat = await opened.enter_async_context(running_chat(OpenAIChat([model])))
        address = ModelAddress(model=MODEL, server=chat.base_url, api_key=API_KEY)
        chain = ModelChain([ModelLink(address, free_of_charge)])
        opened.push_async_callback(chain.aclose)
        call = _Call(store, chain, line)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(call.advisor.run()), tasks.create_task(chain.run())]
            sending = tasks.create_task(call.publisher.run())
            yield call, chat
            for task in running:
                task.cancel()
            call.publisher.end_input()
            await sending


def _written_at(point: TalkingPoint, pieces_at: list[float]) -> float:
    """Return when the piece was written that completes what a message shows."""
    if point.complete:
        return pieces_at[-1]
    # The text stands at the end of the JSON; before it everything else.
    before = json.dumps({"line": 0, "quote": point.quote, "brief": 0, "say": ""})
    characters = len(before) - len('"}') + len(point.text)
    return pieces_at[min((characters - 1) // PIECE_CHARACTERS, len(pieces_at) - 1)]


def _ranks(values: list[float]) -> dict[str, Any]:
    ordered = sorted(values)
    ranks = {
        f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2)
        for share in (50, 95)
    }
    return ranks | {"max": round(ordered[-1], 2), "count": len(ordered)}
