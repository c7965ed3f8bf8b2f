"""How soon a token server gives what the page of a long meeting shows, and finds words."""

import asyncio
import time
from typing import Any, Final

import aiohttp

from benchmarks.long_talk import names, things
from benchmarks.rooms import BenchmarkError
from lab.score import Latency
from stack.running import RunningStack

PARTS: Final = (
    "",
    "/segments?limit=200",
    "/minutes",
    "/statistics",
    "/tasks",
    "/talking-points",
    "/answers",
    "/coverage",
    "/costs",
)
"""What the page of a meeting asks for, all at once."""
_BROWSER_CONNECTIONS: Final = 6
_LOADS: Final = 20
_QUICK_LOADS: Final = 3
_SEARCHES: Final = 100
_QUICK_SEARCHES: Final = 10


async def measure_pages(stack: RunningStack, room_sid: str, *, quick: bool) -> dict[str, Any]:
    """Return milliseconds of the page, of each of its parts, of all finals, and of searches.

    Raises:
        BenchmarkError: a request was refused, or a search for what all meetings are about did
            not find one.
    """
    key = stack.environment.get("SIDENOTE_API_KEY")
    connector = aiohttp.TCPConnector(limit=_BROWSER_CONNECTIONS)
    async with aiohttp.ClientSession(
        connector=connector, headers={"X-API-Key": key} if key else {}
    ) as http:
        desk = _Desk(http, stack.token_server_url)
        loads = _QUICK_LOADS if quick else _LOADS
        pages, parts = await _load_pages(desk, f"/meetings/{room_sid}", loads)
        return {
            "page_ms": pages,
            "parts_ms": parts,
            "all_finals_ms": await _read_all(desk, f"/meetings/{room_sid}/segments"),
            "search_ms": await _search(desk, _QUICK_SEARCHES if quick else _SEARCHES),
        }


class _Desk:
    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def get(self, path: str, **query: str | int) -> tuple[dict[str, Any], float]:
        """Return an answer, and after how many milliseconds all of it was there."""
        began = time.perf_counter()
        async with self._http.get(self._url + path, params=query) as answer:
            body = await answer.json()
            if answer.status != 200:
                raise BenchmarkError(f"GET {path} answered with status {answer.status}")
        return body, (time.perf_counter() - began) * 1000


async def _load_pages(
    desk: _Desk, meeting: str, loads: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    pages: list[float] = []
    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    for _ in range(loads):
        began = time.perf_counter()
        answers = await asyncio.gather(*(desk.get(meeting + part) for part in PARTS))
        pages.append((time.perf_counter() - began) * 1000)
        for part, (_, took_ms) in zip(PARTS, answers, strict=True):
            parts[part].append(took_ms)
    return _ranks(pages), {part or "/": _ranks(taken) for part, taken in parts.items()}


async def _read_all(desk: _Desk, path: str) -> float:
    """Return how long it takes to read every final, page by page."""
    began = time.perf_counter()
    cursor: str | None = None
    while True:
        query: dict[str, str | int] = {"limit": 1000}
        if cursor:
            query["cursor"] = cursor
        body, _ = await desk.get(path, **query)
        cursor = body["next_cursor"]
        if cursor is None:
            return round((time.perf_counter() - began) * 1000, 1)


async def _search(desk: _Desk, count: int) -> dict[str, Any]:
    """Search for one word, for two, for a phrase and for the beginning of a word."""
    words, people = things(), names()
    taken: list[float] = []
    for number in range(count):
        one, other = words[number % len(words)], words[(number * 7 + 3) % len(words)]
        person = people[number % len(people)]
        query = (one, f"{one} {other}", f'"the {one}"', f"{one[:4]}* {person}")[number % 4]
        body, took_ms = await desk.get("/meetings", q=query, limit=20)
        taken.append(took_ms)
        if number % 4 in {0, 2} and not body["meetings"]:
            raise BenchmarkError("a search has found no meeting, and all are about these words")
    return _ranks(taken)


def _ranks(values_ms: list[float]) -> dict[str, Any]:
    return Latency.of(values_ms).model_dump()
