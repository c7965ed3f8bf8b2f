"""One call's life: opens and closes every stage, and owns every task of the call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc
from livekit.agents import stt
from livekit.agents.utils import shortuuid

from agent.advisor import Advisor
from agent.attendance import Attendance
from agent.consent import Consent
from agent.controls import Controls
from agent.coverage import Coverage
from agent.ears import Clock
from agent.hearing import Hearing
from agent.keeper import Keeper
from agent.lease import RoomLease
from agent.llm import AdviceModel
from agent.playbook import Match, Playbook, PlaybookWatch
from agent.publisher import Advice, Publisher
from agent.settings import AgentSettings
from records import Store, StoreUnavailableError
from transcript_buffer import PushOutcome, Segment, TranscriptBuffer
from wire.consent import (
    CONSENT_STATE,
    ERASED,
    ConsentPolicy,
    ConsentRequest,
    ConsentState,
    Erased,
    OffTheRecordRequest,
)
from wire.coverage import COVERAGE, NOTICE, CoverageReport, Notice, SpeakerCoverage
from wire.topics import ADVICE, AGENT_STATE, RECOGNIZER

logger = logging.getLogger("sidenote.call")

LOOK_SECONDS: Final = 1.0
"""Between two looks at who cannot be heard."""
COVERAGE_SECONDS: Final = 5.0
"""Between two coverage reports."""


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

    async def run(self) -> None:
        """Serve the room until `stop`, until everybody has left, or until the lease is lost."""
        self._room_sid = await self._room.sid
        await self._open()
        async with asyncio.TaskGroup() as services:
            services.create_task(self._publisher.run(self._attendance.hosts), name="publisher")
            beside = [
                services.create_task(self._keeper.run(), name="keeper"),
                services.create_task(self._hold_lease(), name="lease"),
                services.create_task(self._watch_coverage(), name="coverage"),
            ]
            if self._advisor:
                beside.append(services.create_task(self._advisor.run(), name="advisor"))
            await self._listen_until_stopped()
            for task in beside:
                task.cancel()
            await self._keep_coverage(self._coverage.report())
            self._publisher.end_input()
        await self._keeper.finish()
        await self._store.end_meeting(self._room_sid, now_ms=self._now_ms())

    async def _open(self) -> None:
        meeting = await self._store.open_meeting(
            self._room_sid, room_name=self._room.name, now_ms=self._now_ms()
        )
        self._keeper = Keeper(self._store, self._room_sid)
        self._consent = Consent(
            store=self._store,
            room_name=self._room.name,
            room_sid=self._room_sid,
            policy=self._consent_policy,
            now=self._now,
        )
        await self._consent.load()
        self._publisher = Publisher(
            room=self._room,
            store=self._store,
            room_sid=self._room_sid,
            last_sequence=meeting.last_sequence,
            now=self._now,
        )
        self._advisor = self._make_advisor()

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

    async def _announce(self) -> None:
        """Say in attributes what listens, to whom, and who advises; clients see the agent by it."""
        advice = f"playbook {self._playbook.name!r}"
        if self._model:
            advice += f" and {self._model.name}"
        await self._room.local_participant.set_attributes(
            {
                AGENT_STATE: "listening",
                RECOGNIZER: self._recognizer_label,
                ADVICE: advice,
                CONSENT_STATE: self._consent.state.model_dump_json(),
            }
        )

    async def _listen_until_stopped(self) -> None:
        controls = Controls(
            find_role=self._attendance.find_role,
            on_consent=self._take_consent,
            on_off_the_record=self._take_off_the_record,
        )
        handlers: dict[Any, Callable[..., None]] = {
            "participant_connected": lambda _: self._attendance.count(),
            "participant_disconnected": lambda _: self._attendance.count(),
            "disconnected": lambda _: self.stop(),
        }
        self._hearing = Hearing(
            room=self._room,
            recognizer=self._recognizer,
            coverage=self._coverage,
            role_of=self._attendance.role_of,
            is_allowed=lambda identity: self._consent.state.allows(identity),
            on_segment=self._on_segment,
            on_speakers=self._on_speakers,
            now=self._now,
        )
        async with self._hearing:
            for event, handler in handlers.items():
                self._room.on(event, handler)
            try:
                controls.register(self._room.local_participant)
                self._attendance.count()
                if not self._room.isconnected():
                    self.stop()
                # Only now: whoever waits for the agent before speaking is heard from the start.
                await self._announce()
                await self._stopping.wait()
            finally:
                controls.unregister(self._room.local_participant)
                self._attendance.close()
                for event, handler in handlers.items():
                    self._room.off(event, handler)

    async def _on_segment(self, segment: Segment) -> None:
        """Take an interim or a final: keep it, place it, show it, and see what it calls for."""
        if segment.final and not segment.text:
            # Nothing was said after all: take back what was shown of it.
            if self._transcript.discard(segment.id):
                self._publisher.publish_segment(segment)
            return
        if segment.final:
            await self._keeper.keep(segment)
        if self._transcript.push(segment) not in (PushOutcome.ADDED, PushOutcome.REPLACED):
            return
        self._publisher.publish_segment(segment)
        for match in self._watch.hear(segment, self._now()):
            self._publisher.publish_advice(_advice(match, segment))
        if self._advisor:
            self._advisor.hear(segment)

    async def _take_consent(self, identity: str, request: ConsentRequest) -> ConsentState:
        await self._consent.answer(identity, request.answer)
        self._hearing.review()
        if request.answer == "no" and request.erase:
            await self._erase_speaker(identity)
        await self._announce()
        return self._consent.state

    async def _take_off_the_record(self, request: OffTheRecordRequest) -> ConsentState:
        await self._consent.set_off_the_record(off=request.off)
        self._hearing.review()
        await self._announce()
        return self._consent.state

    async def _erase_speaker(self, identity: str) -> None:
        """Forget what a participant said, here, in the store, and on everybody's page."""
        if self._advisor:
            self._advisor.erase_speaker(identity)
        self._transcript.erase_speaker(identity)
        self._keeper.erase_speaker(identity)
        self._publisher.erase_speaker(identity)
        await self._store.erase_speaker(self._room_sid, identity)
        self._publisher.publish_to_everyone(ERASED, identity, Erased(speaker_identity=identity))

    async def _watch_coverage(self) -> None:
        """Tell the hosts whom the call cannot hear, and now and then what was heard of whom."""
        told: list[SpeakerCoverage] = []
        while True:
            for _ in range(round(COVERAGE_SECONDS / LOOK_SECONDS)):
                await asyncio.sleep(LOOK_SECONDS)
                for notice in self._coverage.look(self._now()):
                    self._tell(notice)
            report = self._coverage.report()
            if report != told:
                await self._keep_coverage(report)
                told = report

    async def _keep_coverage(self, report: list[SpeakerCoverage]) -> None:
        message = CoverageReport(at_ms=self._now_ms(), speakers=report)
        self._publisher.publish_to_hosts(COVERAGE, "report", message)
        try:
            await self._store.put_coverage(self._room_sid, self._job_id, report)
        except StoreUnavailableError as error:
            logger.warning("the coverage is not in the store", extra={"error": str(error)})

    def _tell(self, notice: Notice) -> None:
        logger.info(
            "hosts are told of a fault", extra={"reason": notice.reason, "over": notice.over}
        )
        self._publisher.publish_to_hosts(NOTICE, notice.id, notice)

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
