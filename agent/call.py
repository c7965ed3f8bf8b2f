"""One call's life: runs and ends every stage, and owns every task of the call."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

from livekit import rtc

from agent.attendance import is_agent
from agent.call_methods import CallMethods
from agent.controls import Controls
from agent.early_ears import EarlyEars
from agent.given import Given
from agent.lease import RoomLease
from agent.outages import reason_of
from agent.recognizer_notice import RecognizerNotice
from agent.retry import wait_until
from agent.stages import Stages
from agent.stt.health import ChangeReason
from agent.succession import succession
from transcript_buffer import PushOutcome, Segment
from wire.consent import CONSENT_STATE, Erased
from wire.sound import SOUND_STATE
from wire.topics import ADVICE, AGENT_STATE, RECOGNIZER

logger = logging.getLogger("sidenote.call")

_PAUSE_SECONDS: Final = 0.25
"""How long a hand-over waits until nobody is in the middle of a sentence."""
_ROOM_IS_OVER: Final = frozenset(
    {rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED}
)
_LOOKS_FOR_END: Final = 10
_LOOK_SECONDS: Final = 0.1


class Call:
    """Serves one room from the moment the agent is in it until `stop`.

    `run` returns when everything heard is recognized, kept and sent, or cannot be any more.
    """

    def __init__(
        self,
        given: Given,
        *,
        room_sid: str,
        room_name: str,
        lease: RoomLease,
        recognizer_label: str,
    ) -> None:
        """Begin with nothing open; see `open`.

        Args:
            given: by the worker.
            room_sid: of the room's life as the media server knows it now.
            room_name: of the room.
            lease: of the room; taken, unless this succeeds an agent that serves it still.
            recognizer_label: what listens, in words for people.
        """
        self._given = given
        self._room = given.room
        self._room_sid = room_sid
        self._room_name = room_name
        self._lease = lease
        self._recognizer = RecognizerNotice(recognizer_label)
        self._closing = AsyncExitStack()
        self._stopping = asyncio.Event()
        self._wanted = asyncio.Event()
        """A successor is in place and asks for the lease."""
        self._is_over = False
        """Whether the meeting has ended, not only this agent's part in it."""
        self._is_cut_off = False
        """Whether the room was lost for another reason than its end."""

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
        notice = self._recognizer.change(label, reason, listening, self._now_ms())
        self._stages.announcer.announce()
        self._stages.coverage_watch.tell(notice)

    async def open(self) -> None:
        """Take up the records of the meeting; may be done before the room is connected.

        Raises:
            StoreUnavailableError: the store is away.
        """
        self._stages = await Stages.open(
            self._given,
            room_sid=self._room_sid,
            room_name=self._room_name,
            attributes=self._attributes,
            on_segment=self._on_segment,
            on_alone=self._end,
        )
        self._closing.push_async_callback(self._stages.closing.aclose)

    async def aclose(self) -> None:
        """Close what was opened; safe to call twice."""
        await self._closing.aclose()

    async def run(self) -> None:
        """Serve the room until `stop`, until everybody has left, or until the lease is lost."""
        await self._serve(None)

    async def succeed(self) -> None:
        """Take the room over from an agent that leaves, and serve it like `run`.

        The room is connected, and nothing of the call open. Nothing that is said meanwhile is
        lost, and nothing is heard twice.
        """
        async with succession(
            self._given, self._room_sid, self._room_name, self._lease, self._stopping
        ) as early:
            if early is None:
                logger.info("another agent serves this room")
                return
            async with self._lease.held():
                await self.open()
            await self._serve(early)

    async def _serve(self, early: EarlyEars | None) -> None:
        stages = self._stages
        async with asyncio.TaskGroup() as services:
            publishing = services.create_task(stages.publisher.run(), name="publisher")
            holding = services.create_task(self._hold_lease(), name="lease")
            beside = [services.create_task(self._hand_over(), name="hand-over")]
            beside += [services.create_task(run(), name=name) for name, run in stages.beside]
            await self._listen_until_stopped(early)
            await stages.requests.finish()
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
            # To the last: a successor that took the lease before would count beside us.
            await asyncio.wait((publishing,))
            holding.cancel()
        if self._is_over or await self._is_room_closed():
            await self._given.store.end_meeting(stages.meeting.room_sid, now_ms=self._now_ms())

    async def _is_room_closed(self) -> bool:
        """Ask the store, if nobody is left and nothing says why this call was stopped.

        The media server ends the job of a deleted room, and may do so before the room says that it
        is deleted, and before the token server has written it down.
        """
        if self._is_cut_off or (self._room.isconnected() and self._stages.attendance.people()):
            return False
        for _ in range(_LOOKS_FOR_END):
            room = await self._given.store.find_room(self._room_name)
            if room and room.closed_at_ms:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    def _attributes(self) -> dict[str, str]:
        """Say what listens, to whom, and who advises; clients see the agent by it."""
        advice = f"playbook {self._stages.advice.playbook.title!r}"
        if model := self._stages.settings.state().model:
            advice += f" and {model}"
        return {
            AGENT_STATE: "listening",
            RECOGNIZER: self._recognizer.label,
            ADVICE: advice,
            CONSENT_STATE: self._stages.consent_state().model_dump_json(),
            SOUND_STATE: self._stages.sound.state().model_dump_json(),
        }

    async def _listen_until_stopped(self, early: EarlyEars | None) -> None:
        stages = self._stages
        handlers: dict[Any, Callable[..., None]] = {
            "participant_connected": self._on_arrival,
            "participant_disconnected": self._on_departure,
            "participant_active": lambda _: self._welcome(),
            "participant_attributes_changed": lambda _, one: self._look_for_agent(one),
            "reconnecting": self._on_reconnecting,
            "reconnected": self._on_reconnected,
            "disconnected": self._on_disconnected,
        }
        controls = Controls(
            self._room.local_participant,
            find_role=stages.attendance.find_role,
            on_caller=stages.attendance.greet,
            methods=CallMethods(stages, self._erase_speaker).table(),
        )
        if early:
            early.forget_before((stages.meeting.seen_at_ms or 0) / 1000)
            for withdrawn in early.withdrawn:
                stages.coverage.count_withdrawn(*withdrawn)
            stages.hearing.find_ears = early.take
        # Controls end first: what they set off still finds the hearing open.
        async with stages.hearing, controls:
            if early:
                early.end()
            for event, handler in handlers.items():
                self._room.on(event, handler)
            try:
                stages.attendance.count()
                if not self._room.isconnected():
                    self.stop()
                await self._mark_gap(heard_since=early.since if early else None)
                self._lease.listen_to(stages.meeting.room_sid, stages.outages.heard_until)
                # Only now: whoever waits for the agent before speaking is heard from the start.
                await stages.announcer.tell()
                await self._stopping.wait()
                # A worker that shuts down ends no meeting, unless nobody is left in it.
                self._is_over |= self._room.isconnected() and not stages.attendance.people()
            finally:
                stages.attendance.close()
                for event, handler in handlers.items():
                    self._room.off(event, handler)

    def _on_arrival(self, participant: rtc.RemoteParticipant) -> None:
        self._look_for_agent(participant)
        self._on_attendance(participant)

    def _on_departure(self, participant: rtc.RemoteParticipant) -> None:
        self._stages.attendance.part(participant.identity)
        self._on_attendance(participant)

    def _on_attendance(self, _: rtc.RemoteParticipant) -> None:
        self._stages.attendance.count()
        self._stages.announcer.announce()
        self._welcome()

    def _look_for_agent(self, participant: rtc.Participant) -> None:
        is_remote = isinstance(participant, rtc.RemoteParticipant)
        if is_remote and is_agent(participant) and RECOGNIZER in participant.attributes:
            self._lease.note_follower()

    def _welcome(self) -> None:
        for tell in self._stages.on_arrival:
            tell()

    def _on_reconnecting(self) -> None:
        self._stages.outages.lose()
        self._stages.attendance.expect_return()

    def _on_reconnected(self) -> None:
        self._stages.attendance.count()
        self._stages.announcer.repeat()
        self._stages.outages.regain()

    def _on_disconnected(self, reason: rtc.DisconnectReason.ValueType) -> None:
        if reason in _ROOM_IS_OVER:
            self._end()
        else:
            self._is_cut_off = True
        self.stop()

    def _end(self) -> None:
        self._is_over = True
        self.stop()

    async def _mark_gap(self, heard_since: float | None) -> None:
        """Mark the time since an earlier agent heard the meeting, if there was one."""
        meeting = self._stages.meeting
        if meeting.seen_at_ms is not None:
            made_at = self._room.creation_time.timestamp()
            reason = reason_of(meeting, self._room_sid, made_at)
            await self._stages.outages.end(meeting.seen_at_ms / 1000, reason, heard_since)

    async def _on_segment(self, segment: Segment) -> None:
        """Take an interim or a final: keep it, place it, show it, and see what it calls for."""
        stages = self._stages
        kept: Segment | None = segment
        if segment.final and segment.text:
            kept = await stages.keeper.keep(segment)
        if kept is None or (kept.final and not kept.text):
            # Nothing was said after all, or nothing that may be kept: take back what was shown.
            if stages.transcript.discard(segment.id):
                stages.publisher.publish_segment(replace(segment, text=""))
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
        # First: else a final that is being written would come to those who have forgotten.
        stages.keeper.void(identity)
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
        await self._lease.hold(self._wanted.set)
        logger.error("another agent serves this room now; leaving")
        self.stop()
        if (since := self._lease.followed_at) is not None:
            await self._stages.keeper.leave_to_another(since)

    async def _hand_over(self) -> None:
        """Leave as soon as a successor is in place, if may be between two sentences."""
        await self._wanted.wait()
        await wait_until(lambda: not self._stages.hearing.somebody_speaks(), _PAUSE_SECONDS)
        logger.info("a successor is in place; handing over")
        self.stop()

    def _now_ms(self) -> int:
        return round(self._given.now() * 1000)
