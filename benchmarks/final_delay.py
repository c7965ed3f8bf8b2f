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
from typing import Any

import jiwer

from benchmarks.peer_part import peer_part
from benchmarks.plain_worker import AGENT_NAME as PLAIN_AGENT
from benchmarks.plain_worker import REGISTERED
from benchmarks.process_tree import ProcessTree
from benchmarks.rooms import MediaAccess, open_room, open_stack
from benchmarks.spoken_call import PlayedLine, SpokenCall, read_lines
from lab.call_file import spoken_words
from lab.score import Latency
from stack.running import RunningStack
from wire.topics import AGENT_NAME

QUICK_LINES = 4
PLAIN_FILE = "benchmarks/plain_worker.py"
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
        # As the library comes: the Makefile's choice for our processes is not its default.
        environment = {
            key: value for key, value in stack.environment.items() if key != PRELOAD_VARIABLE
        }
        start = ["livekit.agents", "start", PLAIN_FILE, "--log-format", "colored"]
        command = [sys.executable, "-m", *start]
        async with peer_part(
            "plain worker", command, env=environment, ready=REGISTERED, logs=logs
        ) as worker:
            plain = await _measure(stack, PLAIN_AGENT, worker.pid, "plain", quick)
    return {"ours": ours, "plain": plain}


async def _measure(
    stack: RunningStack, agent_name: str, worker_pid: int, title: str, quick: bool
) -> dict[str, Any]:
    access = MediaAccess.of(stack)
    room_name = f"bench-{secrets.token_hex(6)}"
    async with open_room(access, room_name, agent_name):
        return await measure_call(SpokenCall(access, room_name), worker_pid, title, quick)


async def measure_call(call: SpokenCall, pid: int, title: str, quick: bool) -> dict[str, Any]:
    """Play the lines in a room that an agent joins; return what was read, and what it cost.

    Args:
        call: the speakers and the listener, not yet in the room.
        pid: the process that serves the room, with all that it starts.
        title: what it is called while it is measured.
        quick: play a few lines only.
    """
    lines = read_lines()[: QUICK_LINES if quick else None]
    print(f"  {title}: {len(lines)} lines, {_seconds(lines):.0f} s ...", flush=True)
    async with call, asyncio.timeout(_seconds(lines) * 2 + 120):
        await call.wait_until_warm()
        tree = ProcessTree(pid)
        async with tree:
            minutes = await call.play(lines) / 60
    return _figures(call, tree, minutes)


def _seconds(lines: list[PlayedLine]) -> float:
    return sum(line.seconds for line in lines)


def _figures(call: SpokenCall, tree: ProcessTree, minutes: float) -> dict[str, Any]:
    delays = call.final_delays_ms()
    cpu_seconds_per_minute = tree.cpu_seconds / minutes
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
        "cpu_seconds_per_call_minute": round(cpu_seconds_per_minute, 2),
        # Arithmetic, no load test: how many such calls use one core up.
        "rooms_per_core": round(60 / cpu_seconds_per_minute, 2),
        "memory_mb": {
            "peak_pss": round(tree.peak_pss_mb, 1),
            "peak_rss": round(tree.peak_rss_mb, 1),
        },
    }


def _word_error_rate(call: SpokenCall) -> float:
    said, heard = ([" ".join(spoken_words(text)) for text in texts] for texts in call.words())
    return round(jiwer.wer(said, heard), 3)
