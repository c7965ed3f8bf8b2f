"""Twenty people in one room, four of whom talk at once: what a track costs the worker.

Run with `python -m benchmarks --only twenty`. Everybody joins a room on the real media server and
the worker hears through the emulated ElevenLabs, in this process. Then microphones are opened one
kind after the other, published as LiveKit's own browser client publishes a microphone (with DTX,
which thins out the packets of silence): eight that are muted by hardware (digital silence), eight
in an office (noise without speech), four of people who talk without a break. After each
kind the worker's CPU time is measured. What a kind adds, divided by its tracks, is the cost of a
track; everybody's presence and the first track are measured apart.
"""

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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
PHASE_SECONDS: Final = 25.0
QUICK_PHASE_SECONDS: Final = 8.0
_SETTLE_SECONDS: Final = 4.0
"""From the opening of microphones to the measuring."""
_REPORT_SECONDS: Final = 7.0
"""In which a coverage report comes."""


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return the worker's shares of a core, in all and for each track, and the coverage.

    Raises:
        BenchmarkError: there was no agent, or no coverage of somebody.
    """
    return asyncio.run(_run(QUICK_PHASE_SECONDS if quick else PHASE_SECONDS, logs))


async def _run(phase_seconds: float, logs: bool) -> dict[str, Any]:
    async with (
        open_provider() as provider,
        open_stack(environment=provider.environment, logs=logs) as stack,
    ):
        access = MediaAccess.of(stack)
        room_name = f"bench-{secrets.token_hex(6)}"
        async with open_room(access, room_name, AGENT_NAME), _Crowd(access, room_name) as crowd:
            shares = await _measure(crowd, stack, phase_seconds)
            coverage = await crowd.coverage()
    return _figures(shares, coverage, provider)


async def _measure(crowd: "_Crowd", stack: RunningStack, seconds: float) -> dict[str, float]:
    """Return the worker's share of a core with nobody's microphone, then with each kind more."""
    shares = {"nobody": await _share(stack, seconds)}
    for kind in KINDS:
        print(f"  {kind} ...", flush=True)
        await crowd.open_microphones(kind)
        await asyncio.sleep(_SETTLE_SECONDS)
        shares[kind] = await _share(stack, seconds)
    return shares


async def _share(stack: RunningStack, seconds: float) -> float:
    async with ProcessTree(stack.parts["worker"].pid) as tree:
        await asyncio.sleep(seconds)
    return tree.cpu_seconds / seconds


def _figures(
    shares: dict[str, float], coverage: dict[str, SpeakerCoverage], provider: EmulatedProvider
) -> dict[str, Any]:
    steps = list(shares.values())
    added = {
        kind: (after - before) / count
        for (kind, count), before, after in zip(KINDS.items(), steps, steps[1:], strict=False)
    }
    dropped = {
        reason: seconds
        for speaker in coverage.values()
        for reason, seconds in speaker.dropped_seconds.items()
    }
    return {
        "participants": sum(KINDS.values()),
        "worker_percent_of_a_core": {name: round(each * 100, 1) for name, each in shares.items()},
        "percent_of_a_core_per_track": {kind: round(each * 100, 2) for kind, each in added.items()},
        "received_seconds": round(sum(each.received_seconds for each in coverage.values()), 1),
        "recognized_seconds": round(sum(each.recognized_seconds for each in coverage.values()), 1),
        "provider_seconds": round(provider.emulator.record.audio_seconds, 1),
        "dropped_seconds": dropped,
    }


@dataclass(slots=True)
class _Member:
    kind: str
    identity: str
    client: Client = field(default_factory=Client)


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
        members = [member for member in self._members if member.kind == kind]
        for number, member in enumerate(members):
            background = None
            if kind == "noisy":
                background = np.roll(self._noise, number * 10_000)
            elif kind == "speaking":
                background = _monologue(number)
            microphone = Microphone(background)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True)
            await member.client.room.local_participant.publish_track(microphone.track, options)
            self._opening.callback(self._tasks.create_task(microphone.run()).cancel)

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
