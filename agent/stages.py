"""The parts of one call, each made once and connected to those that it needs.

What comes next to a call is plugged in here: into the lists of `Stages`, and into the table of
`agent.call_methods` if hosts may ask something of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Protocol, Self

from agent.advice import Advice
from agent.announcer import Announcer
from agent.attendance import Attendance, name_of
from agent.budget import Budget
from agent.call_settings import CallSettings
from agent.catch_up import CatchUp
from agent.consent import Consent
from agent.coverage import Coverage
from agent.coverage_watch import CoverageWatch
from agent.given import Given
from agent.hearing import Hearing
from agent.hearing_cost import HearingCost
from agent.keeper import Keeper
from agent.listener import SegmentSink
from agent.publisher import Publisher
from agent.requests import Around, Requests
from agent.voice import Voice
from agent.voices.choice import choose_voices
from records import Meeting
from transcript_buffer import Segment, TranscriptBuffer
from wire.consent import ConsentState
from wire.controls import CALL_STATE
from wire.costs import COSTS
from wire.coverage import Notice


class KeepsWords(Protocol):
    """A part that remembers what people said, or what was made of it."""

    async def erase_speaker(self, identity: str) -> None:
        """Forget a participant's words; when this returns, none is on its way anywhere.

        Raises:
            StoreUnavailableError: not all is erased; erase again.
        """


class Stages:
    """Makes the parts of one call; `agent.call` runs them."""

    def __init__(
        self,
        given: Given,
        meeting: Meeting,
        attributes: Callable[[], dict[str, str]],
        on_alone: Callable[[], None],
    ) -> None:
        """Make what needs nothing; see `open`."""
        self.given = given
        self.meeting = meeting
        self.hearers: list[Callable[[Segment], None]] = []
        """Each is called with every interim and final that counts, kept and published before."""
        self.beside: list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]] = []
        """Names and loops that run until the last word is heard, and are cancelled then."""
        self.keeps_words: list[KeepsWords] = []
        self.on_arrival: list[Callable[[], None]] = []
        """Each is called when somebody has come, who may be a host: tell again what is open."""
        self.closing = AsyncExitStack()
        """Closes what the parts have opened."""
        self.announcer = Announcer(given.room, attributes)
        self.coverage = Coverage()
        self.transcript = TranscriptBuffer(window_seconds=given.settings.window_seconds)
        self.attendance = Attendance(
            given.room,
            api_secret=given.settings.api_secret,
            leave_after_seconds=given.settings.leave_after_seconds,
            on_alone=on_alone,
        )

    @classmethod
    async def open(
        cls,
        given: Given,
        *,
        room_sid: str,
        room_name: str,
        attributes: Callable[[], dict[str, str]],
        on_segment: SegmentSink,
        on_alone: Callable[[], None],
    ) -> Self:
        """Take up the records of a meeting, and make the parts.

        Args:
            given: by the worker.
            room_sid: of the meeting.
            room_name: of the room.
            attributes: returns what everyone may know of the call; asked once all parts are there.
            on_segment: takes every interim and final.
            on_alone: called when everybody has left.

        Raises:
            StoreUnavailableError: the store is away.
        """
        meeting = await given.store.open_meeting(
            room_sid, room_name=room_name, now_ms=round(given.now() * 1000)
        )
        stages = cls(given, meeting, attributes, on_alone)
        async with stages.closing:
            stages._make_sending()
            await stages._make_hearing(on_segment)
            await stages._make_settings()
            await stages._make_money()
            stages._make_voice()
            await stages._make_advice()
            await stages._make_requests()
            stages._make_catch_up()
            stages.closing = stages.closing.pop_all()
        return stages

    def _make_sending(self) -> None:
        given, meeting = self.given, self.meeting
        self.keeper = Keeper(given.store, meeting.room_sid, meeting.last_transcript_sequence)
        self.publisher = Publisher(
            room=given.room, hosts=self.attendance.hosts, last_sequence=meeting.last_sequence
        )
        self.coverage_watch = CoverageWatch(
            self.coverage,
            publisher=self.publisher,
            store=given.store,
            room_sid=meeting.room_sid,
            job_id=given.job_id,
            now=given.now,
        )
        self.beside += [
            ("keeper", self.keeper.run),
            ("coverage", self.coverage_watch.run),
            ("announcer", self.announcer.run),
        ]
        self.on_arrival.append(self.coverage_watch.welcome)

    async def _make_hearing(self, on_segment: SegmentSink) -> None:
        given = self.given
        self.consent = Consent(
            store=given.store,
            room_name=self.meeting.room_name,
            room_sid=self.meeting.room_sid,
            policy=given.consent_policy,
            on_change=self._on_consent_changed,
            now=given.now,
        )
        await self.consent.load()
        self.hearing = Hearing(
            room=given.room,
            recognizer=given.recognizer,
            coverage=self.coverage,
            role_of=self.attendance.role_of,
            is_allowed=self.consent.allows,
            on_segment=on_segment,
            on_speakers=given.on_speakers,
            now=given.now,
            on_speech=lambda identity: self.voice.on_speech(identity),
        )

    async def _make_settings(self) -> None:
        self.settings = CallSettings(
            self.given.store,
            self.meeting.room_sid,
            playbook=self.given.playbook.name,
            goal=self.given.goal,
        )
        self.settings.playbooks = await asyncio.to_thread(self.given.shelf.names)
        await self.settings.load()
        self.settings.on_change.append(self._tell_settings)
        self.on_arrival.append(self._tell_settings)

    async def _make_money(self) -> None:
        given, publisher = self.given, self.publisher
        self.budget = Budget(
            prices=given.prices,
            settings=given.settings,
            store=given.store,
            room_sid=self.meeting.room_sid,
            report=lambda report: publisher.publish_to_hosts(COSTS, "report", report),
            tell=self.coverage_watch.tell,
            now=given.now,
        )
        await self.budget.load()
        self.closing.enter_context(HearingCost(given.recognizer, self.budget, given.now))
        self.beside.append(("budget", self.budget.run))
        self.on_arrival.append(self.budget.welcome)

    def _make_voice(self) -> None:
        given, settings = self.given, self.settings
        voices, missing_because = choose_voices(given.settings)
        self.voice = Voice(
            room=given.room,
            voices=voices,
            missing_because=missing_because,
            reserve=self.budget.reserve,
            is_muted=lambda: settings.muted,
            somebody_speaks=self.hearing.somebody_speaks,
            now=given.now,
        )
        self.voice.on_change = self._on_voice_changed
        settings.describe_voice = lambda: (self.voice.name, self.voice.missing_because)
        settings.on_change.append(self._hush_when_muted)
        self.closing.push_async_callback(self.voice.aclose)

    async def _make_advice(self) -> None:
        advice = self.advice = Advice(
            self.given,
            self.meeting,
            call_settings=self.settings,
            publisher=self.publisher,
            transcript=self.transcript,
            attendance=self.attendance,
            reserve=self.budget.reserve,
            tell=self.coverage_watch.tell,
        )
        self.closing.push_async_callback(advice.aclose)
        await advice.load()
        self.hearers += advice.hearers
        self.beside += advice.beside
        self.keeps_words += advice.keeps_words
        self.on_arrival.append(advice.welcome)

    async def _make_requests(self) -> None:
        given = self.given
        requests = self.requests = Requests(
            Around(
                store=given.store,
                meeting=self.meeting,
                settings=given.settings,
                call_settings=self.settings,
                publisher=self.publisher,
                models=self.advice.models,
                voice=self.voice,
                wake_word=given.wake_word,
                people=lambda: [name_of(one) for one in self.attendance.people()],
                tell=self.coverage_watch.tell,
                now=given.now,
            )
        )
        await requests.load()
        self.beside += [("tasks", requests.tasks.run), ("questions", requests.asker.run)]
        # First those who make words, then those who keep them.
        self.keeps_words += [requests.asker, requests.answers, requests.tasks]
        if requests.commands:
            self.hearers.append(requests.commands.hear)
            self.beside.append(("commands", requests.commands.run))
            self.keeps_words.insert(0, requests.commands)

    def _make_catch_up(self) -> None:
        self.catch_up = CatchUp(
            store=self.given.store,
            room_sid=self.meeting.room_sid,
            keeper=self.keeper,
            publisher=self.publisher,
            attendance=self.attendance,
            settings=self.settings,
        )

    def consent_state(self) -> ConsentState:
        """Return who is listened to, as everyone may know it."""
        return self.consent.state_of({person.identity for person in self.attendance.people()})

    def _on_consent_changed(self) -> None:
        self.hearing.review()
        self.announcer.announce()

    def _on_voice_changed(self) -> None:
        missing_because = self.voice.missing_because
        self.coverage_watch.tell(
            Notice(
                id="voice_missing",
                reason="voice_missing",
                over=not missing_because,
                text=missing_because or f"{self.voice.name} speaks",
                at_ms=round(self.given.now() * 1000),
            )
        )
        self.settings.changed()

    def _hush_when_muted(self) -> None:
        if self.settings.muted:
            self.voice.stop()

    def _tell_settings(self) -> None:
        self.announcer.announce()
        self.publisher.publish_to_hosts(CALL_STATE, "state", self.settings.state())
