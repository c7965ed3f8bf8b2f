"""Tells everyone in the room what the call is at, by the attributes of the agent."""

import asyncio
from collections.abc import Callable

from livekit import rtc


class Announcer:
    """Keeps the agent's attributes as they should be; one change is under way at a time."""

    def __init__(self, room: rtc.Room, attributes: Callable[[], dict[str, str]]) -> None:
        self._room = room
        self._attributes = attributes
        self._told: dict[str, str] = {}
        self._news = asyncio.Event()

    def announce(self) -> None:
        """Tell soon what has changed."""
        self._news.set()

    def repeat(self) -> None:
        """Tell everything again: a connection that broke may have lost something."""
        self._told = {}
        self._news.set()

    async def tell(self) -> None:
        """Tell what has changed; returns when the media server knows."""
        attributes = self._attributes()
        if attributes != self._told:
            await self._room.local_participant.set_attributes(attributes)
            self._told = attributes

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.tell()
