"""One call's life: runs and ends every stage, and owns every task of the call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc

from agent.call_methods import CallMethods
from agent.controls import Controls
from agent.given import Given
from agent.lease import RoomLease
from agent.stages import Stages
from agent.stt.health import ChangeReason
from transcript_buffer import PushOutcome, Segment
from wire.consent import CONSENT_STATE, Erased
from wire.coverage import Notice
from wire.topics import ADVICE, AGENT_STATE, RECOGNIZER

logger = logging.getLogger("sidenote.call")

_REASONS: Final[dict[ChangeReason, str]] = {
    "provider_down": "does not answer",
    "refused": "refuses our key",
    "quota": "has no quota left",
    "too_slow": "answers too late",
    "cap": "would cost more than the cap leaves",
    "back": "answers again",
}


class Call:
    """Serves one room from the moment the agent is in it until `stop`.

    `run` returns when everything heard is recognized, kept and sent, or cannot be any more.
    """

    def __init__(self, given: Given, *, lease: RoomLease, recognizer_label: str) -> None:
        """Begin with nothing open; see `open`.

        Args:
            given: by the worker.
            lease: of the room, taken.
            recognizer_label: what listens, in words for people.
        """
        self._given = given
        self._room = given.room
        self._lease = lease
        self._recognizer_label = recognizer_label
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
        self._stages.announcer.announce()
        self._stages.coverage_watch.tell(
            Notice(
                id=f"recognizer_changed:{label}"[:320],
                reason="recognizer_changed" if listening else "provider_down",
                over=reason == "back",
                text=f"{label} {_REASONS[reason]}; {listening or 'nobody'} listens now"[:500],
                at_ms=self._now_ms(),
            )
        )

    async def open(self, room_sid: str, room_name: str) -> None:
        """Take up the records of the meeting; may be done before the room is connected.

        Raises:
            StoreUnavailableError: the store is away.
        """
        self._stages = await Stages.open(
            self._given,
            room_sid=room_sid,
            room_name=room_name,
            attributes=self._attributes,
            on_segment=self._on_segment,
            on_alone=self.stop,
        )

    async def aclose(self) -> None:
        """Close what was opened; safe to call twice."""
        await self._stages.closing.aclose()

    async def run(self) -> None:
        """Serve the room until `stop`, until everybody has left, or until the lease is lost."""
        stages = self._stages
        async with asyncio.TaskGroup() as services:
            services.create_task(stages.publisher.run(), name="publisher")
            beside = [services.create_task(self._hold_lease(), name="lease")]
            beside += [services.create_task(run(), name=name) for name, run in stages.beside]
            await self._listen_until_stopped()
            for task in beside:
                task.cancel()
            # They close what they have begun, and settle what it has cost.
            await asyncio.wait(beside)
            # First: it waits for a store that is away, and the figures go there too.
            await stages.keeper.finish()
            await stages.coverage_watch.report()
            await stages.budget.look()
            stages.budget.publish()
            stages.publisher.end_input()
        await self._given.store.end_meeting(stages.meeting.room_sid, now_ms=self._now_ms())

    def _attributes(self) -> dict[str, str]:
        """Say what listens, to whom, and who advises; clients see the agent by it."""
        advice = f"playbook {self._stages.advice.playbook.title!r}"
        if model := self._stages.settings.state().model:
            advice += f" and {model}"
        return {
            AGENT_STATE: "listening",
            RECOGNIZER: self._recognizer_label,
            ADVICE: advice,
            CONSENT_STATE: self._stages.consent_state().model_dump_json(),
        }

    async def _listen_until_stopped(self) -> None:
        stages = self._stages
        handlers: dict[Any, Callable[..., None]] = {
            "participant_connected": self._on_attendance,
            "participant_disconnected": self._on_departure,
            "participant_active": lambda _: self._welcome(),
            "reconnecting": stages.attendance.expect_return,
            "reconnected": self._on_reconnected,
            "disconnected": lambda _: self.stop(),
        }
        controls = Controls(
            self._room.local_participant,
            find_role=stages.attendance.find_role,
            methods=CallMethods(stages, self._erase_speaker).table(),
        )
        # Controls end first: what they set off still finds the hearing open.
        async with stages.hearing, controls:
            for event, handler in handlers.items():
                self._room.on(event, handler)
            try:
                stages.attendance.count()
                if not self._room.isconnected():
                    self.stop()
                # Only now: whoever waits for the agent before speaking is heard from the start.
                await stages.announcer.tell()
                await self._stopping.wait()
            finally:
                stages.attendance.close()
                for event, handler in handlers.items():
                    self._room.off(event, handler)

    def _on_departure(self, participant: rtc.RemoteParticipant) -> None:
        self._stages.attendance.part(participant.identity)
        self._on_attendance(participant)

    def _on_attendance(self, _: rtc.RemoteParticipant) -> None:
        self._stages.attendance.count()
        self._stages.announcer.announce()
        self._welcome()

    def _welcome(self) -> None:
        for tell in self._stages.on_arrival:
            tell()

    def _on_reconnected(self) -> None:
        self._stages.attendance.count()
        self._stages.announcer.repeat()

    async def _on_segment(self, segment: Segment) -> None:
        """Take an interim or a final: keep it, place it, show it, and see what it calls for."""
        stages = self._stages
        if segment.final and not segment.text:
            # Nothing was said after all: take back what was shown of it.
            if stages.transcript.discard(segment.id):
                stages.publisher.publish_segment(segment)
            return
        if segment.final:
            kept = await stages.keeper.keep(segment)
            if kept is None:
                return
            segment = kept
        if stages.transcript.push(segment) not in (PushOutcome.ADDED, PushOutcome.REPLACED):
            return
        stages.publisher.publish_segment(segment)
        for hear in stages.hearers:
            hear(segment)

    async def _erase_speaker(self, identity: str) -> None:
        """Forget what a participant said, here, in the store, and on everybody's page.

        Nobody listens to the participant any more: nothing new comes up behind.
        """
        stages = self._stages
        stages.transcript.erase_speaker(identity)
        for part in stages.keeps_words:
            await part.erase_speaker(identity)
        number = await stages.keeper.erase_speaker(identity)
        await stages.publisher.erase_speaker(identity)
        erased = Erased(
            speaker_identity=identity,
            transcript_sequence=number,
            sequence=stages.publisher.last_sequence,
        )
        # Behind every line of theirs: a page forgets what it has when this comes.
        stages.publisher.publish_erasure(erased)
        await self._given.store.erase_speaker(
            stages.meeting.room_sid,
            identity,
            transcript_sequence=erased.transcript_sequence,
            sequence=erased.sequence,
        )

    async def _hold_lease(self) -> None:
        await self._lease.hold()
        logger.error("another agent serves this room now; leaving")
        self.stop()

    def _now_ms(self) -> int:
        return round(self._given.now() * 1000)
