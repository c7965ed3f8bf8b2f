"""Opens more and more rooms at once, until finals come late or get lost."""

import asyncio
import os
import platform
from pathlib import Path
from typing import Final

from pydantic import BaseModel
from rich.console import Console

from lab.call_file import Expectations
from lab.commands import PreparedCall, own_stack, prepare
from lab.ear import sounding_seconds
from lab.machine import ProcessTrees
from lab.matching import read_finals
from lab.play import CallPlayer, PlayError, PlayOptions
from lab.recording import Recording
from lab.report import bar
from lab.score import Latency, final_delays, score
from lab.verdict import LOST_SHARE
from stack.running import RunningStack

CALL: Final = Path(__file__).with_name("calls") / "sales.yaml"
LINES: Final = 6
"""So many lines of the call each room plays: about half a minute."""
STEPS: Final = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32)
SPEAKERS: Final = 2
RESULT: Final = Path("data/lab/ramp.json")
LATE_MS: Final = 2000.0
"""With a p95 beyond this, a machine carries too much."""
_STAGGER_SECONDS: Final = 0.7
"""Rooms begin one after the other, so that not everybody speaks the same word at once."""


class Step(BaseModel):
    """What came of so many rooms at once."""

    rooms: int
    final_ms: Latency
    """End of speech to final, over all rooms."""
    lost_share: float
    """Of the speech, what has no text."""
    worker_cores: float
    """CPU seconds of the worker in a second."""
    worker_peak_pss_mb: float
    carried: bool
    """Whether finals were in time and nothing was lost."""
    reason: str = ""
    """Why not."""


class RampReport(BaseModel):
    """How many rooms a machine carries with the local recognizer."""

    machine: str
    cores: int
    rooms: int
    """At once, two speakers in each."""
    speakers: int
    steps: list[Step]


async def ramp(most: int, *, logs: bool = False, console: Console | None = None) -> int:
    """Raise the number of rooms until it is too much, print and write the result.

    Raises:
        PartError: the stack does not start.
    """
    console = console or Console(highlight=False)
    prepared = _shortened(prepare(CALL))
    settings = {"AGENT_MAX_CALLS": str(most + 8), "AGENT_IDLE_PROCESSES": "2"}
    steps: list[Step] = []
    async with own_stack(settings, logs=logs) as stack:
        for rooms in (number for number in STEPS if number <= most):
            step = await _play_rooms(prepared, rooms, stack)
            steps.append(step)
            _print_step(step, console)
            if not step.carried:
                break
    rooms = max((step.rooms for step in steps if step.carried), default=0)
    report = RampReport(
        machine=platform.platform(),
        cores=os.cpu_count() or 1,
        rooms=rooms,
        speakers=rooms * SPEAKERS,
        steps=steps,
    )
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    bound = "" if steps and not steps[-1].carried else " or more"
    told = f"{report.cores} cores carry {rooms} rooms{bound}, {report.speakers} speakers{bound}"
    end = "with the local recognizer; clients on the same machine"
    console.print(f"\n{told}, {end}", soft_wrap=True)
    console.print(f"written to {RESULT}")
    return 0 if rooms else 1


def _shortened(prepared: PreparedCall) -> PreparedCall:
    call = prepared.call.model_copy(
        update={
            "lines": prepared.call.lines[:LINES],
            "events": (),
            "expectations": Expectations(),
        }
    )
    voices = prepared.voices.model_copy(update={"lines": prepared.voices.lines[:LINES]})
    return PreparedCall(path=prepared.path, call=call, voices=voices)


async def _play_rooms(prepared: PreparedCall, rooms: int, stack: RunningStack) -> Step:
    trees = ProcessTrees({"worker": stack.parts["worker"].pid})
    await trees.begin()
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        sampling = tasks.create_task(trees.run())
        playing = [
            tasks.create_task(_play_room(prepared, stack, number * _STAGGER_SECONDS))
            for number in range(rooms)
        ]
        results = [await task for task in playing]
        sampling.cancel()
    seconds = loop.time() - began
    use = (await trees.finish(seconds))["worker"]
    recordings = [result for result in results if isinstance(result, Recording)]
    refused = [result for result in results if isinstance(result, PlayError)]
    return _judge(
        rooms,
        recordings,
        refused,
        worker_cores=round(use.cpu_seconds / seconds, 2),
        worker_peak_pss_mb=use.peak_pss_mb,
    )


async def _play_room(
    prepared: PreparedCall, stack: RunningStack, after_seconds: float
) -> Recording | PlayError:
    await asyncio.sleep(after_seconds)
    player = CallPlayer(
        prepared.call,
        prepared.voices,
        prepared.folder,
        stack.token_server_url,
        stack.environment.get("SIDENOTE_API_KEY"),
        # Spies would cost as much as the people: the machine shall carry rooms, not spies.
        options=PlayOptions(spies=False),
    )
    try:
        return await player.play()
    except PlayError as error:
        return error


def _judge(
    rooms: int,
    recordings: list[Recording],
    refused: list[PlayError],
    *,
    worker_cores: float,
    worker_peak_pss_mb: float,
) -> Step:
    delays = Latency.of(
        delay
        for recording in recordings
        for delay in final_delays(recording, read_finals(recording))
    )
    played = sum(sounding_seconds(line.speech.samples) for r in recordings for line in r.lines)
    lost = sum(c.lost_seconds for r in recordings for c in score(r).coverage.values())
    share = round(lost / played, 3) if played else 1.0
    reason = ""
    if refused:
        reason = f"{len(refused)} rooms could not be played: {refused[0]}"
    elif delays.p95 is None or delays.p95 > LATE_MS:
        reason = f"finals are late: p95 over {LATE_MS:.0f} ms"
    elif share > LOST_SHARE:
        reason = f"{share:.0%} of the speech has no text"
    return Step(
        rooms=rooms,
        final_ms=delays,
        lost_share=share,
        worker_cores=worker_cores,
        worker_peak_pss_mb=worker_peak_pss_mb,
        carried=not reason,
        reason=reason,
    )


def _print_step(step: Step, console: Console) -> None:
    p50, p95 = step.final_ms.p50 or 0.0, step.final_ms.p95 or 0.0
    told = (
        f"{step.rooms:3d} rooms  final p50 {p50:5.0f} ms  p95 {p95:5.0f} ms "
        f"{bar(p95 / LATE_MS, 16)}  lost {step.lost_share:5.1%}  "
        f"worker {step.worker_cores:.2f} cores, {step.worker_peak_pss_mb:.0f} MB"
    )
    console.print(told, soft_wrap=True)
    if step.reason:
        console.print(f"          {step.reason}")
