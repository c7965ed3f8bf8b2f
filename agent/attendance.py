"""Who is in the room: people and their roles, and when the last of them has left."""

import asyncio
from collections.abc import Callable
from typing import Final

from livekit import rtc

from transcript_buffer import Role
from wire.roles import RoomLife, find_role

_PEOPLE: Final = frozenset(
    {
        rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
        rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    }
)
RETURN_SECONDS: Final = 30.0
"""After a broken connection everybody comes back at their own pace: clients pause longer and longer
between their attempts."""
LONGEST_NAME: Final = 256
"""What `wire` and `records` hold of a display name; foreign tokens may carry longer ones."""


class Attendance:
    """The people of one room."""

    def __init__(
        self,
        room: rtc.Room,
        *,
        life: RoomLife,
        api_secret: str,
        leave_after_seconds: float,
        on_alone: Callable[[], None],
    ) -> None:
        self._room = room
        self._life = life
        self._api_secret = api_secret
        self._leave_after_seconds = leave_after_seconds
        self._patience_seconds = leave_after_seconds
        self._on_alone = on_alone
        self._had_people = False
        self._leaving: asyncio.TimerHandle | None = None
        self._greeted: set[str] = set()

    def people(self) -> list[rtc.RemoteParticipant]:
        """Return the participants who are no agents or other machines."""
        return [p for p in self._room.remote_participants.values() if is_person(p)]

    def hosts(self) -> list[str]:
        """Return the identities of the hosts who are here."""
        here = {p.identity for p in self.people() if self.role_of(p.identity) == "host"}
        return sorted(here | self._greeted)

    def host_names(self) -> dict[str, str]:
        """Return the display names of the hosts who are here, by identity."""
        return {p.identity: name_of(p) for p in self.people() if p.identity in self.hosts()}

    def greet(self, identity: str) -> None:
        """Count somebody as here who has spoken to the agent.

        The media server announces a participant who publishes nothing some time after it can
        send and receive; a host must miss nothing in between.
        """
        if self.find_role(identity) == "host":
            self._greeted.add(identity)

    def part(self, identity: str) -> None:
        """Count somebody as gone."""
        self._greeted.discard(identity)

    def find_role(self, identity: str) -> Role | None:
        """Return what the token server sealed into an identity; None if it did not."""
        return find_role(self._api_secret, self._life, identity)

    def role_of(self, identity: str) -> Role:
        """Return the role of an identity; without a seal one is heard as a guest."""
        return self.find_role(identity) or "guest"

    def count(self) -> None:
        """Look who is here; some seconds after the last person has left, `on_alone` is called."""
        self.close()
        if self.people():
            self._had_people = True
            if self._room.connection_state == rtc.ConnectionState.CONN_CONNECTED:
                self._patience_seconds = self._leave_after_seconds
        elif self._had_people:
            self._leaving = asyncio.get_running_loop().call_later(
                self._patience_seconds, self._leave_if_alone
            )

    def expect_return(self) -> None:
        """The connection is broken, perhaps everybody's: wait longer until somebody is here."""
        self._patience_seconds = max(self._leave_after_seconds, RETURN_SECONDS)
        self.count()

    def close(self) -> None:
        """Wait for nobody any more."""
        if self._leaving:
            self._leaving.cancel()

    def _leave_if_alone(self) -> None:
        if not self.people():
            self._on_alone()


def is_person(participant: rtc.RemoteParticipant) -> bool:
    """Tell whether a participant is a person."""
    return participant.kind in _PEOPLE


def is_agent(participant: rtc.Participant) -> bool:
    """Tell whether a participant is an agent, ours or another."""
    return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT


def name_of(participant: rtc.RemoteParticipant) -> str:
    """Return what a participant is called."""
    return (participant.name or participant.identity)[:LONGEST_NAME]
