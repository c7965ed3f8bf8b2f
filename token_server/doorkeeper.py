"""Shows out who came with a token of an earlier room of the same name.

A token lets its holder connect for ten minutes, by the name of the room alone; the media server
renews it for whoever is in the room, and makes a room anew that was deleted. So the people of a
call that is over could sit in its room, or in the next one of its name. They have no role there
(`wire.roles`), but they would hear it.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from livekit import api
from livekit.protocol.models import ParticipantInfo

from records import Room, Store, StoreUnavailableError
from token_server.media_server import MediaServer
from token_server.problems import ProblemError
from wire.roles import find_role, is_of_another_room

PERIOD_SECONDS: Final = 2.0
"""How long somebody of an earlier call may be in a room."""
_log = logging.getLogger(__name__)


class Doorkeeper:
    """Looks at who is in each open room, and at rooms that came back after they were closed."""

    def __init__(self, store: Store, media_server: MediaServer, api_secret: str) -> None:
        self._store = store
        self._media_server = media_server
        self._api_secret = api_secret
        self._others: set[str] = set()
        """Sids of rooms that are there and that nobody has recorded: ours are recorded first."""
        self._failing: set[str] = set()
        """Sids of rooms of which it was told that nobody can be shown out there."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            # The watch needs the same two, and tells when one is away.
            with suppress(ProblemError, StoreUnavailableError):
                await self.look_once()
            await asyncio.sleep(PERIOD_SECONDS)

    async def look_once(self) -> None:
        """Show out whom no room of now has let in, and delete rooms that only they brought back.

        Raises:
            ProblemError: the media server does not answer.
            StoreUnavailableError: the store does not.
        """
        present = await self._media_server.list_rooms()
        sids = {room.sid for room in present}
        self._others &= sids
        self._failing &= sids
        for room in present:
            if room.sid in self._others:
                continue
            try:
                await self._look_into(room)
            except ProblemError as error:
                if room.sid not in self._failing:
                    _log.error("room %s may hold people of an earlier one: %s", room.name, error)
                self._failing.add(room.sid)
            else:
                self._failing.discard(room.sid)

    async def _look_into(self, room: api.Room) -> None:
        present = await self._media_server.list_participants(room.name)
        # Read behind the people: whom a room lets in that is recorded meanwhile is not among them.
        recorded = await self._store.find_room(room.name)
        if recorded is None:
            self._others.add(room.sid)
            return
        people = [one.identity for one in present if one.kind == ParticipantInfo.Kind.STANDARD]
        stale = [identity for identity in people if self._is_stale(recorded, identity)]
        # Somebody else may have a room of the name of a closed one: it is theirs if they are in it.
        if recorded.closed_at_ms is not None and stale and stale == people:
            await self._media_server.delete_room(room.name)
            return
        for identity in stale:
            await self._media_server.remove_participant(room.name, identity)

    def _is_stale(self, recorded: Room, identity: str) -> bool:
        if recorded.closed_at_ms is not None:
            return find_role(self._api_secret, recorded.life, identity) is not None
        return is_of_another_room(self._api_secret, recorded.life, identity)
