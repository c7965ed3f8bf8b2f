"""Shows out who came with a token of an earlier room of the same name.

A token lets its holder connect for ten minutes, by the name of the room alone; the media server
renews it for whoever is in the room, and makes a room anew that was deleted. So the people of a
call that is over could sit in its room, or in the next one of its name. They have no role there
(`wire.roles`), but they would hear it.
"""

import asyncio
from contextlib import suppress
from typing import Final

from livekit import api

from records import Store, StoreUnavailableError
from token_server.media_server import MediaServer
from token_server.problems import ProblemError
from wire.roles import is_of_another_room

PERIOD_SECONDS: Final = 2.0
"""How long somebody of an earlier call may be in a room."""


class Doorkeeper:
    """Looks at who is in each open room, and at rooms that came back after they were closed."""

    def __init__(self, store: Store, media_server: MediaServer, api_secret: str) -> None:
        self._store = store
        self._media_server = media_server
        self._api_secret = api_secret
        self._others: set[str] = set()
        """Sids of rooms that are there and none of our business."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            # The watch needs the same two, and tells when one is away.
            with suppress(ProblemError, StoreUnavailableError):
                await self.look_once()
            await asyncio.sleep(PERIOD_SECONDS)

    async def look_once(self) -> None:
        """Show out whom no room of now has let in, and delete closed rooms that came back.

        Raises:
            ProblemError: the media server does not answer.
            StoreUnavailableError: the store does not.
        """
        present = await self._media_server.list_rooms()
        self._others &= {room.sid for room in present}
        for room in present:
            if room.sid not in self._others and not await self._look_into(room):
                self._others.add(room.sid)

    async def _look_into(self, room: api.Room) -> bool:
        """Return False if the room is none of our business, and never will be."""
        people = await self._media_server.list_participants(room.name)
        # Read behind the people: whom a room lets in that is recorded meanwhile is not among them.
        recorded = await self._store.find_room(room.name)
        if recorded is None:
            return False
        if recorded.closed_at_ms is None:
            for person in people:
                if is_of_another_room(self._api_secret, recorded.life, person.identity):
                    await self._media_server.remove_participant(room.name, person.identity)
            return True
        # A room of this name may be somebody else's. A token of ours brings our agent.
        came_back = room.creation_time_ms > recorded.closed_at_ms
        if not came_back or not await self._media_server.list_own_dispatches(room.name):
            return False
        await self._media_server.delete_room(room.name)
        return True
