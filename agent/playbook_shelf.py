"""The playbooks by name: files of this machine, and those of the store, which go before them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent.playbook_sounds import learn_sounds
from playbook.file import PlaybookError, load_playbook, parse_playbook
from playbook.rules import Playbook
from playbook.sound_matching import Language
from records import Store
from records.playbooks import HeldPlaybook

logger = logging.getLogger("sidenote.playbook")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedPlaybook:
    """A playbook that can match by sound."""

    name: str
    """Of its file, without the ending."""
    playbook: Playbook
    words: Mapping[str, list[str]]
    """Names that a recognizer should expect, each with the ways to say it."""
    instead_of: str = ""
    """Name of the playbook that was wanted and cannot be used; empty: this one was wanted."""


def read_playbook(name: str, held: HeldPlaybook | None, folder: Path) -> Playbook:
    """Read a playbook as the store holds it, else the file of its name; blocks for the file.

    Raises:
        PlaybookError: there is none of that name, or it is no proper playbook.
    """
    if held is not None:
        return parse_playbook(held.text, name)
    return load_playbook(folder / f"{name}.yaml")


class PlaybookShelf:
    """Loads playbooks by name."""

    def __init__(self, folder: Path, language: Language) -> None:
        """Read from a folder, and what `refresh` has seen; `language` is the recognizer's."""
        self._folder = folder
        self._language = language
        self._held: dict[str, HeldPlaybook] = {}
        """Those of the store. Replaced as a whole: threads read it."""

    async def refresh(self, store: Store) -> frozenset[str]:
        """Look at those of the store; return the names of what is new, changed or gone.

        Raises:
            StoreUnavailableError: the store is away; what was seen before stays.
        """
        known = {one.name: (one.version, one.changed_at_ms) for one in self._held.values()}
        marks = await store.list_playbook_marks()
        if marks == known:
            return frozenset()
        self._held = {one.name: one for one in await store.list_playbooks()}
        names = known.keys() | marks.keys()
        return frozenset(name for name in names if known.get(name) != marks.get(name))

    def names(self) -> tuple[str, ...]:
        """Return what there is, in the order of the alphabet."""
        return tuple(sorted({path.stem for path in self._folder.glob("*.yaml")} | set(self._held)))

    def load(self, name: str) -> ShelvedPlaybook:
        """Read a playbook; blocks for the file, and may run espeak-ng.

        Raises:
            PlaybookError: there is none of that name, or it is no proper playbook.
        """
        playbook = read_playbook(name, self._held.get(name), self._folder)
        playbook, words = learn_sounds(playbook, self._language)
        return ShelvedPlaybook(name=name, playbook=playbook, words=words)

    def load_one_of(self, *names: str) -> ShelvedPlaybook:
        """Read the first that can be used; the log is told of the others.

        Raises:
            PlaybookError: the last one cannot be used either.
        """
        for number, name in enumerate(names, start=1):
            try:
                return replace(self.load(name), instead_of="" if number == 1 else names[0])
            except PlaybookError as error:
                if number == len(names):
                    raise
                logger.error("a playbook cannot be used: %s", error)
        raise ValueError("name at least one playbook")
