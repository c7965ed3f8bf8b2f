"""One participant of a call: its connection, its microphone, and what may befall it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from livekit import rtc
from livekit.rtc._proto.room_pb2 import SimulateScenarioKind

from lab.front_desk import PlayError, Ticket
from lab.microphone import Microphone
from lab.witness import Witness

_JOIN_TRIES: Final = 4
_RECONNECT_SECONDS: Final = 15.0
_UNPUBLISH_SECONDS: Final = 0.3
"""A connection that closes while it still agrees on a removed track complains of it."""


class Client:
    """A participant's client. What it sees goes to its witness, over all its connections."""

    def __init__(
        self,
        *,
        ticket: Callable[[], Awaitable[Ticket]],
        witness: Witness,
        microphone: Microphone | None,
        tasks: asyncio.TaskGroup,
        subscribe: bool = True,
    ) -> None:
        """Prepare to join.

        Args:
            ticket: gets what lets the participant in, always under the same identity.
            witness: takes note of what the participant sees.
            microphone: what is published; None: nothing.
            tasks: owns what reads the streams.
            subscribe: whether to receive the others' tracks.
        """
        self._ticket = ticket
        self._witness = witness
        self._microphone = microphone
        self._tasks = tasks
        self._subscribe = subscribe
        self._room: rtc.Room | None = None
        self.first_join_seconds: float | None = None
        """When the first connect call began, since the Unix epoch."""

    @property
    def room(self) -> rtc.Room:
        """The room as this participant sees it now.

        Raises:
            PlayError: the participant is not in the call.
        """
        if self._room is None:
            raise PlayError(f"{self._witness.name} is not in the call: let an event join first")
        return self._room

    @property
    def is_in(self) -> bool:
        """Whether the participant has joined and not left."""
        return self._room is not None

    async def join(self) -> None:
        """Come into the room, and open the microphone.

        Raises:
            PlayError: the media server does not let the participant in.
        """
        ticket = await self._ticket()
        room = rtc.Room()
        self._witness.attach(room, self._tasks)
        if self.first_join_seconds is None:
            self.first_join_seconds = time.time()
        options = rtc.RoomOptions(auto_subscribe=self._subscribe)
        await self._connect(room, ticket, options)
        self._room = room
        self._witness.look_around(room)
        self._witness.identity = room.local_participant.identity
        await self._publish()

    async def leave(self) -> None:
        """Close the microphone, then leave with a good-bye."""
        await self._unpublish()
        await asyncio.sleep(_UNPUBLISH_SECONDS)
        await self.hang_up()

    async def hang_up(self) -> None:
        """Leave at once, with whatever is still being said."""
        room, self._room = self._room, None
        if room:
            await room.disconnect()

    async def mute(self) -> None:
        """Mute the microphone."""
        self._opened_microphone().track.mute()

    async def unmute(self) -> None:
        """Unmute the microphone."""
        self._opened_microphone().track.unmute()

    async def reconnect(self) -> None:
        """Lose both connections to the media server, and find back by oneself.

        Raises:
            PlayError: the client did not find back.
        """
        back = asyncio.Event()

        def on_reconnected() -> None:
            back.set()

        self.room.on("reconnected", on_reconnected)
        try:
            await self.room.simulate_scenario(SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
            async with asyncio.timeout(_RECONNECT_SECONDS):
                await back.wait()
        except TimeoutError:
            raise PlayError(f"{self._witness.name} did not find back into the room") from None
        finally:
            self.room.off("reconnected", on_reconnected)

    async def reload(self) -> None:
        """Join again without a good-bye: the media server ends the old connection."""
        old = self.room
        await self.join()
        await old.disconnect()

    async def republish(self) -> None:
        """Replace the microphone's track by a new one."""
        await self._unpublish()
        await self._publish()

    async def _connect(self, room: rtc.Room, ticket: Ticket, options: rtc.RoomOptions) -> None:
        for attempt in range(1, _JOIN_TRIES + 1):
            try:
                await room.connect(ticket.server_url, ticket.token, options)
            except rtc.ConnectError as error:
                if attempt == _JOIN_TRIES:
                    raise PlayError(
                        f"{self._witness.name} could not join at {ticket.server_url}: {error}"
                    ) from None
                await asyncio.sleep(0.5 * attempt)
            else:
                return

    async def _publish(self) -> None:
        if self._microphone is None:
            return
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        track = self._microphone.new_track()
        await self.room.local_participant.publish_track(track, options)

    async def _unpublish(self) -> None:
        # A full reconnect gives the track another sid: what is published is asked, not kept.
        for sid in list(self.room.local_participant.track_publications):
            await self.room.local_participant.unpublish_track(sid)

    def _opened_microphone(self) -> Microphone:
        if self._microphone is None or not self.is_in:
            raise PlayError(f"{self._witness.name} has no open microphone")
        return self._microphone
