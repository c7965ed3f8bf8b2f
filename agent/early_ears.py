"""Hears a room for an agent whose predecessor listens still: what it has not heard is not lost."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc

from agent.attendance import is_person
from agent.ears import Clock, Ears
from agent.hearing import is_encrypted, is_microphone
from agent.retry import wait_until

READY_SECONDS: Final = 2.0
"""How long the first sound of a track is waited for."""


class EarlyEars:
    """Reads the microphones of a room. Use as an async context manager: it owns the tasks.

    What is read waits (at most 10 s of it) until a listener takes the ears over; they are read to
    the end of this all the same, so this must outlive the listeners.
    """

    def __init__(self, room: rtc.Room, is_allowed: Callable[[str], bool], now: Clock) -> None:
        """Make it; nothing is read before it is entered.

        Args:
            room: connected.
            is_allowed: whether a participant may be listened to, by identity.
            now: the clock.
        """
        self._room = room
        self._is_allowed = is_allowed
        self._now = now
        self._ears: dict[str, Ears] = {}
        """By the sid of the track; those that nobody has taken yet."""
        self._asked_for: set[str] = set()
        self.since = 0.0
        """Since when every microphone is heard, seconds since the Unix epoch."""
        self._tasks = asyncio.TaskGroup()
        self._handlers: dict[Any, Callable[..., None]] = {
            "track_published": self._on_track,
            "track_subscribed": self._on_track_subscribed,
        }

    async def __aenter__(self) -> "EarlyEars":
        await self._tasks.__aenter__()
        for event, handler in self._handlers.items():
            self._room.on(event, handler)
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                self._on_track(publication, participant)
        return self

    async def __aexit__(self, *raised: Any) -> None:
        self.end()
        await self._tasks.__aexit__(*raised)

    async def ready(self) -> None:
        """Wait until something has come of every track, for some time at most."""
        await wait_until(self._is_ready, READY_SECONDS)
        self.since = self._now()

    def take(self, track_sid: str) -> Ears | None:
        """Return what reads a track, once; None if nothing does."""
        return self._ears.pop(track_sid, None)

    def forget_before(self, seconds: float) -> None:
        """Keep nothing that was said up to a time."""
        for ears in self._ears.values():
            ears.forget_before(seconds)

    def end(self) -> None:
        """Somebody else listens to the room now: drop what nobody has taken."""
        for event, handler in self._handlers.items():
            self._room.off(event, handler)
        self._handlers = {}
        while self._ears:
            self._ears.popitem()[1].abandon()

    def _is_ready(self) -> bool:
        return self._asked_for <= {
            sid for sid, ears in self._ears.items() if ears.received_seconds > 0
        }

    def _on_track(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if self._may_hear(publication, participant):
            self._asked_for.add(publication.sid)
            publication.set_subscribed(True)

    def _on_track_subscribed(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        if publication.sid not in self._ears and self._may_hear(publication, participant):
            ears = self._ears[publication.sid] = Ears(track)
            self._tasks.create_task(ears.read(self._now), name=f"early {publication.sid}")

    def _may_hear(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> bool:
        return (
            is_person(participant)
            and is_microphone(publication)
            and not is_encrypted(publication)
            and self._is_allowed(participant.identity)
        )
