"""How many tokens a second our endpoint gives out, and how late the slowest, beside a plain one.

Run with `python -m benchmarks --only token_endpoint`. Both endpoints run as one uvicorn process
and are asked, one after the other, by `benchmarks.token_load`: 16 connections for 10 s. Ours
checks an invitation and looks the room up in a SQLite store; `benchmarks.plain_token_server` mints
the same token for anybody. What ours costs more is the price of those checks. No worker runs.
"""

import asyncio
import os
import sys
from typing import Any

import aiohttp

from benchmarks.peer_part import peer_part
from benchmarks.process_tree import ProcessTree
from benchmarks.rooms import BenchmarkError, open_stack
from benchmarks.token_load import Load, Order
from stack.ports import find_free_port
from stack.running import RunningStack

SECONDS = 10.0
QUICK_SECONDS = 2.0
_UVICORN_READY = "Uvicorn running on"


def run(*, quick: bool = False, logs: bool = False) -> dict[str, Any]:
    """Return requests per second and delays of both endpoints, and ours as a share of the plain.

    Raises:
        BenchmarkError: an endpoint refused a request.
    """
    return asyncio.run(_run(QUICK_SECONDS if quick else SECONDS, logs))


async def _run(seconds: float, logs: bool) -> dict[str, Any]:
    async with open_stack(logs=logs) as stack:
        # The room is made without a worker, so that no agent computes beside the endpoints.
        await stack.parts["worker"].stop()
        order = await _make_order(stack, seconds)
        ours = await _measure("ours", order, stack.parts["token server"].pid)
        await stack.parts["token server"].stop()
        port = find_free_port()
        command = [sys.executable, "-m", "benchmarks.plain_token_server", str(port)]
        async with peer_part(
            "plain token server", command, env=stack.environment, ready=_UVICORN_READY, logs=logs
        ) as plain_server:
            url = f"http://127.0.0.1:{port}/tokens"
            plain = await _measure("plain", order.model_copy(update={"url": url}), plain_server.pid)
    names = ("requests_per_second", "p50_ms", "p99_ms", "server_cpu_ms_per_request")
    ratio = {name: round(ours[name] / plain[name], 2) for name in names}
    return {"ours": ours, "plain": plain, "ratio": ratio}


async def _make_order(stack: RunningStack, seconds: float) -> Order:
    key = stack.environment.get("SIDENOTE_API_KEY")
    headers = {"X-API-Key": key} if key else {}
    url = stack.token_server_url
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/rooms", json={}, headers=headers) as answer,
    ):
        if answer.status != 201:
            raise BenchmarkError(f"POST /rooms answered with status {answer.status}")
        room = await answer.json()
    return Order(
        url=f"{url}/tokens",
        room_name=room["room_name"],
        invitation=room["guest"]["invitation"],
        seconds=seconds,
    )


async def _measure(title: str, order: Order, pid: int) -> dict[str, Any]:
    print(f"  {title}: {order.seconds:.0f} s ...", flush=True)
    tree = ProcessTree(pid)
    async with tree:
        load = await _ask(order)
    if load.refused:
        raise BenchmarkError(f"{title}: {load.refused} requests for a token were refused")
    return load.model_dump() | {
        "server_cpu_ms_per_request": round(
            tree.cpu_seconds * 1000 / (load.requests + load.warm_up_requests), 3
        ),
        "server_peak_pss_mb": round(tree.peak_pss_mb, 1),
    }


async def _ask(order: Order) -> Load:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.token_load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(os.environ),
    )
    try:
        printed, complaint = await process.communicate(order.model_dump_json().encode())
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        last = complaint.decode().strip().splitlines()[-1:]
        raise BenchmarkError(f"the client of the token endpoint failed: {' '.join(last)}")
    return Load.model_validate_json(printed)
