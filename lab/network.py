"""Spoils the network of one participant: packets of its media connection are lost or late.

Loss is done with nftables, delay with the kernel's netem; both need root and Linux.
"""

import asyncio
import secrets
import shutil
from contextlib import suppress
from typing import Final

from livekit import rtc

from lab.front_desk import PlayError

_LOOPBACK: Final = "lo"


async def media_ports(room: rtc.Room) -> set[int]:
    """Return the UDP ports of this client's media connections.

    Raises:
        PlayError: its media do not run over UDP.
    """
    stats = await room.get_rtc_stats()
    everything = [*stats.publisher_stats, *stats.subscriber_stats]
    chosen = {
        each.candidate_pair.candidate_pair.local_candidate_id
        for each in everything
        if each.WhichOneof("stats") == "candidate_pair"
        and each.candidate_pair.candidate_pair.nominated
    }
    ports = {
        each.local_candidate.candidate.port
        for each in everything
        if each.WhichOneof("stats") == "local_candidate"
        and each.local_candidate.rtc.id in chosen
        and each.local_candidate.candidate.protocol == "udp"
    }
    if not ports:
        raise PlayError("network: this participant's media do not run over UDP here")
    return ports


class Network:
    """The faults that are in force. `aclose` mends everything."""

    def __init__(self) -> None:
        self._table = f"sidenote_lab_{secrets.token_hex(4)}"
        self._has_table = False
        self._has_netem = False

    async def spoil(self, ports: set[int], *, loss_percent: float, delay_ms: float) -> None:
        """Lose and delay what goes through these ports, both ways; 0 and 0 mends it.

        Raises:
            PlayError: this machine cannot do it.
        """
        await self.aclose()
        if loss_percent:
            await self._lose(ports, loss_percent)
        if delay_ms:
            await self._delay(ports, delay_ms)

    async def aclose(self) -> None:
        """Take all faults back."""
        if self._has_table:
            self._has_table = False
            await _run("nft", "delete", "table", "inet", self._table)
        if self._has_netem:
            self._has_netem = False
            await _run("tc", "qdisc", "del", "dev", _LOOPBACK, "root")

    async def _lose(self, ports: set[int], percent: float) -> None:
        listed = ", ".join(str(port) for port in sorted(ports))
        chance = f"numgen random mod 10000 < {round(percent * 100)} drop"
        if percent >= 100:
            chance = "drop"
        rules = "".join(f"udp {way} {{ {listed} }} {chance}; " for way in ("sport", "dport"))
        hook = "type filter hook input priority 0;"
        await _run("nft", f"table inet {self._table} {{ chain lost {{ {hook} {rules} }}; }}")
        self._has_table = True

    async def _delay(self, ports: set[int], delay_ms: float) -> None:
        # Four bands, of which the traffic of everybody else uses the first three.
        bands = ("1", "2", "2", "2", "1", "2", "0", "0", "1", "1", "1", "1", "1", "1", "1", "1")
        root = ("tc", "qdisc", "add", "dev", _LOOPBACK, "root", "handle", "1:")
        await _run(*root, "prio", "bands", "4", "priomap", *bands)
        self._has_netem = True
        late = ("netem", "delay", f"{delay_ms}ms")
        await _run("tc", "qdisc", "add", "dev", _LOOPBACK, "parent", "1:4", "handle", "40:", *late)
        for port in ports:
            for way in ("sport", "dport"):
                command = ("tc", "filter", "add", "dev", _LOOPBACK, "protocol", "ip")
                udp = ("u32", "match", "ip", "protocol", "17", "0xff")
                match = ("match", "ip", way, str(port), "0xffff")
                await _run(*command, "parent", "1:0", "prio", "1", *udp, *match, "flowid", "1:4")


async def _run(*command: str) -> None:
    tool = command[0]
    if shutil.which(tool) is None:
        package = "nftables" if tool == "nft" else "iproute2"
        raise PlayError(f"network: {tool} is not on the PATH: sudo apt-get install {package}")
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, printed = await process.communicate()
    if process.returncode:
        why = printed.decode(errors="replace").strip().splitlines()
        remedy = (
            "run as root" if tool == "nft" else "run as root on a kernel with netem (sch_netem)"
        )
        if tool == "tc" and command[2] == "add":
            with suppress(PlayError):
                await _run("tc", "qdisc", "del", "dev", _LOOPBACK, "root")
        raise PlayError(
            f"this event cannot be played on this machine: {tool} says "
            f"{why[0] if why else 'nothing'!r}; {remedy}"
        )
