"""Tells a host when their name, or a word of their profile, comes up in a call."""

from collections.abc import Callable, Mapping
from typing import Final

from agent.ears import Clock
from agent.minutes.personal import find_word, words_of
from agent.publisher import Publisher
from agent.retry import follow
from records import Profile, Store
from transcript_buffer import Segment
from wire.alerts import ALERT, Alert

LOOK_SECONDS: Final = 30.0
"""Between two looks for new and changed profiles."""
REST_SECONDS: Final = 60.0
"""How long a word of a profile says nothing after it has been told."""
_LONGEST_QUOTE: Final = 500


class Alerts:
    """Listens for the words of the profiles whose people are hosts of this call."""

    def __init__(
        self,
        *,
        store: Store,
        publisher: Publisher,
        hosts: Callable[[], Mapping[str, str]],
        now: Clock,
    ) -> None:
        """Listen for nothing yet; see `load`.

        Args:
            store: where the profiles are.
            publisher: brings alerts to the one host.
            hosts: returns the display names of the hosts who are there, by identity.
            now: the clock.
        """
        self._store = store
        self._publisher = publisher
        self._hosts = hosts
        self._now = now
        self._profiles: list[tuple[Profile, dict[str, tuple[str, ...]]]] = []
        self._told_at: dict[tuple[str, str], float] = {}

    async def load(self) -> None:
        """Read the profiles.

        Raises:
            StoreUnavailableError: the store is away.
        """
        self._profiles = [(one, words_of(one)) for one in await self._store.list_profiles()]

    async def run(self) -> None:
        """Read the profiles now and then, until cancelled."""
        await follow("the profiles", self.load, seconds=LOOK_SECONDS)

    def hear(self, segment: Segment) -> None:
        """Take a final, and tell the hosts whom it names; nobody is told of their own words."""
        if not segment.final or not self._profiles:
            return
        hosts = self._hosts()
        for profile, words in self._profiles:
            name = profile.name.casefold().split()
            for identity, host in hosts.items():
                if host.casefold().split() == name and identity != segment.speaker:
                    self._tell(profile, words, identity, segment)

    def _tell(
        self,
        profile: Profile,
        words: dict[str, tuple[str, ...]],
        identity: str,
        segment: Segment,
    ) -> None:
        word = find_word(segment.text, words)
        key = (profile.id, word)
        if not word or self._now() - self._told_at.get(key, float("-inf")) < REST_SECONDS:
            return
        self._told_at[key] = self._now()
        alert = Alert(
            id=f"{segment.id} {profile.id}"[:128],
            profile_id=profile.id,
            word=word,
            segment_id=segment.id,
            quote=segment.text[:_LONGEST_QUOTE],
            speaker_identity=segment.speaker,
            speaker_name=segment.name,
            at_ms=round(segment.start_seconds * 1000),
        )
        self._publisher.publish_to_hosts(
            ALERT,
            f"{alert.id} {identity}",
            alert,
            only=identity,
            rests_on=frozenset({segment.speaker}),
        )
