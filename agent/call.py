"""One call's life: opens and closes every stage, and owns every task of the call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc
from livekit.agents import stt
from livekit.agents.utils import shortuuid

from agent.advisor import Advisor
from agent.announcer import Announcer
from agent.attendance import Attendance
from agent.consent import Consent
from agent.controls import Controls
from agent.coverage import Coverage
from agent.coverage_watch import CoverageWatch
from agent.ears import Clock
from agent.hearing import Hearing
from agent.keeper import Keeper
from agent.lease import RoomLease
from agent.llm import AdviceModel
from agent.playbook import Match, Playbook, PlaybookWatch
from agent.publisher import Advice, Publisher
from agent.settings import AgentSettings
from agent.stt.health import ChangeReason
from records import Store
from transcript_buffer import PushOutcome, Segment, TranscriptBuffer
from wire.consent import (
    CONSENT_STATE,
    ERASED,
    ConsentAnswer,
    ConsentPolicy,
    ConsentState,
    Erased,
)
from wire.coverage import Notice
from wire.topics import ADVICE, AGENT_STATE, RECOGNIZER

logger = logging.getLogger("sidenote.call")

_REASONS: Final[dict[ChangeReason, str]] = {
    "provider_down": "does not answer",
    "refused": "refuses our key",
    "quota": "has no quota left",
    "too_slow": "answers too late",
    "back": "answers again",
}


class Call:
    """Serves one room from the moment the agent is in it until `stop`.

    `run` returns when everything heard is recognized, kept and sent, or cannot be any more.
    """

    def __init__(
        self,
        *,
        room: rtc.Room,
        job_id: str,
        settings: AgentSettings,
        store: Store,
        lease: RoomLease,
        recognizer: stt.STT[Any],
        recognizer_label: str,
        playbook: Playbook,
        consent_policy: ConsentPolicy,
        model: AdviceModel | None,
        on_speakers: Callable[[int], None],
        now: Clock,
    ) -> None:
        self._room = room
        self._job_id = job_id
        self._settings = settings
        self._store = store
        self._lease = lease
        self._recognizer = recognizer
        self._recognizer_label = recognizer_label
        self._playbook = playbook
        self._watch = PlaybookWatch(playbook)
        self._consent_policy = consent_policy
        self._model = model
        self._on_speakers = on_speakers
        self._now = now
        self._transcript = TranscriptBuffer(window_seconds=settings.window_seconds)
        self._coverage = Coverage()
        self._attendance = Attendance(
            room,
            api_secret=settings.api_secret,
            leave_after_seconds=settings.leave_after_seconds,
            on_alone=self.stop,
        )
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End the call: finish what was heard, then return from `run`."""
        self._stopping.set()

    def on_recognizer_change(self, label: str, reason: ChangeReason, listening: str | None) -> None:
        """Tell who listens from now on: everyone by an attribute, the hosts by a notice.

        Args:
            label: the recognizer that failed or is back.
            reason: why.
            listening: the recognizer that listens now; None: none does.
        """
        self._recognizer_label = listening or f"nobody at the moment: {label} does not answer"
        self._announcer.announce()
        self._coverage_watch.tell(
            Notice(
                id=f"recognizer_changed:{label}"[:320],
                reason="recognizer_changed" if listening else "provider_down",
                over=reason == "back",
                text=f"{label} {_REASONS[reason]}; {listening or 'nobody'} listens now"[:500],
                at_ms=self._now_ms(),
            )
        )

    async def run(self) -> None:
        """Serve the room until `stop`, until everybody has left, or until the lease is lost."""
        async with asyncio.TaskGroup() as services:
            services.create_task(self._publisher.run(self._attendance.hosts), name="publisher")
            beside = [
                services.create_task(self._keeper.run(), name="keeper"),
                services.create_task(self._hold_lease(), name="lease"),
                services.create_task(self._coverage_watch.run(), name="coverage"),
                services.create_task(self._announcer.run(), name="announcer"),
            ]
            if self._advisor:
                beside.append(services.create_task(self._advisor.run(), name="advisor"))
            await self._listen_until_stopped()
            for task in beside:
                task.cancel()
            await self._coverage_watch.report()
            self._publisher.end_input()
        await self._keeper.finish()
        await self._store.end_meeting(self._room_sid, now_ms=self._now_ms())

    async def open(self, room_sid: str, room_name: str) -> None:
        """Take up the records of the meeting; may be done before the room is connected.

        Raises:
            StoreUnavailableError: the store is away.
        """
        self._room_sid = room_sid
        meeting = await self._store.open_meeting(
            room_sid, room_name=room_name, now_ms=self._now_ms()
        )
        self._keeper = Keeper(self._store, room_sid)
        self._consent = Consent(
            store=self._store,
            room_name=room_name,
            room_sid=room_sid,
            policy=self._consent_policy,
            on_change=self._on_consent_changed,
            now=self._now,
        )
        await self._consent.load()
        self._publisher = Publisher(
            room=self._room,
            store=self._store,
            room_sid=room_sid,
            last_sequence=meeting.last_sequence,
            now=self._now,
        )
        self._coverage_watch = CoverageWatch(
            self._coverage,
            publisher=self._publisher,
            store=self._store,
            room_sid=room_sid,
            job_id=self._job_id,
            now=self._now,
        )
        self._announcer = Announcer(self._room, self._attributes)
        self._advisor = self._make_advisor()
        self._hearing = self._make_hearing()

    def _make_advisor(self) -> Advisor | None:
        if self._model is None:
            return None
        return Advisor(
            model=self._model,
            transcript=self._transcript,
            publisher=self._publisher,
            timeout_seconds=self._settings.llm_timeout_seconds,
            now=self._now,
        )

    def _make_hearing(self) -> Hearing:
        return Hearing(
            room=self._room,
            recognizer=self._recognizer,
            coverage=self._coverage,
            role_of=self._attendance.role_of,
            is_allowed=self._consent.allows,
            on_segment=self._on_segment,
            on_speakers=self._on_speakers,
            now=self._now,
        )

    def _make_controls(self) -> Controls:
        return Controls(
            self._room.local_participant,
            find_role=self._attendance.find_role,
            on_consent=self._take_consent,
            on_erase=self._erase_speaker,
            on_off_the_record=self._take_off_the_record,
        )

    def _attributes(self) -> dict[str, str]:
        """Say what listens, to whom, and who advises; clients see the agent by it."""
        advice = f"playbook {self._playbook.name!r}"
        if self._model:
            advice += f" and {self._model.name}"
        return {
            AGENT_STATE: "listening",
            RECOGNIZER: self._recognizer_label,
            ADVICE: advice,
            CONSENT_STATE: self._state().model_dump_json(),
        }

    def _state(self) -> ConsentState:
        return self._consent.state_of({person.identity for person in self._attendance.people()})

    async def _listen_until_stopped(self) -> None:
        handlers: dict[Any, Callable[..., None]] = {
            "participant_connected": self._on_attendance,
            "participant_disconnected": self._on_attendance,
            "participant_active": lambda _: self._coverage_watch.welcome(),
            "reconnecting": self._attendance.expect_return,
            "reconnected": self._on_reconnected,
            "disconnected": lambda _: self.stop(),
        }
        # Controls end first: what they set off still finds the hearing open.
        async with self._hearing, self._make_controls():
            for event, handler in handlers.items():
                self._room.on(event, handler)
            try:
                self._attendance.count()
                if not self._room.isconnected():
                    self.stop()
                # Only now: whoever waits for the agent before speaking is heard from the start.
                await self._announcer.tell()
                await self._stopping.wait()
            finally:
                self._attendance.close()
                for event, handler in handlers.items():
                    self._room.off(event, handler)

    def _on_attendance(self, _: rtc.RemoteParticipant) -> None:
        self._attendance.count()
        self._announcer.announce()
        self._coverage_watch.welcome()

    def _on_reconnected(self) -> None:
        self._attendance.count()
        self._announcer.repeat()

    def _on_consent_changed(self) -> None:
        self._hearing.review()
        self._announcer.announce()

    async def _on_segment(self, segment: Segment) -> None:
        """Take an interim or a final: keep it, place it, show it, and see what it calls for."""
        if segment.final and not segment.text:
            # Nothing was said after all: take back what was shown of it.
            if self._transcript.discard(segment.id):
                self._publisher.publish_segment(segment)
            return
        if segment.final and not await self._keeper.keep(segment):
            return
        if self._transcript.push(segment) not in (PushOutcome.ADDED, PushOutcome.REPLACED):
            return
        self._publisher.publish_segment(segment)
        for match in self._watch.hear(segment, self._now()):
            self._publisher.publish_advice(_advice(match, segment))
        if self._advisor:
            self._advisor.hear(segment)

    async def _take_consent(self, identity: str, answer: ConsentAnswer) -> ConsentState:
        await self._consent.answer(identity, answer)
        return self._state()

    async def _take_off_the_record(self, off: bool) -> ConsentState:
        await self._consent.set_off_the_record(off=off)
        return self._state()

    async def _erase_speaker(self, identity: str) -> None:
        """Forget what a participant said, here, in the store, and on everybody's page.

        Nobody listens to the participant any more: nothing new comes up behind.
        """
        if self._advisor:
            self._advisor.erase_speaker(identity)
        self._transcript.erase_speaker(identity)
        await self._keeper.erase_speaker(identity)
        await self._publisher.erase_speaker(identity)
        # Behind every line of theirs: a page forgets what it has when this comes.
        self._publisher.publish_to_everyone(ERASED, identity, Erased(speaker_identity=identity))
        await self._store.erase_speaker(self._room_sid, identity)

    async def _hold_lease(self) -> None:
        await self._lease.hold()
        logger.error("another agent serves this room now; leaving")
        self.stop()

    def _now_ms(self) -> int:
        return round(self._now() * 1000)


def _advice(match: Match, segment: Segment) -> Advice:
    return Advice(
        id=shortuuid("TP_"),
        version=1,
        source="playbook",
        rule_id=match.rule.id,
        text=match.rule.say,
        complete=True,
        quote=match.quote,
        segment=segment,
        heard_at_seconds=segment.end_seconds,
    )
