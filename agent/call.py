"""One call's life: opens and closes every stage, and owns every task of the call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc
from livekit.agents import APIError, stt
from livekit.agents.utils import shortuuid

from agent.advisor import Advisor
from agent.ears import Clock
from agent.keeper import Keeper
from agent.lease import RoomLease
from agent.listener import Listener, Speaker
from agent.llm import AdviceModel
from agent.playbook import Match, Playbook, PlaybookWatch
from agent.publisher import Advice, Publisher
from agent.settings import AgentSettings
from records import Store
from transcript_buffer import PushOutcome, Role, Segment, TranscriptBuffer
from wire.roles import find_role
from wire.topics import ADVICE, AGENT_STATE, RECOGNIZER

logger = logging.getLogger("sidenote.call")

_PEOPLE: Final = frozenset(
    {
        rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
        rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    }
)
LONGEST_NAME: Final = 256
"""What `wire` and `records` hold of a display name; foreign tokens may carry longer ones."""
RESTART_SECONDS: Final = 1.0
"""Pause before a listener that failed begins anew."""


class Call:
    """Serves one room from the moment the agent is in it until `stop`.

    `run` returns when everything heard is recognized, kept and sent, or cannot be any more.
    """

    def __init__(
        self,
        *,
        room: rtc.Room,
        settings: AgentSettings,
        store: Store,
        lease: RoomLease,
        recognizer: stt.STT[Any],
        recognizer_label: str,
        playbook: Playbook,
        model: AdviceModel | None,
        on_speakers: Callable[[int], None],
        now: Clock,
    ) -> None:
        self._room = room
        self._settings = settings
        self._store = store
        self._lease = lease
        self._recognizer = recognizer
        self._recognizer_label = recognizer_label
        self._playbook = playbook
        self._watch = PlaybookWatch(playbook)
        self._model = model
        self._on_speakers = on_speakers
        self._now = now
        self._transcript = TranscriptBuffer(window_seconds=settings.window_seconds)
        self._listeners: dict[str, Listener] = {}
        self._had_people = False
        self._leaving: asyncio.TimerHandle | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End the call: finish what was heard, then return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve the room until `stop`, until everybody has left, or until the lease is lost."""
        room_sid = await self._room.sid
        meeting = await self._store.open_meeting(
            room_sid, room_name=self._room.name, now_ms=self._now_ms()
        )
        self._keeper = Keeper(self._store, room_sid)
        self._publisher = Publisher(
            room=self._room,
            store=self._store,
            room_sid=room_sid,
            last_sequence=meeting.last_sequence,
            now=self._now,
        )
        self._advisor = self._make_advisor()
        async with asyncio.TaskGroup() as services:
            services.create_task(self._publisher.run(self._hosts), name="publisher")
            beside = [
                services.create_task(self._keeper.run(), name="keeper"),
                services.create_task(self._hold_lease(), name="lease"),
            ]
            if self._advisor:
                beside.append(services.create_task(self._advisor.run(), name="advisor"))
            await self._listen_until_stopped()
            for task in beside:
                task.cancel()
            self._publisher.end_input()
        await self._keeper.finish()
        await self._store.end_meeting(room_sid, now_ms=self._now_ms())

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
        """Say in attributes what listens and who advises; clients see the agent by it at once."""
        advice = f"playbook {self._playbook.name!r}"
        if self._model:
            advice += f" and {self._model.name}"
        await self._room.local_participant.set_attributes(
            {AGENT_STATE: "listening", RECOGNIZER: self._recognizer_label, ADVICE: advice}
        )

    async def _listen_until_stopped(self) -> None:
        handlers: dict[Any, Callable[..., None]] = {
            "track_subscribed": self._on_track_subscribed,
            "track_unsubscribed": self._on_track_unsubscribed,
            "participant_connected": self._on_participant,
            "participant_disconnected": self._on_participant,
            "disconnected": self._on_disconnected,
        }
        async with asyncio.TaskGroup() as self._listening:
            for event, handler in handlers.items():
                self._room.on(event, handler)
            try:
                self._adopt()
                # Only now: whoever waits for the agent before speaking is heard from the start.
                await self._announce()
                await self._stopping.wait()
            finally:
                for event, handler in handlers.items():
                    self._room.off(event, handler)
                if self._leaving:
                    self._leaving.cancel()
            for listener in self._listeners.values():
                listener.end_input()

    def _adopt(self) -> None:
        """Take in who and what was in the room before the handlers were."""
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                if publication.track:
                    self._on_track_subscribed(publication.track, publication, participant)
        self._count_people()
        if not self._room.isconnected():
            self.stop()

    def _on_track_subscribed(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        is_microphone = publication.source == rtc.TrackSource.SOURCE_MICROPHONE
        if participant.kind not in _PEOPLE or not is_microphone:
            return
        if publication.sid in self._listeners:
            return
        speaker = Speaker(
            identity=participant.identity,
            name=(participant.name or participant.identity)[:LONGEST_NAME],
            role=self._role_of(participant.identity),
            track_sid=publication.sid,
        )
        logger.info("a track is heard", extra={"track": publication.sid})
        listener = Listener(speaker, track, self._recognizer, self._on_segment)
        self._listeners[publication.sid] = listener
        self._on_speakers(len(self._listeners))
        self._listening.create_task(self._listen(listener, track), name=f"listen {publication.sid}")

    def _on_track_unsubscribed(
        self,
        _track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        _participant: rtc.RemoteParticipant,
    ) -> None:
        if listener := self._listeners.pop(publication.sid, None):
            listener.end_input()

    def _on_participant(self, _participant: rtc.RemoteParticipant) -> None:
        self._count_people()

    def _on_disconnected(self, _reason: object) -> None:
        self.stop()

    def _count_people(self) -> None:
        """Leave some seconds after the last person has left."""
        if self._leaving:
            self._leaving.cancel()
        if self._people():
            self._had_people = True
        elif self._had_people:
            self._leaving = asyncio.get_running_loop().call_later(
                self._settings.leave_after_seconds, self._leave_if_alone
            )

    def _leave_if_alone(self) -> None:
        if not self._people():
            self.stop()

    def _people(self) -> list[rtc.RemoteParticipant]:
        return [p for p in self._room.remote_participants.values() if p.kind in _PEOPLE]

    def _hosts(self) -> list[str]:
        return [p.identity for p in self._people() if self._role_of(p.identity) == "host"]

    def _role_of(self, identity: str) -> Role:
        # Who was given no role by the token server may be heard, but is told nothing.
        return find_role(self._settings.api_secret, self._room.name, identity) or "guest"

    async def _listen(self, listener: Listener, track: rtc.Track) -> None:
        """Listen to a track until it ends; a recognizer that fails begins anew."""
        sid = listener.speaker.track_sid
        while True:
            try:
                await listener.run(self._now)
            except* APIError as errors:
                kinds = ", ".join(type(error).__name__ for error in errors.exceptions)
                logger.error("listening begins anew", extra={"track": sid, "error": kinds})
            else:
                break
            await asyncio.sleep(RESTART_SECONDS)
            if self._stopping.is_set() or self._listeners.get(sid) is not listener:
                break  # the call or the track ended meanwhile
            listener = Listener(listener.speaker, track, self._recognizer, self._on_segment)
            self._listeners[sid] = listener
        if self._listeners.get(sid) is listener:
            del self._listeners[sid]

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
