"""A call through a provider that takes no time: what of the delay is ours, and what is sent.

Run with `python -m benchmarks --only provider_delay --only speech_sent`. The lines of
`benchmarks.spoken_call` are played to our worker, which hears through the emulated ElevenLabs; the
emulator answers each commit at once. So all of the delay is ours or the media path's: from the
end of the last word, by the renderer's timing, to the commit at the provider, and from there to
the final at the third client. One call is played for both figures.
"""

import asyncio
import math
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Any

from agent.gate_settings import GateSettings
from agent.speech_gate import WINDOW_SECONDS
from benchmarks.provider import SentSegment, open_provider
from benchmarks.rooms import BenchmarkError, MediaAccess, open_room, open_stack
from benchmarks.spoken_call import PlayedLine, SpokenCall, read_lines
from lab.score import Latency
from wire.topics import AGENT_NAME

QUICK_LINES = 4


@dataclass(frozen=True, slots=True)
class _Call:
    lines: list[PlayedLine]
    delays_ms: list[float | None]
    segments: list[SentSegment]
    received_seconds: float
    """Audio that the provider says it got."""


def run_delay(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return milliseconds from the end of speech to the final, and to the commit within it.

    Raises:
        BenchmarkError: there was no agent, or a line had no final.
    """
    call = _play(quick=quick, logs=logs)
    commits = [_commit_ms(line, call) for line in call.lines]
    both = list(zip(call.delays_ms, commits, strict=True))
    missed = sum(delay is None or commit is None for delay, commit in both)
    if missed:
        raise BenchmarkError(f"{missed} of {len(call.lines)} lines had no final")
    hangover = math.ceil(GateSettings().silence_seconds / WINDOW_SECONDS - 1e-9) * WINDOW_SECONDS
    return {
        "speech_end_to_final_ms": _latency(delay for delay, _ in both),
        "speech_end_to_commit_ms": _latency(commit for _, commit in both),
        "gate_silence_ms": round(hangover * 1000),
        "commit_to_final_ms": _latency(
            delay - commit for delay, commit in both if delay is not None and commit is not None
        ),
        "each_ms": [delay and round(delay) for delay in call.delays_ms],
    }


def run_sent(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return the seconds spoken and those sent, of each speaker and together.

    Raises:
        BenchmarkError: there was no agent, or the sums do not match.
    """
    call = _play(quick=quick, logs=logs)
    noted = sum(segment.seconds for segment in call.segments)
    if abs(noted - call.received_seconds) > 0.01 * call.received_seconds:
        raise BenchmarkError("what the provider counts is not what its sessions were sent")
    speakers: dict[str, dict[str, float]] = {}
    for line in call.lines:
        speaker = speakers.setdefault(line.who, {"spoken_seconds": 0.0, "sent_seconds": 0.0})
        rendered = line.rendered
        speaker["spoken_seconds"] += rendered.speech_end_seconds - rendered.speech_start_seconds
    for segment in call.segments:
        speakers[_line_of(segment, call.lines).who]["sent_seconds"] += segment.seconds
    together = {
        name: sum(speaker[name] for speaker in speakers.values())
        for name in ("spoken_seconds", "sent_seconds")
    }
    return {
        who: {
            "spoken_seconds": round(each["spoken_seconds"], 2),
            "sent_seconds": round(each["sent_seconds"], 2),
            "ratio": round(each["sent_seconds"] / each["spoken_seconds"], 3),
        }
        for who, each in (*speakers.items(), ("together", together))
    }


@cache
def _play(*, quick: bool, logs: bool) -> _Call:
    return asyncio.run(_run(quick, logs))


async def _run(quick: bool, logs: bool) -> _Call:
    lines = read_lines()[: QUICK_LINES if quick else None]
    seconds = sum(line.seconds for line in lines)
    print(f"  {len(lines)} lines, {seconds:.0f} s ...", flush=True)
    async with (
        open_provider() as provider,
        open_stack(environment=provider.environment, logs=logs) as stack,
    ):
        access = MediaAccess.of(stack)
        room_name = f"bench-{secrets.token_hex(6)}"
        async with (
            open_room(access, room_name, AGENT_NAME),
            SpokenCall(access, room_name) as call,
            asyncio.timeout(seconds * 2 + 120),
        ):
            await call.wait_until_warm()
            await call.play(lines)
            return _Call(
                lines,
                call.final_delays_ms(),
                provider.answers.segments,
                provider.emulator.record.audio_seconds,
            )


def _commit_ms(line: PlayedLine, call: _Call) -> float | None:
    """Return the milliseconds from a line's last word to the last commit of its speech."""
    commits = [
        segment.committed_at_seconds
        for segment in call.segments
        if segment.committed_at_seconds is not None and _line_of(segment, call.lines) is line
    ]
    return (max(commits) - line.last_word_ended_at_seconds) * 1000 if commits else None


def _line_of(segment: SentSegment, lines: list[PlayedLine]) -> PlayedLine:
    """Return what was being said when the provider was first sent something of it."""
    begun = [line for line in lines if line.started_at_seconds <= segment.begun_at_seconds]
    return begun[-1] if begun else lines[0]


def _latency(values: Any) -> dict[str, Any]:
    return Latency.of(value for value in values if value is not None).model_dump()
