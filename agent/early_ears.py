"""Hears a room for an agent whose predecessor listens still: what it has not heard is not lost."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from livekit import rtc

from agent.admission import Admission, microphones_of
from agent.attendance import is_person, name_of
from agent.ears import Clock, Ears
from agent.retry import wait_until

READY_SECONDS: Final = 2.0
"""How long the first sound of a track is waited for."""


class Withdrawn(NamedTuple):
    """Audio that was thrown away because consent had been withdrawn when it came."""

    identity: str
    name: str
    seconds: float


class EarlyEars:
    """Reads the microphones of a room. Use as an async context manager: it owns the tasks.

    What is read waits (at most 10 s of it) until a listener takes the ears over; they are read to
    the end of this all the same, so this must outlive the listeners.
    """

    def __init__(self, room: rtc.Room, admission: Admission, now: Clock) -> None:
        """Make it; nothing is read before it is entered.

        Args:
            room: connected.
            admission: which microphones may be listened to; nobody else asks it.
            now: the clock.
        """
        self._room = room
        self._admission = admission
        self._now = now
        self._ears: dict[str, Ears] = {}
        """By the sid of the track; those that nobody has taken yet."""
        self._reviewed_at = now()
        """When nobody who is listened to had withdrawn, seconds since the Unix epoch."""
        self.withdrawn: list[Withdrawn] = []
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
        self._look_at_all()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        self.end()
        await self._tasks.__aexit__(*raised)

    async def ready(self) -> None:
        """Wait until something has come of every track, for some time at most."""
        await wait_until(self._is_ready, READY_SECONDS)
        self.since = self._now()

    def review(self, asked_at: float) -> None:
        """Look at every track anew.

        Args:
            asked_at: since when consent is known, seconds since the Unix epoch. Whom one might
                listen to at the review before was heard by the predecessor until then.
        """
        self._look_at_all()
        self._reviewed_at = asked_at

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
        return self._admission.sids <= {
            sid for sid, ears in self._ears.items() if ears.received_seconds > 0
        }

    def _look_at_all(self) -> None:
        for participant in self._room.remote_participants.values():
            self._look_at(participant)

    def _on_track(self, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        self._look_at(participant)

    def _look_at(self, participant: rtc.RemoteParticipant) -> None:
        for publication in microphones_of(participant) if is_person(participant) else ():
            if not self._admission.admits(publication, participant):
                self._refuse(publication, participant)
            elif self._admission.take_place(publication.sid, participant.identity):
                publication.set_subscribed(True)

    def _refuse(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if self._admission.free_place(publication.sid):
            publication.set_subscribed(False)
        if ears := self._ears.pop(publication.sid, None):
            ears.forget_before(self._reviewed_at)
            if not self._admission.is_allowed(participant.identity):
                self.withdrawn.append(
                    Withdrawn(participant.identity, name_of(participant), ears.waiting_seconds)
                )
            ears.abandon()

    def _on_track_subscribed(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        _: rtc.RemoteParticipant,
    ) -> None:
        if publication.sid in self._admission.sids and publication.sid not in self._ears:
            ears = self._ears[publication.sid] = Ears(track)
            self._tasks.create_task(ears.read(self._now), name=f"early {publication.sid}")
