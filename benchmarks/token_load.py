"""Asks a token endpoint over several connections at once, each as soon as it has its answer.

Started by `benchmarks.token_endpoint` as a process of its own, so that asking and answering do
not share an interpreter. Reads an `Order` as JSON from standard input, prints a `Load` as JSON.
"""

import asyncio
import sys
import time

import aiohttp
from pydantic import BaseModel, Field

CONNECTIONS = 16
_WARM_UP_SECONDS = 1.0


class Order(BaseModel):
    """What to ask, and for how long."""

    url: str
    room_name: str
    invitation: str = Field(repr=False)
    """Sent as Bearer, to the plain endpoint too, which does not look at it."""
    seconds: float


class Load(BaseModel):
    """What came back."""

    requests: int
    refused: int
    """Answers with another status than 201."""
    warm_up_requests: int
    """Asked before, and not among `requests`."""
    seconds: float
    connections: int
    requests_per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    client_cpu_share: float
    """CPU time of the asking process, as a share of one core: near 1, it was the limit."""


class Asking:
    """The requests of a run."""

    def __init__(self, order: Order, http: aiohttp.ClientSession) -> None:
        self._order = order
        self._http = http
        self.delays_ms: list[float] = []
        self.refused = 0

    async def ask(self, connection: int, until: float) -> None:
        """Ask again and again until a time on `time.perf_counter`."""
        body = {
            "room_name": self._order.room_name,
            "participant_name": f"Guest {connection}",
            "participant_identity": f"browser-{connection:024}",
        }
        headers = {"Authorization": f"Bearer {self._order.invitation}"}
        while (asked := time.perf_counter()) < until:
            async with self._http.post(self._order.url, json=body, headers=headers) as answer:
                await answer.read()
            self.delays_ms.append((time.perf_counter() - asked) * 1000)
            self.refused += answer.status != 201


async def run(order: Order) -> Load:
    """Ask for a second that does not count, then for the time of the order."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as http:
        warm_up = Asking(order, http)
        await _ask_all(warm_up, _WARM_UP_SECONDS)
        asking = Asking(order, http)
        began, cpu_before = time.perf_counter(), time.process_time()
        await _ask_all(asking, order.seconds)
        seconds = time.perf_counter() - began
    ordered = sorted(asking.delays_ms)
    ranks = {
        f"p{percent}_ms": round(ordered[min(len(ordered) * percent // 100, len(ordered) - 1)], 2)
        for percent in (50, 95, 99)
    }
    return Load(
        requests=len(ordered),
        refused=asking.refused + warm_up.refused,
        warm_up_requests=len(warm_up.delays_ms),
        seconds=round(seconds, 2),
        connections=CONNECTIONS,
        requests_per_second=round(len(ordered) / seconds, 1),
        max_ms=round(ordered[-1], 2),
        client_cpu_share=round((time.process_time() - cpu_before) / seconds, 2),
        **ranks,
    )


async def _ask_all(asking: Asking, seconds: float) -> None:
    until = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as tasks:
        for connection in range(CONNECTIONS):
            tasks.create_task(asking.ask(connection, until))


if __name__ == "__main__":
    print(asyncio.run(run(Order.model_validate_json(sys.stdin.read()))).model_dump_json())
