"""How soon a final is read after the last word, and what a call costs: ours and the plain way.

Run with `python -m benchmarks --only final_delay`. The same recorded lines are played in turns by
two participants of a room, first to our worker, then to the one of `benchmarks.plain_worker`, on
the same media server; only the name of the dispatched agent differs. A third client reads the
transcripts. The delay of a line runs from the end of its last word, by the renderer's timing, to
the arrival of its last final; a line whose last words never came counts as missed, not as fast.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jiwer
from livekit import api

from benchmarks.plain_worker import AGENT_NAME as PLAIN_AGENT
from benchmarks.plain_worker import REGISTERED
from benchmarks.process_tree import ProcessTree
from benchmarks.rooms import BenchmarkError, MediaAccess, open_stack
from benchmarks.spoken_call import PlayedLine, SpokenCall, read_lines
from lab.call_file import spoken_words
from lab.score import Latency
from stack.part import Part
from stack.running import RunningStack
from stack.terminal import ignore_line, print_line
from wire.topics import AGENT_NAME

QUICK_LINES = 4
PLAIN_FILE = "benchmarks/plain_worker.py"
START_SECONDS = 60.0
PRELOAD_VARIABLE = "LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE"


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return milliseconds, CPU seconds, megabytes and error rates of both ways.

    Raises:
        BenchmarkError: there was no agent.
    """
    return asyncio.run(_run(quick, logs))


async def _run(quick: bool, logs: bool) -> dict[str, Any]:
    async with open_stack(logs=logs) as stack:
        ours = await _measure(stack, AGENT_NAME, stack.parts["worker"].pid, "ours", quick)
        # One worker at a time: the other must not compute beside the one that is measured.
        await stack.parts["worker"].stop()
        async with _plain_worker(stack, logs) as worker:
            plain = await _measure(stack, PLAIN_AGENT, worker.pid, "plain", quick)
    return {"ours": ours, "plain": plain, "ours_to_plain": _ratios(ours, plain)}


@asynccontextmanager
async def _plain_worker(stack: RunningStack, logs: bool) -> AsyncIterator[Part]:
    registered = asyncio.Event()

    def on_line(name: str, line: str) -> None:
        if REGISTERED in line:
            registered.set()
        (print_line if logs else ignore_line)(name, line)

    # As the library comes: the Makefile's choice for our processes is not its default.
    environment = {
        key: value for key, value in stack.environment.items() if key != PRELOAD_VARIABLE
    }
    start = ["livekit.agents", "start", PLAIN_FILE, "--log-format", "colored"]
    command = [sys.executable, "-m", *start]
    part = await Part.start("plain worker", command, env=environment, on_line=on_line)
    try:
        try:
            async with asyncio.timeout(START_SECONDS):
                await registered.wait()
        except TimeoutError:
            raise BenchmarkError(str(part.failure("did not register"))) from None
        yield part
    finally:
        await part.stop(grace_seconds=15.0)


async def _measure(
    stack: RunningStack, agent_name: str, worker_pid: int, title: str, quick: bool
) -> dict[str, Any]:
    access = MediaAccess.of(stack)
    room_name = f"bench-{secrets.token_hex(6)}"
    lines = read_lines()[: QUICK_LINES if quick else None]
    print(f"  {title}: {len(lines)} lines, {_seconds(lines):.0f} s ...", flush=True)
    async with access.client() as media:
        agents = [api.RoomAgentDispatch(agent_name=agent_name)]
        await media.room.create_room(api.CreateRoomRequest(name=room_name, agents=agents))
        try:
            async with (
                SpokenCall(access, room_name) as call,
                asyncio.timeout(_seconds(lines) * 2 + 120),
            ):
                await call.wait_until_warm()
                tree = ProcessTree(worker_pid)
                async with tree:
                    minutes = await call.play(lines) / 60
        finally:
            await media.room.delete_room(api.DeleteRoomRequest(room=room_name))
    return _figures(call, tree, minutes)


def _seconds(lines: list[PlayedLine]) -> float:
    return sum(line.seconds for line in lines)


def _figures(call: SpokenCall, tree: ProcessTree, minutes: float) -> dict[str, Any]:
    delays = call.final_delays_ms()
    return {
        "speech_end_to_final_ms": Latency.of(
            each for each in delays if each is not None
        ).model_dump(),
        "lines": len(delays),
        "finals": len(call.finals),
        "missed": sum(each is None for each in delays),
        "each_ms": [each if each is None else round(each) for each in delays],
        "word_error_rate": _word_error_rate(call),
        "cpu_seconds": round(tree.cpu_seconds, 2),
        "call_minutes": round(minutes, 2),
        "cpu_seconds_per_call_minute": round(tree.cpu_seconds / minutes, 2),
        "memory_mb": {
            "peak_pss": round(tree.peak_pss_mb, 1),
            "peak_rss": round(tree.peak_rss_mb, 1),
        },
    }


def _word_error_rate(call: SpokenCall) -> float:
    said, heard = ([" ".join(spoken_words(text)) for text in texts] for texts in call.words())
    return round(jiwer.wer(said, heard), 3)


def _ratios(ours: dict[str, Any], plain: dict[str, Any]) -> dict[str, float | None]:
    """Return how many times the plain way's figure ours is; None where one is missing."""

    def ratio(*path: str) -> float | None:
        mine, other = ours, plain
        for key in path:
            mine, other = mine[key], other[key]
        return round(mine / other, 2) if mine is not None and other else None  # type: ignore[operator]

    return {
        "speech_end_to_final_p50": ratio("speech_end_to_final_ms", "p50"),
        "speech_end_to_final_p95": ratio("speech_end_to_final_ms", "p95"),
        "cpu_seconds_per_call_minute": ratio("cpu_seconds_per_call_minute"),
        "peak_pss": ratio("memory_mb", "peak_pss"),
        "peak_rss": ratio("memory_mb", "peak_rss"),
    }
