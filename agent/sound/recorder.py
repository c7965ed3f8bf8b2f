"""Records a call: whose voice, into which part, and who must know of it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from livekit import rtc
from livekit.agents.utils import shortuuid

from agent.attendance import name_of
from agent.ears import WAITING_FRAMES, Clock, HeardFrame
from agent.listener import Speaker
from agent.sound.consent import SoundConsent
from agent.sound.writer import PartKeeper
from agent.speech_gate import SAMPLE_RATE_HZ
from records import Files, FilesUnavailableError, Store, StoreUnavailableError
from records.sound import SoundPart, delete_erased_sound
from wire.coverage import Notice
from wire.sound import SoundState

logger = logging.getLogger("sidenote.sound")

LOOK_SECONDS: Final = 2.0
"""Between two looks at the store, for what was switched over HTTP."""
PAUSE_SECONDS: Final = 5.0
"""A part ends when nothing is heard of its track for so long; a shorter pause becomes silence."""
RETRY_SECONDS: Final = 10.0
"""Pause after a part that could not be written."""


@dataclass(slots=True)
class _LivePart:
    """A part that grows."""

    speaker: Speaker
    heard_at_seconds: float = 0.0
    id: str = ""
    """Empty: the store does not know it yet, and nothing of it is written."""
    waiting: deque[HeardFrame] = field(default_factory=lambda: deque(maxlen=WAITING_FRAMES))
    """Until then, its last 10 s."""


class Recorder:
    """The recording of one call. Nobody is recorded without a yes of its own.

    Who is muted, off the record, or not subscribed is not recorded; a part ends there, and another
    begins when the voice comes back.
    """

    def __init__(
        self,
        *,
        consent: SoundConsent,
        is_heard: Callable[[str], bool],
        people: Callable[[], list[rtc.RemoteParticipant]],
        store: Store,
        files: Files,
        room_sid: str,
        keeper: PartKeeper,
        announce: Callable[[], None],
        tell: Callable[[Notice], None],
        now: Clock,
    ) -> None:
        """Make it; `run` begins to write.

        Args:
            consent: whether to record, and who agreed.
            is_heard: whether a participant may be listened to at all.
            people: returns who is here.
            store: told of every part before there is a file of it.
            files: where the parts are in the end.
            room_sid: of the meeting.
            keeper: of the sound.
            announce: called when the state names others than before.
            tell: takes what hosts should know.
            now: the clock of the frames.
        """
        self.consent = consent
        self._is_heard = is_heard
        self._people = people
        self._store = store
        self._files = files
        self._room_sid = room_sid
        self._keeper = keeper
        keeper.on_failure = self._on_failure
        self._announce = announce
        self._tell = tell
        self._now = now
        self._live: dict[str, _LivePart] = {}
        """By the sid of the track."""
        self._news = asyncio.Event()
        self._fails_until_seconds = 0.0
        self._is_store_away = False
        """Whether no part can begin: the store must know of it before."""
        self._recorded: list[str] = []
        """Whom the state named last."""
        self._told: dict[str, str] = {}
        """Texts of the notices that are open, by their ids."""

    def state(self) -> SoundState:
        """Return what everyone in the room may know."""
        here = {person.identity for person in self._people()}
        answers = sorted(self.consent.answers.items())
        return SoundState(
            on_since_ms=self.consent.on_since_ms,
            answers={one: answer for one, answer in answers if one in here},
            recorded=[one for one in sorted(here) if self._is_kept(one)],
        )

    def hear(self, speaker: Speaker, frame: HeardFrame) -> None:
        """Take a frame that was heard; it costs the hearing nothing."""
        if not self._is_recorded(speaker.identity) or self._now() < self._fails_until_seconds:
            return
        live = self._live.get(speaker.track_sid)
        if live is None:
            live = self._live[speaker.track_sid] = _LivePart(speaker)
            self._news.set()
        live.heard_at_seconds = frame.ended_at_seconds
        if live.id:
            self._keeper.push(live.id, frame)
        else:
            live.waiting.append(frame)

    def review(self) -> None:
        """Stop recording whoever may not be recorded any more; call it on every change."""
        for live in list(self._live.values()):
            if not self._is_recorded(live.speaker.identity):
                self._end(live)
        self._news.set()

    def welcome(self) -> None:
        """Somebody has come, who may be a host: tell again what is open."""
        for notice_id, text in self._told.items():
            if text:
                self._send(notice_id, text)

    async def run(self) -> None:
        """Record what is heard, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keeper.run(), name="sound parts")
            try:
                while True:
                    await self._look_and_wait()
            finally:
                for live in list(self._live.values()):
                    self._end(live)

    async def _look_and_wait(self) -> None:
        try:
            await self._look()
        except StoreUnavailableError as error:
            logger.warning("the recording waits for the store", extra={"error": str(error)})
            self._is_store_away = True
        else:
            self._is_store_away = False
        self._tell_missing()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._news.wait()
        except TimeoutError:
            return

    async def erase_speaker(self, identity: str) -> None:
        """Delete what was recorded of a participant.

        Raises:
            StoreUnavailableError: nothing was deleted; do it again.
        """
        for live in list(self._live.values()):
            if live.speaker.identity == identity:
                self._end(live)
        await self._store.erase_sound(self._room_sid, identity)
        try:
            await delete_erased_sound(self._store, self._files)
        except FilesUnavailableError as error:
            # Nobody gets at it any more, and the worker deletes it when the file store is back.
            logger.warning("erased sound is deleted later", extra={"error": str(error)})

    def _is_recorded(self, identity: str) -> bool:
        return self.consent.allows(identity) and self._is_heard(identity)

    def _is_kept(self, identity: str) -> bool:
        """Tell whether what a participant says now will be on the recording."""
        begun = (live.speaker.identity for live in self._live.values() if live.id)
        return self._is_recorded(identity) and (not self._is_store_away or identity in begun)

    async def _look(self) -> None:
        self._news.clear()
        if self._now() > self._fails_until_seconds + PAUSE_SECONDS:
            self._note("not_recorded:disk", "")  # it was tried again, and has not failed
        for live in list(self._live.values()):
            if self._now() - live.heard_at_seconds > PAUSE_SECONDS:
                self._end(live)
            elif not live.id:
                await self._begin(live)
        await self.consent.look()

    async def _begin(self, live: _LivePart) -> None:
        """Let the store know of a part, then keep it."""
        first = live.waiting[0]
        heard_at = first.ended_at_seconds - len(first.samples) / SAMPLE_RATE_HZ
        part = SoundPart(
            id=shortuuid("SP_"),
            room_sid=self._room_sid,
            identity=live.speaker.identity,
            name=live.speaker.name,
            format=self._keeper.format,
            started_at_ms=round(heard_at * 1000),
        )
        await self._store.add_sound_part(part)
        if self._live.get(live.speaker.track_sid) is not live:  # it ended meanwhile
            await self._store.remove_sound_parts([part.id])
            return
        self._keeper.begin(part, live.speaker.track_sid)
        live.id = part.id
        while live.waiting:
            self._keeper.push(part.id, live.waiting.popleft())

    def _end(self, live: _LivePart) -> None:
        self._live.pop(live.speaker.track_sid, None)
        if live.id:
            self._keeper.end(live.id)

    def _on_failure(self, part_id: str, reason: str) -> None:
        self._fails_until_seconds = self._now() + RETRY_SECONDS
        for live in list(self._live.values()):
            if live.id == part_id:
                self._end(live)
        self._note("not_recorded:disk", f"The recording cannot be written: {reason}")

    def _tell_missing(self) -> None:
        """Tell the hosts who is here and not on the recording, and everybody who is."""
        recorded = self.state().recorded
        if recorded != self._recorded:
            self._recorded = recorded
            self._announce()
        missing = [name_of(one) for one in self._people() if one.identity not in recorded]
        is_on = self.consent.on_since_ms is not None
        text = f"Not on the recording: {', '.join(missing)}" if is_on and missing else ""
        self._note("not_recorded", text)
        away = "The store is away: who begins to speak now is not on the recording"
        self._note("not_recorded:store", away if is_on and self._is_store_away else "")

    def _note(self, notice_id: str, text: str) -> None:
        """Tell the hosts something new; without a text, that it is over."""
        if text == self._told.get(notice_id, ""):
            return
        self._told[notice_id] = text
        self._send(notice_id, text)

    def _send(self, notice_id: str, text: str) -> None:
        self._tell(
            Notice(
                id=notice_id,
                reason="not_recorded",
                over=not text,
                text=(text or "the recording has everybody again")[:500],
                at_ms=round(self._now() * 1000),
            )
        )
