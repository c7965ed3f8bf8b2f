"""Writes the minutes of a meeting from the store into the store."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from agent.ears import Clock
from agent.minutes.form import form_minutes
from agent.minutes.material import Material, load_material
from agent.minutes.personal import personal_minutes
from agent.minutes.template import Template, TemplateError, TemplateShelf
from agent.minutes.writer import MinutesWriter, ReadBefore, WriterLimits
from agent.models.request import Models
from agent.playbook_shelf import read_playbook
from agent.settings import AgentSettings
from playbook.file import PlaybookError
from records import Profile, Store
from transcript_buffer import Segment
from wire.minutes import Minutes

logger = logging.getLogger("sidenote.minutes")

LONGEST_REASON: Final = 500


class NotWrittenError(Exception):
    """No minutes were written; the text says why in words for people."""


class WordsErasedError(NotWrittenError):
    """Somebody's words were erased while they were read; write again."""

    def __init__(self) -> None:
        super().__init__("words were erased meanwhile")


class NobodyConcernedError(NotWrittenError):
    """There is no such profile, meeting or template; nothing changes by trying again."""


class Scribe:
    """Knows which template counts, and for whom there are minutes."""

    def __init__(self, store: Store, settings: AgentSettings, now: Clock) -> None:
        """Write into a store."""
        self._store = store
        self._settings = settings
        self._templates = TemplateShelf(settings.template_folder)
        self._now = now

    async def write(
        self,
        room_sid: str,
        models: Mapping[str, Models],
        *,
        template: str = "",
        profile_id: str = "",
        read_before: ReadBefore | None = None,
        may_read: Callable[[Segment], bool] = lambda _: True,
    ) -> Minutes | None:
        """Write minutes, and keep them; None: nothing was said in the meeting.

        Whoever has a profile and was there gets theirs with everybody's.

        Args:
            room_sid: of the meeting.
            models: by name, best first; none: the rules write alone.
            template: by which; empty: the one that the meeting's playbook names, else the
                worker's own.
            profile_id: for whom; empty: for everybody.
            read_before: what models have found in the same meeting before.
            may_read: tells of a line whether it may be read; one that may not stops it all.

        Raises:
            NotWrittenError: nothing was kept.
            StoreUnavailableError: the store is away.
        """
        material = await load_material(self._store, room_sid, self._settings.zone)
        if material is None:
            raise NobodyConcernedError("there is no such meeting")
        if not all(map(may_read, material.lines)):
            raise WordsErasedError
        if not material.lines:
            return None
        profile = await self._find_profile(profile_id)
        chosen = await self._find_template(template, material)
        everybodys = await self._newest(material, chosen) if profile else None
        if everybodys is None:
            everybodys = await self._write_everybodys(material, chosen, models, read_before)
        if profile:
            return await self._write_personal(everybodys, material, profile)
        for one in await self._store.list_profiles():
            if _is_there(one, material) or await self._had_minutes(material, chosen, one):
                await self._write_personal(everybodys, material, one)
        return everybodys

    async def _write_everybodys(
        self,
        material: Material,
        template: Template,
        models: Mapping[str, Models],
        read_before: ReadBefore | None,
    ) -> Minutes:
        writer = MinutesWriter(
            models,
            WriterLimits(
                window_tokens=self._settings.minutes_window_tokens,
                timeout_seconds=self._settings.minutes_timeout_seconds,
            ),
            read_before,
        )
        draft = await writer.write(material, template)
        minutes = form_minutes(
            draft,
            material,
            template,
            state="live" if material.meeting.ended_at_ms is None else "final",
            now_ms=self._now_ms(),
        )
        logger.info(
            "minutes are written",
            extra={
                "room_sid": minutes.room_sid,
                "template": minutes.template,
                "models": minutes.written_by,
                "statements": len(draft.statements),
                "dropped": minutes.dropped,
            },
        )
        return await self._keep(minutes, material)

    async def _write_personal(
        self, everybodys: Minutes, material: Material, profile: Profile
    ) -> Minutes:
        own = {line.id for line in material.lines if _is_name_of(profile, line.name)}
        minutes = personal_minutes(everybodys, profile, own.__contains__)
        # Later than everybody's: who has heard of those hears of these too.
        written = minutes.model_copy(update={"written_at_ms": self._now_ms()})
        return await self._keep(written, material)

    async def _keep(self, minutes: Minutes, material: Material) -> Minutes:
        kept = await self._store.put_minutes(minutes, seen=material.seen)
        if kept is None:
            raise WordsErasedError
        return kept

    async def _newest(self, material: Material, template: Template) -> Minutes | None:
        """Return everybody's minutes if nothing has been said since they were written."""
        found = await self._store.find_minutes(material.meeting.room_sid, template.name)
        if found is None or found.transcript_sequence != material.last_sequence:
            return None
        ended = material.meeting.ended_at_ms is not None
        return found if (found.state == "final") == ended else None

    async def _had_minutes(self, material: Material, template: Template, one: Profile) -> bool:
        found = await self._store.find_minutes(material.meeting.room_sid, template.name, one.id)
        return found is not None

    async def _find_profile(self, profile_id: str) -> Profile | None:
        if not profile_id:
            return None
        profile = await self._store.find_profile(profile_id)
        if profile is None:
            raise NobodyConcernedError("there is no such profile")
        return profile

    async def _find_template(self, wanted: str, material: Material) -> Template:
        try:
            if wanted:
                return await asyncio.to_thread(self._templates.load, wanted)
            named = await self._named_by_playbook(material)
            return await asyncio.to_thread(self._load_first, named)
        except TemplateError as error:
            raise NobodyConcernedError(str(error)[:LONGEST_REASON]) from None

    def _load_first(self, named: str) -> Template:
        """Load the template that a playbook names; if it cannot be used, the worker's own."""
        if named:
            try:
                return self._templates.load(named)
            except TemplateError as error:
                logger.error("a template cannot be used: %s", error)
        return self._templates.load(self._settings.minutes_template)

    async def _named_by_playbook(self, material: Material) -> str:
        """Return the template that the meeting's playbook names; empty: it names none."""
        state = await self._store.find_call_state(material.meeting.room_sid)
        room = await self._store.find_room(material.meeting.room_name)
        chosen = (state.playbook if state else "") or (room.playbook if room else None)
        name = chosen or self._settings.playbook
        held = await self._store.find_playbook(name)
        folder = self._settings.playbook_folder
        try:
            playbook = await asyncio.to_thread(read_playbook, name, held, folder)
        except PlaybookError as error:
            logger.error("a playbook cannot be used: %s", error)
            return ""
        return playbook.minutes_template

    def _now_ms(self) -> int:
        return round(self._now() * 1000)


def _is_there(profile: Profile, material: Material) -> bool:
    return any(_is_name_of(profile, person.name) for person in material.people)


def _is_name_of(profile: Profile, name: str) -> bool:
    return profile.name.casefold().split() == name.casefold().split()
