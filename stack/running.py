"""Starts the real parts together, waits until they work together, stops them in order."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from settings.base import ENV_FILE_VARIABLE
from stack.environment import read_environment, without_settings
from stack.media_server import WEBHOOK_PATH, Webhook, require_binary, write_settings
from stack.part import LineSink, Part, PartError
from stack.ports import find_free_port
from stack.postgres import PostgresServer

START_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.2
WORKER_DRAIN_SECONDS: Final = 3
"""How long calls may go on when the stack stops."""
MEDIA_SERVER: Final = "media server"
TOKEN_SERVER: Final = "token server"  # noqa: S105 - the name of a part
WORKER: Final = "worker"
BYTECODE: Final = Path(".cache/bytecode")
"""Where the parts keep what Python made of their sources and of the libraries'."""
_OF_MEDIA_SERVER: Final = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What to start, and where."""

    token_server_port: int | None = None
    """Preferred port of the token server; None or taken: any free one."""
    media_port: int | None = None
    """Preferred port of the media server; None or taken: any free one."""
    database_url: str | None = None
    """Store of this run; None: what the settings say."""
    postgres: bool = False
    """Run a Postgres for the store, and throw it away at the end."""
    workers: int = 1
    """How many workers share the calls."""
    hermetic: bool = False
    """Take from settings and `.env` the media server and its keys only: the same run everywhere."""
    environment: dict[str, str] = field(default_factory=dict)
    """More settings for the parts."""


@dataclass(slots=True)
class RunningStack:
    """The parts that run, and how to reach them."""

    environment: dict[str, str]
    """What the parts were started with."""
    livekit_url: str
    """The media server, for participants."""
    token_server_url: str
    """The token server and the page."""
    store: PostgresServer | None = None
    """The server of the store, if the stack runs one."""
    parts: dict[str, Part] = field(default_factory=dict)
    """By name: `MEDIA_SERVER` (unless it is somebody else's), `TOKEN_SERVER`, and `WORKER`, with a
    number behind it from the second one on."""

    @property
    def workers(self) -> list[Part]:
        """The workers."""
        return [part for name, part in self.parts.items() if name.startswith(WORKER)]


@asynccontextmanager
async def media_server(
    folder: Path,
    environment: dict[str, str],
    on_line: LineSink,
    port: int | None = None,
    *,
    token_server_url: str | None = None,
) -> AsyncIterator[tuple[Part, str]]:
    """Run a media server with the key pair of the environment; yield it and its address.

    Its events go to the token server; None: to nobody.
    """
    if not {"LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"} <= environment.keys():
        raise PartError("the media server has no key pair; `make setup` writes one into .env")
    api_key = environment["LIVEKIT_API_KEY"]
    webhook = Webhook(token_server_url + WEBHOOK_PATH, api_key) if token_server_url else None
    settings_file, port = write_settings(folder, port, webhook=webhook)
    keys = f"{api_key}: {environment['LIVEKIT_API_SECRET']}"
    part = await Part.start(
        MEDIA_SERVER,
        [str(require_binary()), "--config", str(settings_file)],
        env=environment | {"LIVEKIT_KEYS": keys},
        on_line=on_line,
    )
    try:
        await wait_until_answers(part, f"http://127.0.0.1:{port}/")
        yield part, f"ws://127.0.0.1:{port}"
    finally:
        await part.stop(grace_seconds=1.0)


@asynccontextmanager
async def running_stack(options: StackOptions, on_line: LineSink) -> AsyncIterator[RunningStack]:
    """Run the stack; yields when the token server says that everything is ready.

    Raises:
        PartError: a part did not start.
        SettingsError: the settings are wrong.
    """
    environment = _environment(options)
    async with AsyncExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="sidenote-")))
        parts: dict[str, Part] = {}
        store = await exits.enter_async_context(_postgres()) if options.postgres else None
        if store:
            environment["DATABASE_URL"] = await asyncio.to_thread(store.make_database)
        port = find_free_port(options.token_server_port)
        environment["TOKEN_SERVER_PORT"] = str(port)
        token_server_url = f"http://127.0.0.1:{port}"
        if "LIVEKIT_URL" not in environment:
            part, url = await exits.enter_async_context(
                media_server(
                    folder,
                    environment,
                    on_line,
                    options.media_port,
                    token_server_url=token_server_url,
                )
            )
            parts[MEDIA_SERVER] = part
            environment["LIVEKIT_URL"] = url
        stack = RunningStack(
            environment=environment,
            livekit_url=environment["LIVEKIT_URL"],
            token_server_url=token_server_url,
            store=store,
            parts=parts,
        )
        await exits.enter_async_context(_started(stack, TOKEN_SERVER, ["token_server"], on_line))
        command = ["agent", "start", "--log-format", "colored"]
        for number in range(options.workers):
            name = f"{WORKER} {number + 1}" if number else WORKER
            await exits.enter_async_context(_started(stack, name, command, on_line))
        await wait_until_answers(parts[TOKEN_SERVER], f"{stack.token_server_url}/ready")
        yield stack


@asynccontextmanager
async def _postgres() -> AsyncIterator[PostgresServer]:
    server = PostgresServer()
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.remove)


def _environment(options: StackOptions) -> dict[str, str]:
    environment = read_environment()
    if options.hermetic:
        media = {name: environment[name] for name in _OF_MEDIA_SERVER if name in environment}
        environment = without_settings(environment) | media
        environment[ENV_FILE_VARIABLE] = "/dev/null"
    environment.setdefault("AGENT_DRAIN_SECONDS", str(WORKER_DRAIN_SECONDS))
    environment["PYTHONUNBUFFERED"] = "1"
    # A part that is started again in the middle of a call must not compile all its sources first.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE.resolve()))
    if options.database_url:
        environment["DATABASE_URL"] = options.database_url
    return environment | options.environment


@asynccontextmanager
async def _started(
    stack: RunningStack, name: str, module: list[str], on_line: LineSink
) -> AsyncIterator[None]:
    part = await Part.start(
        name, [sys.executable, "-m", *module], env=stack.environment, on_line=on_line
    )
    stack.parts[name] = part
    try:
        yield
    finally:
        await part.stop(grace_seconds=WORKER_DRAIN_SECONDS + 12.0)


async def wait_until_answers(part: Part, url: str) -> None:
    """Wait until an address answers with 200.

    Raises:
        PartError: the part ended first, or it took too long.
    """
    last = "no answer"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        for _ in range(round(START_SECONDS / POLL_SECONDS)):
            if not part.is_running:
                await part.wait_for_output()
                raise part.failure("ended while it was starting")
            try:
                async with http.get(url) as response:
                    if response.status == 200:
                        return
                    last = (await response.text())[:500]
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(POLL_SECONDS)
    raise PartError(f"{url} was not ready after {START_SECONDS:.0f} s: {last}")
