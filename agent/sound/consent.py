"""Whether the sound of a call is recorded: the hosts' switch, and everybody's own answer."""

import asyncio
from collections.abc import Callable

from agent.ears import Clock
from records import Store
from wire.consent import ConsentAnswer


class SoundConsent:
    """The switch and the answers of one call.

    What stops the recording counts at once, and what allows it as soon as it is in the store. A
    change raises `StoreUnavailableError` when the store is away; then only a stop has counted.
    Changes must come one after the other.
    """

    def __init__(
        self,
        *,
        store: Store,
        room_name: str,
        room_sid: str,
        on_change: Callable[[], None],
        now: Clock,
    ) -> None:
        self._store = store
        self._room_name = room_name
        self._room_sid = room_sid
        self._on_change = on_change
        self._now = now
        self._kept: dict[str, ConsentAnswer] = {}
        """The answers that are in the store."""
        self._stop_is_kept = True
        self._writing = asyncio.Lock()
        self.on_since_ms: int | None = None
        """Since when a host has the recording on; None: it is off."""
        self.answers: dict[str, ConsentAnswer] = {}

    async def load(self) -> None:
        """Take up what was said before this agent came."""
        self._kept = await self._store.list_sound_consents(self._room_name)
        self.answers = dict(self._kept)
        self.on_since_ms = await self._store.find_sound_switch(self._room_sid)

    async def look(self) -> None:
        """Take up what was switched over HTTP, and keep a stop that the store has missed."""
        async with self._writing:
            if not self._stop_is_kept:
                await self._store.put_sound_switch(self._room_sid, None)
                self._stop_is_kept = True
            since = await self._store.find_sound_switch(self._room_sid)
            if self._stop_is_kept:  # no stop has come meanwhile
                self._switch(since)

    def allows(self, identity: str) -> bool:
        """Tell whether a participant may be recorded now."""
        return self.on_since_ms is not None and self.answers.get(identity) == "yes"

    async def answer(self, identity: str, answer: ConsentAnswer) -> None:
        """Take a participant's own answer."""
        if answer == "no":
            self._take(identity, answer)
        if self._kept.get(identity) != answer:
            now_ms = round(self._now() * 1000)
            await self._store.put_sound_consent(self._room_name, identity, answer, now_ms=now_ms)
            self._kept[identity] = answer
        self._take(identity, answer)

    async def set_on(self, on: bool) -> None:
        """Record, or record no longer."""
        if not on:
            self._stop_is_kept = False
            self._switch(None)
        async with self._writing:
            since = (self.on_since_ms or round(self._now() * 1000)) if on else None
            await self._store.put_sound_switch(self._room_sid, since)
            self._stop_is_kept = True
            self._switch(since)

    def _take(self, identity: str, answer: ConsentAnswer) -> None:
        if self.answers.get(identity) != answer:
            self.answers[identity] = answer
            self._on_change()

    def _switch(self, on_since_ms: int | None) -> None:
        if on_since_ms != self.on_since_ms:
            self.on_since_ms = on_since_ms
            self._on_change()
