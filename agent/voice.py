"""Says something aloud to everyone in the room, and falls silent at once when it should.

The agent's own track is a local one: `agent.hearing` listens to remote participants' tracks only,
so that nothing said here is ever transcribed. What another participant's microphone picks up of
it from a loudspeaker is that participant's sound; browsers take it out by echo cancellation.
"""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from livekit import rtc

from agent.ears import Clock
from agent.usage import Reserve
from agent.voice_track import VoiceTrack
from agent.voices.sentences import sentences
from agent.voices.synthesizer import SynthesisError, Synthesizer

logger = logging.getLogger("sidenote.voice")

AHEAD_PIECES: Final = 100
"""Pieces of about 100 ms that are synthesized ahead; with more, synthesis waits."""
PATIENCE_SECONDS: Final = 5.0
"""How long the first word waits while somebody speaks; then nothing is said."""
CAPPED_SECONDS: Final = 60.0
"""How long a voice that costs is left alone near a cap."""
_LOOK_SECONDS: Final = 0.05


class VoiceMissingError(Exception):
    """Nothing can be said; the text tells why in words for people."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of something that was to be said."""

    text: str
    """The sentences that were begun."""
    complete: bool
    """False: it was stopped, or nobody let it begin."""


class _Saying:
    """Something that is being said."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[str | bytes | None] = asyncio.Queue(AHEAD_PIECES)
        """A sentence, then its audio; None: that was all. Full: synthesis waits."""
        self.begun: list[str] = []
        self.is_heard = False
        self.is_stopped = False
        self.synthesis: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Let nothing more come out of the queue."""
        self.is_stopped = True
        if self.synthesis:
            self.synthesis.cancel()
        while not self.pieces.empty():
            self.pieces.get_nowait()
        self.pieces.put_nowait(None)


class Voice:
    """The agent's voice in one call."""

    def __init__(
        self,
        *,
        room: rtc.Room,
        voices: list[Synthesizer],
        missing_because: str,
        reserve: Reserve,
        is_muted: Callable[[], bool],
        somebody_speaks: Callable[[], bool],
        now: Clock,
    ) -> None:
        """Make it; nothing is published before something is said.

        Args:
            room: where it speaks.
            voices: the best first.
            missing_because: why there is none, in words for people; empty if there is one.
            reserve: asked before each sentence that costs.
            is_muted: whether the hosts want it silent.
            somebody_speaks: whether a participant speaks now.
            now: the clock.
        """
        self._track = VoiceTrack(room)
        self._voices = voices
        self._missing_because = missing_because
        self._reserve = reserve
        self._is_muted = is_muted
        self._somebody_speaks = somebody_speaks
        self._now = now
        self._rests_until = [-math.inf] * len(voices)
        self._told_missing = False
        self.on_change: Callable[[], None] = lambda: None
        """Called when a voice has failed, so that another one speaks or none, or is back."""
        self._saying: _Saying | None = None
        self._newest = 0
        self._floor = asyncio.Lock()
        """Held while something is said: one task plays at a time."""

    @property
    def name(self) -> str:
        """What speaks, for people; empty: nothing can."""
        rested = zip(self._voices, self._rests_until, strict=True)
        return next((voice.name for voice, until in rested if until <= self._now()), "")

    @property
    def missing_because(self) -> str:
        """Why nothing can speak, in words for people; empty: something can."""
        return "" if self.name else self._missing_because

    async def say(self, parts: AsyncIterable[str]) -> Spoken:
        """Say a text while it comes; returns when it is said, or was stopped.

        Something else that is being said ends at once. Cancelling silences it.

        Raises:
            VoiceMissingError: nothing can speak, or the hosts have muted the voice.
        """
        if self._is_muted():
            raise VoiceMissingError("a host has muted the voice")
        if not self.name:
            raise VoiceMissingError(self._missing_because)
        self.stop()
        self._newest += 1
        number = self._newest
        async with self._floor:
            if number != self._newest:
                return Spoken("", complete=False)  # something newer has come meanwhile
            return await self._say(parts)

    async def _say(self, parts: AsyncIterable[str]) -> Spoken:
        saying = self._saying = _Saying()
        try:
            async with asyncio.TaskGroup() as tasks:
                saying.synthesis = tasks.create_task(self._synthesize(saying, parts))
                tasks.create_task(self._play(saying))
        except* VoiceMissingError as errors:
            raise errors.exceptions[0] from None
        finally:
            self._saying = None
            await self._track.settle()
        return Spoken(" ".join(saying.begun), complete=not saying.is_stopped)

    def stop(self) -> None:
        """Fall silent at once; nothing happens when nothing is said."""
        if self._saying:
            self._saying.stop()
        self._track.clear()

    def on_onset(self, _identity: str) -> None:
        """A participant may be beginning to speak: pause until `on_speech` tells, or does not."""
        if self._saying and self._saying.is_heard:
            self._track.pause()

    def on_speech(self, _identity: str) -> None:
        """A participant begins to speak: whoever is heard has the floor."""
        # Before the first word is heard it waits instead, in `_wait_for_floor`.
        if self._saying and self._saying.is_heard:
            self.stop()

    async def aclose(self) -> None:
        """Fall silent, take the track back, and close the voices; safe to call twice."""
        self.stop()
        await self._track.aclose()
        for voice in self._voices:
            await voice.aclose()

    async def _synthesize(self, saying: _Saying, parts: AsyncIterable[str]) -> None:
        async with aclosing(sentences(parts)) as found:
            async for sentence in found:
                await saying.pieces.put(sentence)
                async with aclosing(self._audio(sentence)) as audio:
                    async for pcm in audio:
                        await saying.pieces.put(pcm)
        await saying.pieces.put(None)

    async def _audio(self, sentence: str) -> AsyncGenerator[bytes, None]:
        """Yield a sentence by the best voice that can; one that breaks off is said again."""
        for number, voice in enumerate(self._voices):
            if self._rests_until[number] > self._now():
                continue
            estimate = voice.estimate(sentence)
            kept = self._reserve(estimate) if estimate else None
            if estimate and not kept:
                self._rest(number, CAPPED_SECONDS, "the cap on the costs is near")
                continue
            # Whoever hangs up pays for the sentence; only a service that gave nothing is not paid.
            used, has_spoken = estimate, False
            try:
                async with aclosing(voice.speak(sentence)) as audio:
                    async for pcm in audio:
                        has_spoken = True
                        yield pcm
            except SynthesisError as error:
                logger.warning("a voice failed: %s", error)
                used = estimate if has_spoken else None
                self._rest(number, error.pause_seconds, str(error))
            else:
                self._speak_again()
                return
            finally:
                if kept:
                    kept.settle(used)
        raise VoiceMissingError(self._missing_because)

    def _rest(self, number: int, seconds: float, reason: str) -> None:
        """Leave a voice alone for a while."""
        self._rests_until[number] = self._now() + seconds
        self._missing_because = reason
        self._told_missing |= not self.name
        self.on_change()

    def _speak_again(self) -> None:
        if self._told_missing:
            self._told_missing = False
            self.on_change()

    async def _play(self, saying: _Saying) -> None:
        sentence = ""
        while (piece := await saying.pieces.get()) is not None:
            if isinstance(piece, str):
                sentence = piece
                continue
            await self._track.open()
            if not saying.is_heard:
                await self._wait_for_floor(saying)
                saying.is_heard = not saying.is_stopped
            if sentence and saying.is_heard:
                saying.begun.append(sentence)
                sentence = ""
            await self._track.play(piece, lambda: saying.is_stopped)
        if saying.is_heard:
            await self._track.end(lambda: saying.is_stopped)

    async def _wait_for_floor(self, saying: _Saying) -> None:
        waited_seconds = 0.0
        while self._somebody_speaks() and not saying.is_stopped:
            if waited_seconds >= PATIENCE_SECONDS:
                saying.stop()
            # No event tells of the end of everybody's speech.
            await asyncio.sleep(_LOOK_SECONDS)
            waited_seconds += _LOOK_SECONDS
