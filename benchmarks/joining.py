"""How soon an agent is in the room: one room after the other, and a burst of rooms.

Run with `python -m benchmarks --only joining`. A frontend's way: POST /rooms at the token server,
then connect at once. The media server sends the agent when the room is created, so a room that
the first join itself creates (`at_join`, a token that carries the dispatch) is the harder case:
nothing happens before the connect call. Nobody waits between rooms for the worker to recover.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from livekit import api

from benchmarks.rooms import BenchmarkError, Client, Joined, MediaAccess, NoAgentError, open_stack
from lab.score import Latency
from stack.running import RunningStack
from wire.topics import AGENT_NAME

ROOMS = 20
QUICK_ROOMS = 5
BURST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One room and its agent."""

    joined: Joined
    from_request_ms: float
    """From the first thing the client did, POST /rooms or the connect call, to seeing the agent."""


class Site:
    """Where rooms are made, joined and deleted."""

    def __init__(
        self, stack: RunningStack, http: aiohttp.ClientSession, media: api.LiveKitAPI
    ) -> None:
        self._url = stack.token_server_url
        self._key = stack.environment.get("SIDENOTE_API_KEY")
        self._access = MediaAccess.of(stack)
        self._http = http
        self._media = media

    async def tried(self, join: Callable[[], Awaitable[Arrival]]) -> Arrival | None:
        """Return how a room got its agent; None if it got none."""
        try:
            return await join()
        except NoAgentError:
            return None

    async def join_created(self) -> Arrival:
        """Create a room at the token server, join it as its host, delete it."""
        headers = {"X-API-Key": self._key} if self._key else {}
        requested = time.perf_counter()
        async with self._http.post(f"{self._url}/rooms", json={}, headers=headers) as response:
            if response.status != 201:
                raise BenchmarkError(f"POST /rooms answered with status {response.status}")
            room = await response.json()
        client = Client()
        try:
            joined = await client.join(room["server_url"], room["host"]["token"])
        finally:
            await client.room.disconnect()
            url = f"{self._url}/rooms/{room['room_name']}"
            async with self._http.delete(url, headers=headers):
                pass
        before_ms = (joined.connect_called - requested) * 1000
        return Arrival(joined=joined, from_request_ms=before_ms + joined.agent_ms)

    async def join_new(self) -> Arrival:
        """Join a room that does not exist, so that the join creates it; delete it."""
        name = f"bench-{secrets.token_hex(6)}"
        identity = self._access.identity(name, "host")
        token = self._access.token(name, identity, "Host", dispatched_agent=AGENT_NAME)
        client = Client()
        try:
            joined = await client.join(self._access.url, token)
        finally:
            await client.room.disconnect()
            await self._media.room.delete_room(api.DeleteRoomRequest(room=name))
        return Arrival(joined=joined, from_request_ms=joined.agent_ms)


def run(
    *, quick: bool = False, idle_processes: int | None = None, logs: bool = False
) -> dict[str, Any]:
    """Return milliseconds from the connect call until the client sees an agent.

    Each figure says under `without_agent` how many rooms got none.
    """
    return asyncio.run(_run(QUICK_ROOMS if quick else ROOMS, idle_processes, logs))


async def _run(rooms: int, idle_processes: int | None, logs: bool) -> dict[str, Any]:
    async with _open_site(idle_processes, logs) as site:
        print(f"  {rooms} rooms, one after the other ...", flush=True)
        sequential = [await site.tried(site.join_created) for _ in range(rooms)]
        print(f"  {rooms} rooms, created by the join ...", flush=True)
        at_join = [await site.tried(site.join_new) for _ in range(rooms)]
    # A worker of its own: a burst meets one that is at rest, and the second burst follows at once.
    async with _open_site(idle_processes, logs) as site:
        print(f"  a burst of {BURST} rooms ...", flush=True)
        burst = await _at_once(site, site.join_created)
        print(f"  a burst of {BURST} rooms, created by the joins ...", flush=True)
        burst_at_join = await _at_once(site, site.join_new)
    measured = {
        "sequential": sequential,
        "burst": burst,
        "at_join": at_join,
        "burst_at_join": burst_at_join,
    }
    figures: dict[str, Any] = {name: _figures(tries) for name, tries in measured.items()}
    figures["sequential_from_post"] = _latency(each.from_request_ms for each in sequential if each)
    figures["burst_from_post"] = _latency(each.from_request_ms for each in burst if each)
    figures["client_connect"] = _latency(each.joined.connected_ms for each in sequential if each)
    figures["idle_processes"] = "default" if idle_processes is None else idle_processes
    return figures


@asynccontextmanager
async def _open_site(idle_processes: int | None, logs: bool) -> AsyncIterator[Site]:
    async with AsyncExitStack() as exits:
        opening = open_stack(idle_processes=idle_processes, logs=logs)
        stack = await exits.enter_async_context(opening)
        http = await exits.enter_async_context(aiohttp.ClientSession())
        media = await exits.enter_async_context(MediaAccess.of(stack).client())
        yield Site(stack, http, media)


async def _at_once(site: Site, join: Callable[[], Awaitable[Arrival]]) -> list[Arrival | None]:
    return await asyncio.gather(*(site.tried(join) for _ in range(BURST)))


def _figures(tries: list[Arrival | None]) -> dict[str, Any]:
    arrivals = [each.joined.agent_ms for each in tries if each]
    return _latency(arrivals) | {
        "without_agent": len(tries) - len(arrivals),
        "each": [each and round(each.joined.agent_ms) for each in tries],
    }


def _latency(values_ms: Iterable[float]) -> dict[str, Any]:
    return Latency.of(values_ms).model_dump()
