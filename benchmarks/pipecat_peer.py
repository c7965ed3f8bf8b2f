"""How soon a final is read from pipecat's LiveKit transport, and what a call costs there.

Run with `python -m benchmarks --only pipecat`, or with `--only final_delay` too to see it beside
our worker. The call, the clients, the recognizer and the measure are those of
`benchmarks.final_delay`; `benchmarks.pipecat_bot` tells how the bot is built. The bot joins as an
agent participant with a token made here, before the speakers do. It has no worker that waits for
rooms, so nothing idle counts into its CPU time and memory.
"""

import asyncio
import json
import os
import secrets
from contextlib import suppress
from typing import Any

from livekit import rtc

from benchmarks.final_delay import measure_call
from benchmarks.peer_part import peer_part
from benchmarks.pipecat_environment import describe_packages, require_python
from benchmarks.rooms import MediaAccess, open_room, open_stack
from benchmarks.spoken_call import CALL, SpokenCall
from lab.call_file import load_call

__all__ = ["describe_packages", "run"]

READY = "the pipecat bot listens"
"""As in `benchmarks.pipecat_bot`, which cannot be imported here."""

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONDONTWRITEBYTECODE")


class RtviCall(SpokenCall):
    """Reads finals from pipecat's own messages on the data channel."""

    def listen(self, room: rtc.Room) -> None:
        room.on("data_received", self._on_packet)

    def _on_packet(self, packet: rtc.DataPacket) -> None:
        with suppress(ValueError):
            message = json.loads(packet.data)
            if message.get("type") == "user-input" and message["data"]["final"]:
                self.take_final(message["data"]["user_id"], message["data"]["text"])


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return the figures of `final_delay` for pipecat.

    Raises:
        NotInstalledError: pipecat is not there and could not be installed.
        BenchmarkError: the bot did not come.
    """
    python = str(require_python())
    return asyncio.run(_run(python, quick, logs))


async def _run(python: str, quick: bool, logs: bool) -> dict[str, Any]:
    room_name = f"bench-{secrets.token_hex(6)}"
    speakers = len(load_call(CALL).participants)
    command = [python, "-m", "benchmarks.pipecat_bot", str(speakers)]
    async with open_stack(logs=logs) as stack:
        # As with the plain way: nothing else may compute beside the one that is measured.
        await stack.parts["worker"].stop()
        access = MediaAccess.of(stack)
        # The media server's secret and the providers' keys are none of its business.
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {
            "PYTHONUNBUFFERED": "1",
            "BOT_URL": access.url,
            "BOT_ROOM": room_name,
            "BOT_TOKEN": access.agent_token(room_name, "pipecat-bot"),
        }
        async with (
            open_room(access, room_name),
            peer_part("pipecat bot", command, env=environment, ready=READY, logs=logs) as bot,
        ):
            return await measure_call(RtviCall(access, room_name), bot.pid, "pipecat", quick)
