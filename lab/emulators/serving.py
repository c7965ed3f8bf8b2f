"""What all emulated services share: their port, their control, and how they are run by hand.

Besides the service's own paths an emulator has its control: `GET /emulator/record` (what it
received) and `PUT /emulator/faults` (the script of faults from now on, a JSON list).
"""

import argparse
import asyncio
import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from lab.emulators.recognition import Answers, PocketSphinx, Recognizer

_SHUTDOWN_SECONDS: Final = 0.1
"""What a request under way may still take when the service stops."""


class Emulator(ABC):
    """A paid service; `running_emulator` gives it a port."""

    fault_list: ClassVar[TypeAdapter[Any]]
    """How its script of faults is read."""
    longest_request_bytes: ClassVar[int]
    base_path: ClassVar[str] = ""
    """What stands behind the port in the address that clients are given."""
    record: Any
    """What it has received, a dataclass."""
    base_url = ""
    """Where it listens, once it does."""

    @abstractmethod
    def add_routes(self, application: web.Application) -> None:
        """Add the service's own paths."""

    @abstractmethod
    def script(self, faults: Sequence[Any]) -> None:
        """Play these faults from now on, and no others."""

    @property
    @abstractmethod
    def played(self) -> list[str]:
        """The kinds of the faults that have come, in their order."""

    @property
    @abstractmethod
    def heard_seconds(self) -> float:
        """Audio received so far: what would have to be paid."""

    def application(self) -> web.Application:
        """Return the service with its control as an aiohttp application."""
        application = web.Application(client_max_size=self.longest_request_bytes)
        application.router.add_get("/emulator/record", self._show_record)
        application.router.add_put("/emulator/faults", self._replace_faults)
        self.add_routes(application)
        return application

    async def _show_record(self, _request: web.Request) -> web.Response:
        return web.json_response(asdict(self.record))

    async def _replace_faults(self, request: web.Request) -> web.Response:
        try:
            faults = self.fault_list.validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        self.script(faults)
        return web.json_response({"faults": len(faults)})


E = TypeVar("E", bound=Emulator)


@asynccontextmanager
async def running_emulator(emulator: E, port: int = 0) -> AsyncIterator[E]:
    """Serve on loopback, on a free port or a given one; at the end every connection breaks."""
    runner = web.AppRunner(
        emulator.application(), shutdown_timeout=_SHUTDOWN_SECONDS, access_log=None
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken = runner.addresses[0][:2]
        emulator.base_url = f"http://{host}:{taken}{emulator.base_path}"
        yield emulator
    finally:
        await runner.cleanup()


def command_line(module: str, purpose: str, api_key: str) -> argparse.ArgumentParser:
    """Return the options that all emulators take; `api_key` is the key unless told."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=f"{purpose} on loopback; prints its address."
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="port; 0 (default): any free one")
    add("--api-key", default=api_key, help=f"the key it takes (default: {api_key})")
    add("--faults", type=Path, metavar="FILE.json", help="script of faults: a list of Fault")
    add(
        "--answers",
        type=Path,
        metavar="FILE.txt",
        help="answer at once with these lines, one for each segment, then with made words; "
        "/dev/null: made words only; default: recognize with pocketsphinx",
    )
    add("--processes", type=int, default=1, help="pocketsphinx processes (default: 1)")
    return parser


def serve_by_hand(options: argparse.Namespace, make: Callable[[Recognizer], Emulator]) -> int:
    """Run an emulator until it is interrupted; return the exit code."""
    logging.basicConfig(level=logging.WARNING)
    try:
        asyncio.run(_serve(options, make))
    except KeyboardInterrupt:
        return 130
    except (OSError, ValidationError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    return 0


async def _serve(options: argparse.Namespace, make: Callable[[Recognizer], Emulator]) -> None:
    async with AsyncExitStack() as opened:
        recognizer: Recognizer
        if options.answers is not None:
            lines = options.answers.read_text().splitlines()
            recognizer = Answers(line for line in lines if line.strip())
        else:
            recognizer = await opened.enter_async_context(PocketSphinx(options.processes))
        emulator = make(recognizer)
        if options.faults is not None:
            emulator.script(emulator.fault_list.validate_json(options.faults.read_bytes()))
        await opened.enter_async_context(running_emulator(emulator, options.port))
        print(emulator.base_url, flush=True)
        await asyncio.Event().wait()
