"""Three hours with twenty people: memory along the way, the minutes, the page, and the search.

Run with `python -m benchmarks --only long_meeting`. A made-up meeting goes through what a call
does with every interim and final (the buffer, the keeper and its store, the playbook, commands,
live statistics), as fast as it is taken; only sound and the room are left out. Then its minutes
are written by the rules alone and by three emulated models, and a real token server on the same
store, among smaller meetings, is asked for what the page of a meeting shows, and searched.
"""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psutil
from livekit import rtc

from agent.call import Call
from agent.given import Given
from agent.lease import RoomLease
from agent.minutes.panel import Panel
from agent.minutes.scribe import Scribe
from agent.playbook_shelf import PlaybookShelf
from agent.prices import load_prices
from agent.settings import AgentSettings
from agent.stt.elevenlabs import ElevenLabsSTT
from agent.stt.vocabulary import load_vocabulary
from agent.usage import free_of_charge
from benchmarks.long_talk import finals, interims_of
from benchmarks.meeting_page import measure_pages
from benchmarks.peak_memory import PeakMemory
from benchmarks.peer_part import peer_part
from benchmarks.rooms import BenchmarkError, open_stack
from lab.emulators.openai_chat import API_KEY
from records import Files, Store
from settings.advice import ModelAddress
from stack.ports import find_free_port
from stack.running import WORKER, RunningStack
from transcript_buffer import Segment
from wire.roles import RoomLife

MEETING_SECONDS: Final = 3 * 3600.0
QUICK_SECONDS: Final = 600.0
_OTHER_MEETINGS: Final = 100
_QUICK_OTHERS: Final = 5
_OTHER_SECONDS: Final = 180.0
_ROOM_SID: Final = "RM_long"
_MODELS: Final = ("first", "second", "third")
_LOOKS: Final = (0.1, 0.5, 1.0)
"""At which parts of the meeting memory is looked at; the first tenth warms up."""
_MB: Final = 1 << 20
_ALONE: Final = frozenset({"keeper", "talking points", "brief", "tasks", "questions", "statistics"})
"""Loops of a call that need no room."""


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return megabytes, seconds and milliseconds of everything that is measured.

    Raises:
        BenchmarkError: a final is not in the store, no minutes were written, or a request failed.
    """
    return asyncio.run(_run(QUICK_SECONDS if quick else MEETING_SECONDS, quick=quick, logs=logs))


async def _run(seconds: float, *, quick: bool, logs: bool) -> dict[str, Any]:
    spoken = list(finals(seconds, start_seconds=time.time() - seconds, room_sid="long", seed=7))
    async with open_stack(logs=logs) as stack:
        # Nobody else writes minutes, or computes beside what is measured.
        await stack.parts[WORKER].stop()
        settings = _settings(stack)
        async with Store(settings.database_url) as store:
            figures: dict[str, Any] = {"seconds": seconds, "finals": len(spoken)}
            figures["call"] = await _serve(settings, store, spoken)
            await store.end_meeting(_ROOM_SID, now_ms=round(time.time() * 1000))
            figures["minutes"] = {
                "rules": await _write(settings, store, ()),
                "three_models": await _write_with_models(settings, store, logs=logs),
            }
            await _fill(store, _QUICK_OTHERS if quick else _OTHER_MEETINGS)
        figures |= await measure_pages(stack, _ROOM_SID, quick=quick)
    return figures


def _settings(stack: RunningStack) -> AgentSettings:
    names = ("livekit_url", "livekit_api_key", "livekit_api_secret", "database_url")
    values: dict[str, Any] = {name: stack.environment[name.upper()] for name in names}
    folder = Path(values["database_url"].removeprefix("sqlite:///")).parent
    return AgentSettings(
        **values, waiting_folder=folder / "waiting", files_url=(folder / "files").as_uri()
    )


async def _serve(
    settings: AgentSettings, store: Store, spoken: Sequence[Segment]
) -> dict[str, Any]:
    """Let a call take everything in; return its memory, and how long it took."""
    began = time.monotonic()
    memory_mb: dict[str, float] = {}
    clock = _Clock(spoken[0].start_seconds)
    async with _open_call(settings, store, clock) as call:
        for number, final in enumerate(spoken, start=1):
            for interim in interims_of(final):
                await call.take(interim)
            clock.now_seconds = final.end_seconds
            await call.take(final)
            for share in _LOOKS:
                if number == round(len(spoken) * share):
                    memory_mb[f"at_{share:.0%}"] = _rss_mb()
    kept = len(await store.list_segments(_ROOM_SID))
    if kept != len(spoken):
        raise BenchmarkError(f"{kept} of {len(spoken)} finals are in the store")
    return {"memory_mb": memory_mb, "took_seconds": round(time.monotonic() - began, 1)}


class _Clock:
    def __init__(self, now_seconds: float) -> None:
        self.now_seconds = now_seconds

    def __call__(self) -> float:
        return self.now_seconds


class _RunningCall:
    """A call without a room."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def take(self, segment: Segment) -> None:
        """Let the call have an interim or a final, as its recognizers do."""
        await self._call._on_segment(segment)


@asynccontextmanager
async def _open_call(
    settings: AgentSettings, store: Store, clock: _Clock
) -> AsyncIterator[_RunningCall]:
    shelf = PlaybookShelf(settings.playbook_folder, load_vocabulary())
    recognizer = ElevenLabsSTT(api_key="unused", base_url="http://127.0.0.1:9")
    given = Given(
        room=rtc.Room(),
        life=RoomLife(name="long", created_at_ms=0),
        job_id="AJ_long",
        settings=settings,
        store=store,
        files=Files(settings.files_url, settings.file_arguments()),
        recognizer=recognizer,
        playbook=shelf.load(settings.playbook),
        shelf=shelf,
        prices=load_prices(settings.price_file),
        consent_policy="notice",
        goal="",
        wake_word=None,
        on_speakers=lambda _: None,
        now=clock,
    )
    lease = RoomLease(store, "long", given.job_id, clock)
    call = Call(
        given,
        room_sid=_ROOM_SID,
        room_name="long",
        lease=lease,
        recognizer_label="nobody",
    )
    await call.open()
    async with asyncio.TaskGroup() as tasks:
        stages = call._stages
        sending = tasks.create_task(stages.publisher.run())
        beside = [tasks.create_task(loop()) for name, loop in stages.beside if name in _ALONE]
        yield _RunningCall(call)
        for task in beside:
            task.cancel()
        stages.publisher.end_input()
        await sending
    await call.aclose()
    await recognizer.aclose()


async def _write(
    settings: AgentSettings, store: Store, addresses: Sequence[ModelAddress]
) -> dict[str, Any]:
    """Have the minutes written; return seconds, memory, and what has come of it."""
    scribe = Scribe(store, settings, time.time)
    began = time.monotonic()
    async with (
        PeakMemory() as memory,
        Panel(addresses, free_of_charge, settings.minutes_timeout_seconds) as panel,
    ):
        minutes = await scribe.write(_ROOM_SID, panel.models)
    if minutes is None or len(minutes.written_by) != len(addresses):
        raise BenchmarkError("the minutes were not written, or not by every model")
    return {
        "took_seconds": round(time.monotonic() - began, 1),
        "peak_mb": round(memory.peak_mb - memory.before_mb, 1),
        "decisions": len(minutes.decisions),
        "action_items": len(minutes.action_items),
        "open_questions": len(minutes.open_questions),
        "dropped": minutes.dropped,
    }


async def _write_with_models(
    settings: AgentSettings, store: Store, *, logs: bool
) -> dict[str, Any]:
    port = find_free_port()
    command = [sys.executable, "-m", "lab.emulators.openai_chat", "--port", str(port)]
    for name in _MODELS:
        command += ["--model", name]
    server = f"http://127.0.0.1:{port}/v1"
    # In a process of its own: its memory is not ours.
    async with peer_part("models", command, env={}, ready=server, logs=logs):
        addresses = [
            ModelAddress.model_validate({"model": name, "server": server, "api_key": API_KEY})
            for name in _MODELS
        ]
        return await _write(settings, store, addresses)


async def _fill(store: Store, count: int) -> None:
    """Keep other meetings beside the long one, as a store of some months has them."""
    day_ms = 86_400_000
    for number in range(count):
        room_sid = f"RM_other_{number}"
        start_ms = round(time.time() * 1000) - (number + 1) * day_ms
        await store.open_meeting(room_sid, room_name=f"other-{number}", now_ms=start_ms)
        spoken = finals(
            _OTHER_SECONDS, start_seconds=start_ms / 1000, room_sid=room_sid, seed=100 + number
        )
        for sequence, final in enumerate(spoken, start=1):
            await store.add_segment(room_sid, replace(final, sequence=sequence))
        await store.end_meeting(room_sid, now_ms=start_ms + round(_OTHER_SECONDS * 1000))


def _rss_mb() -> float:
    gc.collect()
    return round(psutil.Process().memory_info().rss / _MB, 1)
