"""The playbook of a call: what is heard goes through its rules; hosts may change it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from agent.call_settings import CallSettings
from agent.ears import Clock
from agent.playbook_shelf import PlaybookShelf, ShelvedPlaybook
from agent.refusals import ConflictError, NotFoundError
from agent.talking_points import TalkingPoints
from playbook.file import PlaybookError
from playbook.rules import Match, PlaybookWatch
from records import Store, StoreUnavailableError
from transcript_buffer import Segment

logger = logging.getLogger("sidenote.playbook")

LOOK_SECONDS: Final = 3.0
"""How often the store is looked at for new versions."""

OnHit = Callable[[Match, Segment, str], None]
"""Takes what was heard, where, and the id of the talking point that the hosts have."""


class PlaybookAdvice:
    """Speaks at once when a rule fires."""

    def __init__(
        self,
        first: ShelvedPlaybook,
        *,
        shelf: PlaybookShelf,
        talking_points: TalkingPoints,
        settings: CallSettings,
        store: Store,
        now: Clock,
    ) -> None:
        """Begin with a playbook; rules that fired in this meeting rest on.

        Args:
            first: the playbook.
            shelf: where others are.
            talking_points: of this call; loaded.
            settings: of this call.
            store: has more playbooks, and new versions of them.
            now: the present, seconds since the Unix epoch.
        """
        self._shelf = shelf
        self._talking_points = talking_points
        self._settings = settings
        self._store = store
        self._now = now
        self._watch = self._begin(first)
        self.on_hit: Final[list[OnHit]] = []

    @property
    def title(self) -> str:
        """What the playbook calls itself."""
        return self._watch.playbook.name

    def hear(self, segment: Segment) -> None:
        """Tell the hosts what the rules say that an interim or a final triggers."""
        if self._settings.paused:
            return
        for match in self._watch.hear(segment, self._now()):
            point_id = self._talking_points.hit(match, segment)
            if point_id:
                for tell in self.on_hit:
                    tell(match, segment, point_id)

    async def run(self) -> None:
        """Follow the playbooks of the store, until cancelled.

        What is shown stays, and rules that have fired rest on.
        """
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                changed = await self._shelf.refresh(self._store)
            except StoreUnavailableError as error:
                logger.warning("playbooks cannot be looked at", extra={"error": str(error)})
                continue
            if changed:
                await self._follow(changed)

    async def _follow(self, changed: frozenset[str]) -> None:
        self._settings.playbooks = await asyncio.to_thread(self._shelf.names)
        name = self._settings.playbook
        if name in changed:
            try:
                shelved = await asyncio.to_thread(self._shelf.load, name)
            except PlaybookError as error:
                logger.error("the rules of the call stay as they were: %s", error)
            else:
                # A host may have chosen another meanwhile.
                if name == self._settings.playbook:
                    self._watch = self._begin(shelved)
                    logger.info("the call follows its playbook's new version")
        self._settings.changed()

    async def change(self, name: str) -> None:
        """Use another playbook from now on.

        Its names match by sound at once. The recognizer goes on expecting those of the first: it
        learns words when it is started, and a restart would cost what is being said.

        Raises:
            NotFoundError: there is none of that name.
            ConflictError: its file is no proper playbook.
            StoreUnavailableError: the store is away; nothing has changed.
        """
        names = await asyncio.to_thread(self._shelf.names)
        if name not in names:
            raise NotFoundError(
                f"there is no playbook {name!r}; there are {', '.join(names)}"[:500]
            )
        try:
            shelved = await asyncio.to_thread(self._shelf.load, name)
        except PlaybookError as error:
            place = f"line {error.line}: " if error.line else ""
            raise ConflictError(
                f"the playbook {name!r} cannot be used: {place}{error.reason}"[:500]
            ) from None
        await self._settings.set_playbook(name)
        self._watch = self._begin(shelved)
        self._settings.changed()

    def _begin(self, shelved: ShelvedPlaybook) -> PlaybookWatch:
        return PlaybookWatch(
            shelved.playbook,
            rest_seconds=self._talking_points.rest_seconds,
            fired_at=self._talking_points.fired_at(),
        )
