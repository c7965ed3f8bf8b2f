"""Twenty people in one room, four of whom talk at once: what a track costs the worker.

Run with `python -m benchmarks --only twenty`. Everybody joins a room on the real media server and
the worker hears through the emulated ElevenLabs, in this process. Then microphones are opened one
kind after the other, published as LiveKit's own browser client publishes a microphone (with DTX,
which thins out the packets of silence): eight that are muted by hardware (digital silence), eight
in an office (noise without speech), four of people who talk without a break. Each kind is opened,
closed and opened again, for what else a machine does changes slowly; the median of what the opening
adds to the worker's CPU time, divided by the tracks, is the cost of a track. Everybody's presence
and the first track are measured apart.
"""

import asyncio
import secrets
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np
from livekit import rtc

from agent.speech_gate import Samples
from benchmarks.process_tree import ProcessTree
from benchmarks.provider import EmulatedProvider, open_provider
from benchmarks.rooms import BenchmarkError, Client, MediaAccess, open_room, open_stack
from benchmarks.silent_hour import office_noise
from benchmarks.spoken_call import read_lines
from lab.microphone import Microphone
from stack.running import RunningStack
from wire.coverage import COVERAGE, CoverageReport, SpeakerCoverage
from wire.topics import AGENT_NAME

KINDS: Final = {"first": 1, "silent": 7, "noisy": 8, "speaking": 4}
"""Tracks of each kind, in the order in which they come. The first one is silent too, and bears
what it costs to receive audio at all."""
PHASE_SECONDS: Final = 12.0
QUICK_PHASE_SECONDS: Final = 8.0
_ROUNDS: Final = 3
"""How often each kind is opened."""
_SETTLE_SECONDS: Final = 4.0
"""From the opening or closing of microphones to the measuring."""
_REPORT_SECONDS: Final = 7.0
"""In which a coverage report comes."""


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return the worker's shares of a core, in all and for each track, and the coverage.

    Raises:
        BenchmarkError: there was no agent, or no coverage of somebody.
    """
    phase, rounds = (QUICK_PHASE_SECONDS, 1) if quick else (PHASE_SECONDS, _ROUNDS)
    return asyncio.run(_run(phase, rounds, logs))


async def _run(phase_seconds: float, rounds: int, logs: bool) -> dict[str, Any]:
    async with (
        open_provider() as provider,
        open_stack(environment=provider.environment, logs=logs) as stack,
    ):
        access = MediaAccess.of(stack)
        room_name = f"bench-{secrets.token_hex(6)}"
        async with open_room(access, room_name, AGENT_NAME), _Crowd(access, room_name) as crowd:
            shares = {"nobody": await _share(stack, phase_seconds)}
            added: dict[str, list[float]] = {}
            for kind in KINDS:
                print(f"  {kind} ...", flush=True)
                before = list(shares.values())[-1]
                readings = await _alternate(crowd, kind, rounds, stack, phase_seconds)
                shares[kind] = readings[-1]
                added[kind] = _differences([before, *readings])
            coverage = await crowd.coverage()
    return _figures(shares, added, coverage, provider)


async def _alternate(
    crowd: "_Crowd", kind: str, rounds: int, stack: RunningStack, seconds: float
) -> list[float]:
    """Open a kind, close it, and so on; return the worker's shares of a core, the last one open."""
    readings = []
    for turn in range(2 * rounds - 1):
        await (crowd.close_microphones if turn % 2 else crowd.open_microphones)(kind)
        await asyncio.sleep(_SETTLE_SECONDS)
        readings.append(await _share(stack, seconds))
    return readings


def _differences(readings: list[float]) -> list[float]:
    """Return what each opening added; the readings are closed and open in turns."""
    closed, opened = readings[::2], readings[1::2]
    return [after - before for before, after in zip(closed, opened, strict=True)]


async def _share(stack: RunningStack, seconds: float) -> float:
    async with ProcessTree(stack.parts["worker"].pid) as tree:
        await asyncio.sleep(seconds)
    return tree.cpu_seconds / seconds


def _figures(
    shares: dict[str, float],
    added: dict[str, list[float]],
    coverage: dict[str, SpeakerCoverage],
    provider: EmulatedProvider,
) -> dict[str, Any]:
    per_track = {
        kind: [round(one * 100 / KINDS[kind], 2) for one in each] for kind, each in added.items()
    }
    dropped: Counter[str] = Counter()
    for speaker in coverage.values():
        dropped.update(speaker.dropped_seconds)
    return {
        "participants": sum(KINDS.values()),
        "worker_percent_of_a_core": {name: round(each * 100, 1) for name, each in shares.items()},
        "percent_of_a_core_per_track": {kind: median(each) for kind, each in per_track.items()},
        "percent_of_a_core_per_track_each": per_track,
        "received_seconds": round(sum(each.received_seconds for each in coverage.values()), 1),
        "recognized_seconds": round(sum(each.recognized_seconds for each in coverage.values()), 1),
        "provider_seconds": round(provider.emulator.record.audio_seconds, 1),
        "dropped_seconds": {reason: round(seconds, 1) for reason, seconds in dropped.items()},
    }


@dataclass(slots=True)
class _Member:
    kind: str
    identity: str
    client: Client = field(default_factory=Client)
    track_sid: str = ""
    speaking: asyncio.Task[None] | None = None


class _Crowd:
    """Everybody in the room; the first one is its host, and reads the coverage."""

    def __init__(self, access: MediaAccess, room_name: str) -> None:
        self._access = access
        self._room_name = room_name
        self._exits = AsyncExitStack()
        kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
        self._members = [
            _Member(kind, access.identity(room_name, "guest" if number else "host"))
            for number, kind in enumerate(kinds)
        ]
        self._covered: dict[str, SpeakerCoverage] = {}
        self._noise = office_noise()

    async def __aenter__(self) -> "_Crowd":
        async with self._exits as opening:
            self._tasks = await opening.enter_async_context(asyncio.TaskGroup())
            self._opening = opening
            host = self._members[0].client
            host.room.on("data_received", self._on_packet)
            for number, member in enumerate(self._members):
                token = self._access.token(self._room_name, member.identity, f"P{number}")
                opening.push_async_callback(member.client.room.disconnect)
                # Nobody listens: only the worker's hearing is to be measured.
                await member.client.room.connect(
                    self._access.url, token, rtc.RoomOptions(auto_subscribe=False)
                )
            host.look_around()
            await host.wait_for_agent()
            self._exits = opening.pop_all()
            self._opening = self._exits
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def open_microphones(self, kind: str) -> None:
        """Let everybody of a kind publish."""
        for number, member in enumerate(self._of(kind)):
            background = None
            if kind == "noisy":
                background = np.roll(self._noise, number * 10_000)
            elif kind == "speaking":
                background = _monologue(number)
            microphone = Microphone(background)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True)
            room = member.client.room
            published = await room.local_participant.publish_track(microphone.track, options)
            member.track_sid = published.sid
            member.speaking = self._tasks.create_task(microphone.run())
            self._opening.callback(member.speaking.cancel)

    async def close_microphones(self, kind: str) -> None:
        """Let everybody of a kind publish no longer."""
        for member in self._of(kind):
            await member.client.room.local_participant.unpublish_track(member.track_sid)
            if member.speaking:
                member.speaking.cancel()

    def _of(self, kind: str) -> list[_Member]:
        return [member for member in self._members if member.kind == kind]

    async def coverage(self) -> dict[str, SpeakerCoverage]:
        """Return the newest coverage of everybody, by identity.

        Raises:
            BenchmarkError: somebody was not heard of.
        """
        await asyncio.sleep(_REPORT_SECONDS)
        unheard = sum(
            member.identity not in self._covered
            or not self._covered[member.identity].received_seconds
            for member in self._members
        )
        if unheard:
            raise BenchmarkError(f"{unheard} of {len(self._members)} participants were not heard")
        return self._covered

    def _on_packet(self, packet: rtc.DataPacket) -> None:
        if packet.topic == COVERAGE:
            report = CoverageReport.model_validate_json(packet.data)
            self._covered = {speaker.identity: speaker for speaker in report.speakers}


def _monologue(number: int) -> Samples:
    """Return lines of a call in a row, each speaker beginning with another one."""
    lines = read_lines()
    at = number * 4 % len(lines)
    return np.concatenate([line.samples for line in (*lines[at:], *lines[:at])])
