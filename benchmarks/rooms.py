"""The stack that the benchmarks measure, its rooms, and clients that see an agent come."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from livekit import api, rtc

from stack.running import RunningStack, StackOptions, running_stack
from stack.terminal import ignore_line, print_line
from wire.roles import Role, RoomLife, seal_identity

AGENT_SECONDS = 20.0
"""How long a room waits for its agent before the benchmark is called broken."""


class BenchmarkError(Exception):
    """Something is broken: no figure can stand for it."""


class NotInstalledError(Exception):
    """What a benchmark compares with is not on this machine; the text says how to get it."""


class NoAgentError(BenchmarkError):
    """A room got no agent."""


@asynccontextmanager
async def open_stack(
    *,
    idle_processes: int | None = None,
    environment: Mapping[str, str] | None = None,
    logs: bool = False,
) -> AsyncIterator[RunningStack]:
    """Run media server, token server and worker, with a store of their own.

    Args:
        idle_processes: the worker's AGENT_IDLE_PROCESSES; None: its default.
        environment: more settings for the parts.
        logs: print what the parts print.
    """
    environment = dict(environment or {})
    if idle_processes is not None:
        environment["AGENT_IDLE_PROCESSES"] = str(idle_processes)
    with tempfile.TemporaryDirectory(prefix="sidenote-bench-") as folder:
        options = StackOptions(
            hermetic=True,
            database_url=f"sqlite:///{folder}/records.db",
            environment=environment,
        )
        async with running_stack(options, print_line if logs else ignore_line) as stack:
            yield stack


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAccess:
    """What it takes to make rooms and tokens at the media server."""

    url: str
    api_key: str
    api_secret: str = field(repr=False)

    @classmethod
    def of(cls, stack: RunningStack) -> "MediaAccess":
        """Return the access that the parts of a stack have."""
        return cls(
            url=stack.livekit_url,
            api_key=stack.environment["LIVEKIT_API_KEY"],
            api_secret=stack.environment["LIVEKIT_API_SECRET"],
        )

    def client(self) -> api.LiveKitAPI:
        """Return a client of the media server's API; use it as an async context manager."""
        return api.LiveKitAPI(self.url, self.api_key, self.api_secret)

    def identity(self, room_name: str, role: Role) -> str:
        """Return a new identity with a sealed role, for a room that is not in the store."""
        life = RoomLife(name=room_name, created_at_ms=0)
        return seal_identity(self.api_secret, life, role, secrets.token_hex(8))

    def agent_token(self, room_name: str, identity: str) -> str:
        """Return a token with which an agent joins a room that it was not dispatched to."""
        return (
            api.AccessToken(self.api_key, self.api_secret)
            .with_identity(identity)
            .with_kind("agent")
            .with_grants(api.VideoGrants(room_join=True, room=room_name, agent=True))
            .to_jwt()
        )

    def token(
        self,
        room_name: str,
        identity: str,
        name: str,
        *,
        dispatched_agent: str | None = None,
        hidden: bool = False,
    ) -> str:
        """Return a token to join a room.

        Args:
            room_name: the room.
            identity: who joins.
            name: what others see.
            dispatched_agent: agent that is dispatched when this join creates the room.
            hidden: the others, agents too, do not see who joins.
        """
        grants = api.VideoGrants(room_join=True, room=room_name, hidden=hidden)
        token = (
            api.AccessToken(self.api_key, self.api_secret)
            .with_identity(identity)
            .with_name(name)
            .with_grants(grants)
        )
        if dispatched_agent:
            agents = [api.RoomAgentDispatch(agent_name=dispatched_agent)]
            token = token.with_room_config(api.RoomConfiguration(agents=agents))
        return token.to_jwt()


@asynccontextmanager
async def open_room(
    access: MediaAccess, name: str, dispatched_agent: str | None = None
) -> AsyncIterator[None]:
    """Create a room at the media server, with an agent or without; delete it at the end."""
    agents = [api.RoomAgentDispatch(agent_name=dispatched_agent)] if dispatched_agent else []
    async with access.client() as media:
        await media.room.create_room(api.CreateRoomRequest(name=name, agents=agents))
        try:
            yield
        finally:
            await media.room.delete_room(api.DeleteRoomRequest(room=name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One client's way into a room, in milliseconds from its connect call."""

    connected_ms: float
    """The client was in the room."""
    agent_ms: float
    """The client saw an agent, and was in the room."""
    connect_called: float
    """When it called, on `time.perf_counter`."""


class Client:
    """A participant that notes when it first sees an agent."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self._agent_seen_at: float | None = None
        self._agent_seen = asyncio.Event()
        self.room.on("participant_connected", self._on_participant)

    async def connect(self, url: str, token: str) -> tuple[float, float]:
        """Join; return when the call began and when it was over, on `time.perf_counter`."""
        called = time.perf_counter()
        await self.room.connect(url, token)
        connected = time.perf_counter()
        self.look_around()
        return called, connected

    def look_around(self) -> None:
        """See who was in the room before."""
        for participant in self.room.remote_participants.values():
            self._on_participant(participant)

    async def join(self, url: str, token: str) -> Joined:
        """Join, and wait until an agent is seen.

        Raises:
            NoAgentError: none came.
        """
        called, connected = await self.connect(url, token)
        agent_seen = await self.wait_for_agent()
        return Joined(
            connected_ms=(connected - called) * 1000,
            agent_ms=(max(agent_seen, connected) - called) * 1000,
            connect_called=called,
        )

    async def wait_for_agent(self) -> float:
        """Return when an agent was first seen, on `time.perf_counter`.

        Raises:
            NoAgentError: none came.
        """
        try:
            async with asyncio.timeout(AGENT_SECONDS):
                await self._agent_seen.wait()
        except TimeoutError:
            raise NoAgentError(
                f"no agent was seen within {AGENT_SECONDS:.0f} s in a room; "
                "run again with --logs to read what the parts print"
            ) from None
        assert self._agent_seen_at is not None
        return self._agent_seen_at

    def _on_participant(self, participant: rtc.RemoteParticipant) -> None:
        is_agent = participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        if is_agent and self._agent_seen_at is None:
            self._agent_seen_at = time.perf_counter()
            self._agent_seen.set()
