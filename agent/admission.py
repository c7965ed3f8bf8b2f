"""Which microphones of a room are listened to: of those who allow it, and not of any number.

Whoever has one link can join many times and publish many tracks, and each track costs a stream of
the recognizer.
"""

from collections.abc import Callable, KeysView
from typing import Final

from livekit import rtc

from transcript_buffer import Role

MOST_TRACKS: Final = 2
"""Of one participant: the newest, and the one that it takes the place of."""
_UNENCRYPTED: Final = 0


class Admission:
    """Gives the microphones of one room their places."""

    def __init__(
        self,
        *,
        is_allowed: Callable[[str], bool],
        role_of: Callable[[str], Role],
        most_people: float,
    ) -> None:
        """Begin with nobody listened to.

        Args:
            is_allowed: whether a participant may be listened to, by identity.
            role_of: a participant's role by identity.
            most_people: who are listened to at the same time; of hosts all are.
        """
        self.is_allowed = is_allowed
        self._role_of = role_of
        self._most_people = most_people
        self._places: dict[str, str] = {}
        """By the sid of the track, whose it is."""
        self.turned_away: set[str] = set()
        """Identities for whom there was no place, since this was cleared."""

    @property
    def sids(self) -> KeysView[str]:
        """Of the tracks that have a place."""
        return self._places.keys()

    def admits(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> bool:
        """Tell whether a microphone may be listened to now."""
        if (
            not self.is_allowed(participant.identity)
            or is_encrypted(publication)
            or publication not in microphones_of(participant)[-MOST_TRACKS:]
        ):
            return False
        if self._has_place(participant.identity):
            return True
        self.turned_away.add(participant.identity)
        return False

    def take_place(self, track_sid: str, identity: str) -> bool:
        """Give a track its place; False if it has one."""
        is_new = track_sid not in self._places
        self._places[track_sid] = identity
        return is_new

    def free_place(self, track_sid: str) -> bool:
        """Take a track's place away; False if it has none."""
        return self._places.pop(track_sid, None) is not None

    def _has_place(self, identity: str) -> bool:
        heard = set(self._places.values())
        has_room = identity in heard or len(heard) < self._most_people
        return has_room or self._role_of(identity) == "host"


def microphones_of(participant: rtc.RemoteParticipant) -> list[rtc.RemoteTrackPublication]:
    """Return a participant's microphones, the newest last."""
    return [
        publication
        for publication in participant.track_publications.values()
        if publication.source == rtc.TrackSource.SOURCE_MICROPHONE
    ]


def is_encrypted(publication: rtc.RemoteTrackPublication) -> bool:
    """Tell whether a track is encrypted end to end."""
    return publication.encryption_type != _UNENCRYPTED
