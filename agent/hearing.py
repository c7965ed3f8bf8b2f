"""Which tracks are listened to: subscribes with consent only, and keeps a listener for each."""

import asyncio
import logging
import math
from collections.abc import Callable, Collection
from typing import Any, Final

from livekit import rtc
from livekit.agents import APIError, stt

from agent.admission import Admission, is_encrypted, microphones_of
from agent.attendance import is_person, name_of
from agent.coverage import Coverage
from agent.ears import Clock, Ears, HeardFrame
from agent.listener import Listener, SegmentSink, Speaker
from agent.retry import wait_until
from agent.stt.names import ExpectsNames, Names
from agent.turn_end import TurnEnd
from transcript_buffer import Role

logger = logging.getLogger("sidenote.hearing")

RESTART_SECONDS: Final = 1.0
"""Pause before a listener that failed begins anew."""


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
        on_speech: Callable[[str], None] = lambda _: None,
        on_onset: Callable[[str], None] = lambda _: None,
        on_frame: Callable[[Speaker, HeardFrame], None] = lambda *_: None,
        turn_end: TurnEnd | None = None,
        most_people: float = math.inf,
    ) -> None:
        """Make it; nobody is listened to before it is entered.

        Args:
            room: where people speak.
            recognizer: gives the listeners their streams.
            coverage: told what is heard of whom.
            role_of: a participant's role by identity.
            is_allowed: whether a participant may be listened to.
            on_segment: gets every interim and final.
            on_speakers: called with the number of tracks whenever one is added.
            now: the clock.
            on_speech: called with an identity at once when that participant begins to speak.
            on_onset: called with it a moment before, when that may be so, and may not.
            on_frame: called at once with every frame that is heard.
            turn_end: tells a pause from an end; None: silence alone does.
            most_people: who are listened to at the same time; of hosts all are.
        """
        self._room = room
        self._recognizer = recognizer
        self._coverage = coverage
        self._role_of = role_of
        self._is_allowed = is_allowed
        self._on_segment = on_segment
        self._on_speakers = on_speakers
        self._on_speech = on_speech
        self._on_onset = on_onset
        self._on_frame = on_frame
        self._turn_end = turn_end
        self._now = now
        self._names = Names()
        self._expected_words: tuple[str, ...] = ()
        """Of the names that the recognizer was told last."""
        self._telling = asyncio.Lock()
        self._listeners: dict[str, Listener] = {}
        """By the sid of the track that each listens to now."""
        self._running: set[Listener] = set()
        """Also those whose track has ended and who are not done with it."""
        self._admission = Admission(is_allowed=is_allowed, role_of=role_of, most_people=most_people)
        """Tracks that have a place are those that the media server was asked for."""
        self._tasks = asyncio.TaskGroup()
        self._closing = False
        self._closed_at: float | None = None
        self.find_ears: Callable[[str], Ears | None] = lambda _: None
        """Returns what reads a track already, by the track's sid."""

    async def __aenter__(self) -> "Hearing":
        await self._tasks.__aenter__()
        handlers: dict[Any, Callable[..., None]] = {
            "track_published": self._on_track,
            "track_unpublished": self._on_track_gone,
            "track_subscribed": self._on_track_subscribed,
            "track_unsubscribed": self._on_track_unsubscribed,
            "participant_connected": self._meet,
            "participant_disconnected": self._on_participant_gone,
            "active_speakers_changed": self._on_active_speakers,
            "reconnected": self._on_reconnected,
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
        self._closed_at = self._now()
        for event, handler in self._handlers.items():
            self._room.off(event, handler)
        for listener in self._running:
            listener.end_input()
        await self._tasks.__aexit__(*raised)

    def review(self) -> None:
        """Look at every track anew; call it when a consent has changed."""
        for listener in self._running:
            if not self._is_allowed(listener.speaker.identity):
                listener.abandon()
        self._expect_names()
        self._admission.turned_away.clear()
        for participant in self._room.remote_participants.values():
            self._look_at(participant)
        self._note_crowd()

    def somebody_speaks(self) -> bool:
        """Tell whether any participant who is listened to speaks now."""
        return any(listener.is_speaking() for listener in self._running)

    def heard_until(self) -> float:
        """Return up to when all that was said is recognized, kept and shown."""
        now = self._now() if self._closed_at is None else self._closed_at
        return min((listener.heard_until(now) for listener in self._running), default=now)

    def identities(self) -> frozenset[str]:
        """Return who is listened to."""
        return frozenset(listener.speaker.identity for listener in self._listeners.values())

    async def settle(self, expected: Collection[str], seconds: float) -> None:
        """Wait until everything that was asked for is heard.

        Args:
            expected: identities of whom a track is to come.
            seconds: the longest to wait.
        """
        await wait_until(lambda: self._is_settled(expected), seconds)

    def _is_settled(self, expected: Collection[str]) -> bool:
        heard = {sid: one for sid, one in self._listeners.items() if one.has_heard()}
        here = {listener.speaker.identity for listener in heard.values()}
        return self._admission.sids <= heard.keys() and here.issuperset(expected)

    def _meet(self, participant: rtc.RemoteParticipant) -> None:
        if not is_person(participant):
            return
        self._coverage.meet(participant.identity, name_of(participant))
        if self._names.meet(participant.identity, participant.name):
            self._expect_names()

    def _expect_names(self) -> None:
        # A name goes where its bearer's speech goes, and only then.
        words = self._names.words_of(self._is_allowed)
        if words != self._expected_words:
            self._expected_words = words
            self._tasks.create_task(self._tell_names(), name="names")

    async def _tell_names(self) -> None:
        async with self._telling:
            if isinstance(self._recognizer, ExpectsNames):
                await self._recognizer.expect_names(self._expected_words)

    def _on_track(self, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        self._look_at(participant)
        self._note_crowd()

    def _note_crowd(self) -> None:
        self._coverage.set_crowded(crowded=bool(self._admission.turned_away))

    def _look_at(self, participant: rtc.RemoteParticipant) -> None:
        """Subscribe to a participant's microphones, or stop listening to them, as is wished."""
        microphones = microphones_of(participant)
        if not microphones or not is_person(participant):
            return
        self._meet(participant)
        self._note_encryption(participant)
        for publication in microphones:
            if self._admission.admits(publication, participant):
                if self._admission.take_place(publication.sid, participant.identity):
                    publication.set_subscribed(True)
                if publication.track:
                    self._on_track_subscribed(publication.track, publication, participant)
            else:
                self._refuse(publication)

    def _refuse(self, publication: rtc.RemoteTrackPublication) -> None:
        if listener := self._listeners.pop(publication.sid, None):
            listener.end_input()
        # What was asked for may be on its way.
        if self._admission.free_place(publication.sid) or publication.subscribed:
            publication.set_subscribed(False)

    def _note_encryption(self, participant: rtc.RemoteParticipant) -> None:
        self._coverage.set_encrypted(
            participant.identity,
            encrypted=self._is_allowed(participant.identity)
            and any(is_encrypted(publication) for publication in microphones_of(participant)),
        )

    def _on_track_gone(
        self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if is_person(participant):
            self._note_encryption(participant)
        self._admission.free_place(publication.sid)
        self.review()

    def _on_participant_gone(self, participant: rtc.RemoteParticipant) -> None:
        if is_person(participant):
            self._coverage.set_encrypted(participant.identity, encrypted=False)
        for publication in participant.track_publications.values():
            self._admission.free_place(publication.sid)
        self.review()

    def _on_reconnected(self) -> None:
        microphones = {
            publication.sid: publication
            for participant in self._room.remote_participants.values()
            for publication in microphones_of(participant)
        }
        for sid in set(self._admission.sids):
            if sid in microphones:
                # A connection that was made anew carries no track until it is asked for.
                microphones[sid].set_subscribed(True)
            else:
                self._admission.free_place(sid)
        self.review()

    def _on_track_subscribed(
        self,
        track: rtc.Track,
        publication: rtc.RemoteTrackPublication,
        participant: rtc.RemoteParticipant,
    ) -> None:
        if publication not in microphones_of(participant) or not is_person(participant):
            return
        if not self._admission.admits(publication, participant):
            self._refuse(publication)  # consent went while this was under way
            return
        self._admission.take_place(publication.sid, participant.identity)
        if publication.sid in self._listeners:
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
        listener = Listener(
            speaker,
            track,
            self._recognizer,
            self._on_segment,
            on_speech=lambda: self._on_speech(speaker.identity),
            on_onset=lambda: self._on_onset(speaker.identity),
            on_frame=lambda frame: self._on_frame(speaker, frame),
            turn_end=self._turn_end,
            early_ears=self.find_ears(speaker.track_sid),
        )
        self._listeners[speaker.track_sid] = listener
        self._running.add(listener)
        self._coverage.meet(speaker.identity, speaker.name)
        self._coverage.begin(speaker.identity, listener)
        return listener

    def _end(self, listener: Listener) -> None:
        self._running.discard(listener)
        self._coverage.end(listener.speaker.identity, listener)

    async def _listen(self, listener: Listener, track: rtc.Track) -> None:
        """Listen to a track until it ends; a recognizer that fails begins anew."""
        speaker = listener.speaker
        while await self._fails(listener):
            await asyncio.sleep(RESTART_SECONDS)
            if self._closing or self._listeners.get(speaker.track_sid) is not listener:
                break  # the call or the track ended meanwhile
            listener = self._begin(speaker, track)
        if self._listeners.get(speaker.track_sid) is listener:
            del self._listeners[speaker.track_sid]

    async def _fails(self, listener: Listener) -> bool:
        """Listen until the track ends; True if the recognizer failed before."""
        try:
            await listener.run(self._now)
        except* APIError as errors:
            kinds = ", ".join(type(error).__name__ for error in errors.exceptions)
            logger.error(
                "listening begins anew", extra={"track": listener.speaker.track_sid, "error": kinds}
            )
            failed = True
        else:
            failed = False
        self._end(listener)
        return failed
