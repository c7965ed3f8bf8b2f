"""Which tracks are listened to: subscribes with consent only, and keeps a listener for each."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from livekit import rtc
from livekit.agents import APIError, stt

from agent.attendance import is_person, name_of
from agent.coverage import Coverage
from agent.ears import Clock
from agent.listener import Listener, SegmentSink, Speaker
from transcript_buffer import Role

logger = logging.getLogger("sidenote.hearing")

RESTART_SECONDS: Final = 1.0
"""Pause before a listener that failed begins anew."""
_UNENCRYPTED: Final = 0


class Hearing:
    """The listeners of one call. Use as an async context manager: it owns their tasks.

    On leaving, every listener finishes what it has heard.
    """

    def __init__(
        self,
        *,
        room: rtc.Room,
        recognizer: stt.STT[Any],
        coverage: Coverage,
        role_of: Callable[[str], Role],
        is_allowed: Callable[[str], bool],
        on_segment: SegmentSink,
        on_speakers: Callable[[int], None],
        now: Clock,
    ) -> None:
        self._room = room
        self._recognizer = recognizer
        self._coverage = coverage
        self._role_of = role_of
        self._is_allowed = is_allowed
        self._on_segment = on_segment
        self._on_speakers = on_speakers
        self._now = now
        self._listeners: dict[str, Listener] = {}
        self._tasks = asyncio.TaskGroup()
        self._closing = False

    async def __aenter__(self) -> "Hearing":
        await self._tasks.__aenter__()
        handlers: dict[Any, Callable[..., None]] = {
            "track_published": self._on_track,
            "track_subscribed": self._on_track_subscribed,
            "track_unsubscribed": self._on_track_unsubscribed,
            "participant_connected": self._meet,
            "active_speakers_changed": self._on_active_speakers,
        }
        self._handlers = handlers
        for event, handler in handlers.items():
            self._room.on(event, handler)
        for participant in self._room.remote_participants.values():
            self._meet(participant)
        self.review()
        return self

    async def __aexit__(self, *raised: Any) -> None:
        self._closing = True
        for event, handler in self._handlers.items():
            self._room.off(event, handler)
        for listener in self._listeners.values():
            listener.end_input()
        await self._tasks.__aexit__(*raised)

    def review(self) -> None:
        """Look at every track anew; call it when a consent has changed."""
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                self._on_track(publication, participant)
                if publication.track:
                    self._on_track_subscribed(publication.track, publication, participant)

    def _meet(self, participant: rtc.RemoteParticipant) -> None:
        if is_person(participant):
            self._coverage.meet(participant.identity, name_of(participant))

    def _on_track(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        """Subscribe to a track, or stop listening to it, as its participant wishes."""
        if not _is_microphone(publication) or not is_person(participant):
            return
        self._meet(participant)
        encrypted = publication.encryption_type != _UNENCRYPTED
        self._coverage.set_encrypted(participant.identity, encrypted=encrypted)
        wanted = self._is_allowed(participant.identity) and not encrypted
        if wanted:
            publication.set_subscribed(True)
            return
        if listener := self._listeners.pop(publication.sid, None):
            listener.abandon()
        if publication.subscribed:
            publication.set_subscribed(False)

    def _on_track_subscribed(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        if not _is_microphone(publication) or not is_person(participant):
            return
        # Consent may have gone while the subscription was under way.
        if publication.sid in self._listeners or not self._is_allowed(participant.identity):
            return
        speaker = Speaker(
            identity=participant.identity,
            name=name_of(participant),
            role=self._role_of(participant.identity),
            track_sid=publication.sid,
        )
        logger.info("a track is heard", extra={"track": publication.sid})
        listener = self._begin(speaker, track)
        self._on_speakers(len(self._listeners))
        self._tasks.create_task(self._listen(listener, track), name=f"listen {publication.sid}")

    def _on_track_unsubscribed(
        self,
        _track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        _participant: rtc.RemoteParticipant,
    ) -> None:
        if listener := self._listeners.pop(publication.sid, None):
            listener.end_input()

    def _on_active_speakers(self, speakers: list[rtc.Participant]) -> None:
        self._coverage.set_marked({speaker.identity for speaker in speakers}, self._now())

    def _begin(self, speaker: Speaker, track: rtc.Track) -> Listener:
        listener = Listener(speaker, track, self._recognizer, self._on_segment)
        self._listeners[speaker.track_sid] = listener
        self._coverage.meet(speaker.identity, speaker.name)
        self._coverage.begin(speaker.identity, listener)
        return listener

    async def _listen(self, listener: Listener, track: rtc.Track) -> None:
        """Listen to a track until it ends; a recognizer that fails begins anew."""
        speaker = listener.speaker
        while True:
            try:
                await listener.run(self._now)
            except* APIError as errors:
                kinds = ", ".join(type(error).__name__ for error in errors.exceptions)
                logger.error(
                    "listening begins anew", extra={"track": speaker.track_sid, "error": kinds}
                )
            else:
                self._coverage.end(speaker.identity, listener)
                break
            self._coverage.end(speaker.identity, listener)
            await asyncio.sleep(RESTART_SECONDS)
            if self._closing or self._listeners.get(speaker.track_sid) is not listener:
                break  # the call or the track ended meanwhile
            listener = self._begin(speaker, track)
        if self._listeners.get(speaker.track_sid) is listener:
            del self._listeners[speaker.track_sid]


def _is_microphone(publication: rtc.RemoteTrackPublication) -> bool:
    return publication.source == rtc.TrackSource.SOURCE_MICROPHONE
