"""The media server's API, with its failures told as problems."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from google.protobuf.message import DecodeError
from livekit import api
from livekit.protocol.models import ParticipantInfo

from settings import LiveKitSettings
from token_server import problems
from token_server.problems import ProblemError
from token_server.tokens import (
    DEPARTURE_TIMEOUT_SECONDS,
    EMPTY_TIMEOUT_SECONDS,
    dispatch_agent,
)
from wire.dispatch import DispatchMetadata
from wire.topics import AGENT_NAME

_TIMEOUT: Final = aiohttp.ClientTimeout(total=5, connect=3)


class MediaServer:
    """Rooms, participants and dispatches. Every method may raise `ProblemError`."""

    def __init__(self, client: api.LiveKitAPI, url: str) -> None:
        self._client = client
        parts = urlsplit(url)
        self.place = parts.netloc.rpartition("@")[2]
        """Host and port, for people."""

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: LiveKitSettings) -> AsyncIterator["MediaServer"]:
        """Return a client; connects when it is first used."""
        client = api.LiveKitAPI(
            settings.livekit_url, settings.livekit_api_key, settings.api_secret, timeout=_TIMEOUT
        )
        async with client:
            yield cls(client, settings.livekit_url)

    async def create_room(
        self,
        name: str,
        *,
        metadata: DispatchMetadata,
        empty_timeout_seconds: int = EMPTY_TIMEOUT_SECONDS,
        max_people: int = 0,
    ) -> None:
        """Create a room with our agent dispatched into it.

        Args:
            name: of the room.
            metadata: what the agent is told.
            empty_timeout_seconds: how long the room stays without people.
            max_people: so many may be in it at once, beside agents; 0: any number.
        """
        with self._told():
            await self._client.room.create_room(
                api.CreateRoomRequest(
                    name=name,
                    empty_timeout=empty_timeout_seconds,
                    departure_timeout=DEPARTURE_TIMEOUT_SECONDS,
                    max_participants=max_people,
                    agents=[dispatch_agent(metadata)],
                )
            )

    async def delete_room(self, name: str) -> None:
        """Delete a room; nothing happens if it is not there."""
        with self._told():
            try:
                await self._client.room.delete_room(api.DeleteRoomRequest(room=name))
            except api.TwirpError as error:
                if error.code != "not_found":
                    raise

    async def list_rooms(self, names: list[str] | None = None) -> list[api.Room]:
        """Return the rooms that exist, all or those of the given names."""
        with self._told():
            return list(
                (await self._client.room.list_rooms(api.ListRoomsRequest(names=names))).rooms
            )

    async def list_participants(self, room_name: str) -> list[ParticipantInfo]:
        """Return who is in a room; nobody if it does not exist."""
        request = api.ListParticipantsRequest(room=room_name)
        with self._told():
            try:
                return list((await self._client.room.list_participants(request)).participants)
            except api.TwirpError as error:
                if error.code != "not_found":
                    raise
                return []

    async def count_people(self, room_name: str) -> int:
        """Return how many participants are no agents.

        The count that `list_rooms` gives is up to 5 s old (measured with 1.13.5).
        """
        present = await self.list_participants(room_name)
        return sum(one.kind == ParticipantInfo.Kind.STANDARD for one in present)

    async def remove_participant(self, room_name: str, identity: str) -> None:
        """Disconnect somebody; nothing happens if they are not there."""
        request = api.RoomParticipantIdentity(room=room_name, identity=identity)
        with self._told():
            try:
                await self._client.room.remove_participant(request)
            except api.TwirpError as error:
                if error.code != "not_found":
                    raise

    async def list_own_dispatches(self, room_name: str) -> list[api.AgentDispatch]:
        """Return the dispatches of our agent in a room; none if it does not exist."""
        with self._told():
            try:
                dispatches = await self._client.agent_dispatch.list_dispatch(room_name)
            except api.TwirpError as error:
                if error.code != "not_found":
                    raise
                return []
        return [dispatch for dispatch in dispatches if dispatch.agent_name == AGENT_NAME]

    async def create_dispatch(self, room_name: str, *, metadata: str) -> None:
        """Dispatch our agent into a room."""
        request = api.CreateAgentDispatchRequest(
            agent_name=AGENT_NAME, room=room_name, metadata=metadata
        )
        with self._told():
            await self._client.agent_dispatch.create_dispatch(request)

    async def delete_dispatch(self, room_name: str, dispatch_id: str) -> None:
        """Delete a dispatch; nothing happens if it is not there."""
        with self._told():
            try:
                await self._client.agent_dispatch.delete_dispatch(dispatch_id, room_name)
            except api.TwirpError as error:
                if error.code != "not_found":
                    raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except api.TwirpError as error:
            raise self._explain(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise ProblemError(
                problems.MEDIA_SERVER_DOWN,
                f"the media server at {self.place} does not answer",
                "start it (`make run` does), or set LIVEKIT_URL to one that runs; then try again",
                headers={"Retry-After": "2"},
            ) from None
        except DecodeError:
            raise self._no_media_server("answered with something else") from None

    def _explain(self, error: api.TwirpError) -> ProblemError:
        if error.status in {401, 403}:
            return ProblemError(
                problems.MEDIA_SERVER_REFUSED,
                f"the media server at {self.place} does not accept our key pair",
                "set LIVEKIT_API_KEY and LIVEKIT_API_SECRET to a pair of the media server's "
                "`keys`, compare both clocks, and start the token server again",
            )
        # An answer without a code did not come from the media server's API.
        if error.code == "unknown" and error.status < 500:
            return self._no_media_server(f"answered with status {error.status}")
        if error.code == "unavailable" or error.status in {502, 503, 504}:
            return ProblemError(
                problems.MEDIA_SERVER_DOWN,
                f"the media server at {self.place} cannot serve now ({error.code})",
                "try again; if it goes on, read the media server's log",
                headers={"Retry-After": "2"},
            )
        return ProblemError(
            problems.MEDIA_SERVER_REFUSED,
            f"the media server at {self.place} failed ({error.code}, status {error.status})",
            "read the media server's log for the cause",
        )

    def _no_media_server(self, what: str) -> ProblemError:
        return ProblemError(
            problems.MEDIA_SERVER_REFUSED,
            f"{self.place} {what}, so it is no LiveKit server",
            "set LIVEKIT_URL to the address of a LiveKit server",
        )
