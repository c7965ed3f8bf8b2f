"""What advises the hosts of a call: playbook, brief and models, made and connected."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from agent.advice_request import Person
from agent.advisor import AdviceLimits, Advisor
from agent.attendance import Attendance, name_of
from agent.brief import Brief, BriefAnswers
from agent.call_settings import CallSettings
from agent.given import Given
from agent.manners import Limits
from agent.models.chain import ModelChain
from agent.models.choice import choose_models
from agent.playbook_advice import PlaybookAdvice
from agent.playbook_shelf import ShelvedPlaybook
from agent.publisher import Publisher
from agent.talking_points import TalkingPoints
from agent.usage import Reserve
from records import Meeting
from transcript_buffer import Segment, TranscriptBuffer
from wire.coverage import Notice

logger = logging.getLogger("sidenote.advice")


class Advice:
    """The advising parts of one call."""

    def __init__(
        self,
        given: Given,
        meeting: Meeting,
        *,
        call_settings: CallSettings,
        publisher: Publisher,
        transcript: TranscriptBuffer,
        attendance: Attendance,
        reserve: Reserve,
        tell: Callable[[Notice], None],
    ) -> None:
        """Make what needs nothing of the store; see `load`."""
        settings = given.settings
        self._given = given
        self._call_settings = call_settings
        self._transcript = transcript
        self._attendance = attendance
        self._tell = tell
        self._is_quiet = False
        self.hearers: list[Callable[[Segment], None]] = []
        self.beside: list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]] = []
        self._advisor: Advisor | None = None
        self.keeps_words: list[TalkingPoints | Advisor] = []
        self.brief = Brief(given.store, meeting.room_name)
        self.talking_points = TalkingPoints(
            store=given.store,
            room_sid=meeting.room_sid,
            publisher=publisher,
            limits=Limits(
                cooldown_seconds=settings.advice_cooldown_seconds,
                most_in_ten_minutes=settings.advice_most_in_ten_minutes,
            ),
            expire_seconds=settings.advice_expire_seconds,
            is_paused=lambda: call_settings.paused,
            now=given.now,
        )
        self.models = choose_models(settings, reserve)
        """Also answers hosts' questions and reads their commands; None: nothing is set up."""

    async def load(self) -> None:
        """Take up what an earlier agent has told the hosts, and connect the parts.

        Raises:
            StoreUnavailableError: the store is away.
        """
        await self.talking_points.load()
        await self.brief.load()
        playbook = await self._find_playbook()
        self._unusable = playbook.instead_of
        self.playbook = PlaybookAdvice(
            playbook,
            shelf=self._given.shelf,
            talking_points=self.talking_points,
            settings=self._call_settings,
            store=self._given.store,
            now=self._given.now,
        )
        answers = BriefAnswers(self.brief, self.talking_points)
        self.keeps_words.append(self.talking_points)
        self.hearers += [self.playbook.hear, self.talking_points.hear, answers.hear]
        self.beside += [("talking points", self.talking_points.run), ("brief", self.brief.run)]
        self.beside.append(("playbook", self.playbook.run))
        if self.models:
            self._connect(self.models)

    def recall(self, said: Sequence[Segment]) -> None:
        """Take up the finals that were said before this agent came."""
        self.talking_points.recall(said)
        if self._advisor:
            self._advisor.recall(said)

    def welcome(self) -> None:
        """Tell somebody who has come, and may be a host, what is wrong with the playbook."""
        if self._unusable:
            self._tell(
                Notice(
                    id="playbook_unusable",
                    reason="playbook_unusable",
                    over=False,
                    text=f"the playbook {self._unusable!r} cannot be used; "
                    f"{self.playbook.title!r} speaks instead",
                    at_ms=round(self._given.now() * 1000),
                )
            )

    async def aclose(self) -> None:
        """Close the models' connections."""
        if self.models:
            await self.models.aclose()

    def _connect(self, models: ModelChain) -> None:
        settings = self._given.settings
        advisor = self._advisor = Advisor(
            models=models,
            transcript=self._transcript,
            talking_points=self.talking_points,
            settings=self._call_settings,
            people=self._people,
            brief_lines=self.brief.lines_for,
            limits=AdviceLimits(
                window_tokens=settings.llm_window_tokens,
                stale_seconds=settings.advice_stale_seconds,
            ),
            now=self._given.now,
        )
        self._call_settings.describe_model = lambda: (models.active_name, models.quiet_because)
        models.on_change = self._on_model_changed
        self.playbook.on_hit.append(advisor.on_hit)
        self.hearers.append(advisor.hear)
        # First who makes words, then who keeps them: nothing begins anew behind an erasure.
        self.keeps_words.insert(0, advisor)
        self.beside += [("advisor", advisor.run), ("models", models.run)]

    async def _find_playbook(self) -> ShelvedPlaybook:
        """Return the playbook that the hosts chose last, if it can still be used."""
        given, name = self._given.playbook, self._call_settings.playbook
        if name == given.name:
            return given
        shelf = self._given.shelf
        found = await asyncio.to_thread(shelf.load_one_of, name, given.name)
        await self._call_settings.set_playbook(found.name)
        return found

    def _people(self) -> list[Person]:
        return [
            Person(name=name_of(one), role=self._attendance.role_of(one.identity))
            for one in self._attendance.people()
        ]

    def _on_model_changed(self) -> None:
        name, quiet_because = self._call_settings.describe_model()
        logger.info("another model advises, or none does", extra={"model": name})
        self._call_settings.changed()
        if bool(quiet_because) == self._is_quiet:
            return
        self._is_quiet = bool(quiet_because)
        self._tell(
            Notice(
                id="model_quiet",
                reason="model_quiet",
                over=not quiet_because,
                text=quiet_because or f"{name} advises",
                at_ms=round(self._given.now() * 1000),
            )
        )
