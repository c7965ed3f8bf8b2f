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
from agent.live_statistics import LiveStatistics
from agent.minutes.part import MinutesPart
from agent.outages import Outages
from agent.publisher import Publisher
from agent.requests import Around, Requests
from agent.sound.choice import choose_keeper
from agent.sound.consent import SoundConsent
from agent.sound.recorder import Recorder
from agent.store_notice import StoreNotice
from agent.taking_up import take_up
from agent.turn_end import load_turn_end
from agent.voice import Voice
from agent.voices.choice import choose_voices
from records import Meeting
from transcript_buffer import Segment, TranscriptBuffer
from wire.consent import ConsentState
from wire.controls import CALL_STATE
from wire.costs import COSTS
from wire.coverage import Notice
from wire.statistics import STATISTICS


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
            life=given.life,
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
            room_sid: of the room's life as the media server knows it now.
            room_name: of the room.
            attributes: returns what everyone may know of the call; asked once all parts are there.
            on_segment: takes every interim and final.
            on_alone: called when everybody has left.

        Raises:
            StoreUnavailableError: the store is away.
        """
        meeting = await take_up(
            given.store,
            given.settings.waiting_folder,
            room_sid=room_sid,
            room_name=room_name,
            now=given.now,
        )
        stages = cls(given, meeting, attributes, on_alone)
        async with stages.closing:
            stages._make_sending()
            await stages._make_hearing(on_segment)
            await stages._make_settings()
            await stages._make_money()
            stages._make_voice()
            await stages._make_advice()
            await stages._make_minutes()
            await stages._make_requests()
            await stages._make_statistics()
            await stages._make_sound()
            stages._make_catch_up()
            await stages._recall()
            stages.closing = stages.closing.pop_all()
        return stages

    def _make_sending(self) -> None:
        given, meeting = self.given, self.meeting
        self.keeper = Keeper(
            given.store,
            meeting.room_sid,
            meeting.last_transcript_sequence,
            given.settings.waiting_folder,
            on_away=lambda is_away: self.store_notice.on_away(is_away),
        )
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
        self.store_notice = StoreNotice(self.coverage_watch.tell, given.now)
        self.beside += [
            ("keeper", self.keeper.run),
            ("coverage", self.coverage_watch.run),
            ("announcer", self.announcer.run),
        ]
        self.on_arrival += [self.coverage_watch.welcome, self.store_notice.welcome]

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
            on_onset=lambda identity: self.voice.on_onset(identity),
            turn_end=await asyncio.to_thread(load_turn_end, given.settings),
            most_people=given.settings.stt_most_people,
            on_frame=lambda speaker, frame: self.sound.hear(speaker, frame),
        )
        self.outages = Outages(
            hearing=self.hearing, keeper=self.keeper, publisher=self.publisher, now=given.now
        )
        self.beside.append(("outages", self.outages.run))

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

    async def _make_minutes(self) -> None:
        part = MinutesPart(
            store=self.given.store,
            settings=self.given.settings,
            room_sid=self.meeting.room_sid,
            job_id=self.given.job_id,
            models=self.advice.models,
            publisher=self.publisher,
            hosts=self.attendance.host_names,
            now=self.given.now,
        )
        await part.load()
        self.minutes = part.live
        self.hearers += part.hearers
        self.beside += part.beside
        self.keeps_words.append(part.live)
        self.on_arrival.append(part.live.welcome)

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
                write_minutes=self.minutes.ask,
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

    async def _make_statistics(self) -> None:
        publisher = self.publisher
        profiles = await self.given.store.list_profiles()
        self.statistics = statistics = LiveStatistics(
            keywords=sorted({keyword for one in profiles for keyword in one.keywords}),
            tell=lambda report: publisher.publish_to_hosts(STATISTICS, "report", report),
            now=self.given.now,
        )
        self.hearers.append(statistics.hear)
        self.beside.append(("statistics", statistics.run))
        self.keeps_words.append(statistics)
        self.on_arrival.append(statistics.welcome)

    async def _make_sound(self) -> None:
        given, meeting = self.given, self.meeting
        consent = SoundConsent(
            store=given.store,
            room_name=meeting.room_name,
            room_sid=meeting.room_sid,
            on_change=self._on_sound_changed,
            now=given.now,
        )
        await consent.load()
        self.sound = Recorder(
            consent=consent,
            is_heard=self.consent.allows,
            people=self.attendance.people,
            store=given.store,
            files=given.files,
            room_sid=meeting.room_sid,
            keeper=choose_keeper(given, meeting),
            announce=self.announcer.announce,
            tell=self.coverage_watch.tell,
            now=given.now,
        )
        self.beside.append(("sound", self.sound.run))
        self.keeps_words.append(self.sound)
        self.on_arrival.append(self.sound.welcome)

    def _make_catch_up(self) -> None:
        self.catch_up = CatchUp(
            store=self.given.store,
            room_sid=self.meeting.room_sid,
            keeper=self.keeper,
            publisher=self.publisher,
            attendance=self.attendance,
            settings=self.settings,
        )

    async def _recall(self) -> None:
        """Take up what was said: those who read it read on as if they had heard it."""
        said = await self.given.store.list_segments(self.meeting.room_sid)
        for segment in said:
            self.transcript.push(segment)
            self.statistics.hear(segment)
        self.advice.recall(said)

    def consent_state(self) -> ConsentState:
        """Return who is listened to, as everyone may know it."""
        return self.consent.state_of({person.identity for person in self.attendance.people()})

    def _on_consent_changed(self) -> None:
        self.hearing.review()
        self._on_sound_changed()

    def _on_sound_changed(self) -> None:
        self.sound.review()
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
