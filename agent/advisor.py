"""Asks the models at the end of another person's turn, and when a rule has fired.

One request for advice is in flight at a time; while it is, only the newest turn waits. The
advisor never holds up a transcript or the playbook: it runs beside them and gives up in time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from agent.advice_answer import AdviceOnItsWay, Dropped, Hit
from agent.advice_request import AdviceInput, Person
from agent.call_settings import CallSettings
from agent.ears import Clock
from agent.models.chain import ModelChain
from agent.models.request import ModelError
from agent.running_summary import RunningSummary
from agent.talking_points import TalkingPoints
from playbook.rules import Match
from transcript_buffer import Segment, TranscriptBuffer
from wire.talking_point import BriefLine

logger = logging.getLogger("sidenote.advisor")

_MOST_HITS: Final = 16
"""Hits on interims whose finals have not come; with more, the oldest is refined no more."""
_STALE_FINALS: Final = 8
"""So many finals of others after a turn, and the conversation has moved on."""


@dataclass(frozen=True, slots=True)
class _Turn:
    segment: Segment
    hit: Hit | None
    number: int
    """Of the final, counted from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLimits:
    """How much a model reads, and how late it may be."""

    window_tokens: int = 1500
    stale_seconds: float = 15.0


class Advisor:
    """Turns the window into talking points with the help of the models."""

    def __init__(
        self,
        *,
        models: ModelChain,
        transcript: TranscriptBuffer,
        talking_points: TalkingPoints,
        settings: CallSettings,
        people: Callable[[], Sequence[Person]],
        brief_lines: Callable[[str], Sequence[BriefLine]],
        limits: AdviceLimits,
        now: Clock,
    ) -> None:
        """Begin with nothing heard.

        Args:
            models: who is asked.
            transcript: what was said; its window is what a model reads.
            talking_points: where advice is proposed.
            settings: the hosts' goal, instruction and pause.
            people: returns who is in the room.
            brief_lines: returns the lines of the brief that have to do with a text.
            limits: how much is read, and how late advice may be.
            now: the present, on the clock of the segments.
        """
        self._models = models
        self._transcript = transcript
        self._talking_points = talking_points
        self._settings = settings
        self._people = people
        self._brief_lines = brief_lines
        self._limits = limits
        self._now = now
        self._summary = RunningSummary(models, transcript, now)
        self._hits: dict[str, Hit] = {}
        self._waiting: _Turn | None = None
        self._news = asyncio.Event()
        self._finals = 0
        self._asking: asyncio.Task[None] | None = None
        self._answer: AdviceOnItsWay | None = None
        self.dropped: Counter[Dropped] = Counter()
        """Answers that were not shown, by reason."""
        self.failures = 0
        """Requests without a usable answer."""

    def recall(self, said: Iterable[Segment]) -> None:
        """Take up the finals that were said before this agent came."""
        self._summary.recall(said)

    def hear(self, segment: Segment) -> None:
        """Take note of a segment: the final of anybody but a host, or of a hit, asks for advice."""
        if not segment.final or not segment.text:
            return
        self._finals += 1
        if self._settings.paused:
            return
        self._summary.hear()
        hit = self._hits.get(segment.id)
        if hit or segment.role != "host":
            self._wait(segment, hit)

    def on_hit(self, match: Match, segment: Segment, point_id: str) -> None:
        """Take note that a rule has fired; `hear` has a model say it better with the final."""
        if len(self._hits) >= _MOST_HITS:
            del self._hits[next(iter(self._hits))]
        self._hits[segment.id] = Hit(point_id=point_id, rule_id=match.rule.id, says=match.rule.say)

    async def erase_speaker(self, identity: str) -> None:
        """Forget what may rest on what a participant said."""
        self._summary.erase_speaker(identity)
        if self._waiting and self._waiting.segment.speaker == identity:
            self._waiting = None
        if self._asking and self._answer and identity in self._answer.read_identities:
            self._answer.forget()
            self._asking.cancel()

    async def run(self) -> None:
        """Answer turns until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._summary.run(), name="summary")
            while True:
                await self._news.wait()
                self._news.clear()
                if not await self._models.ready():
                    continue  # the newest turn to come finds out whether one is back
                turn, self._waiting = self._waiting, None
                if turn is None or self._is_stale(turn):
                    continue
                self._asking = tasks.create_task(self._advise(turn), name="advice")
                await asyncio.wait({self._asking})
                self._asking = self._answer = None

    def _wait(self, segment: Segment, hit: Hit | None) -> None:
        self._waiting = _Turn(segment, hit, self._finals)
        self._news.set()

    async def _advise(self, turn: _Turn) -> None:
        material = self._material(turn)
        if not material.lines:
            return
        answer = self._answer = AdviceOnItsWay(
            material, turn.hit, self._talking_points, is_stale=lambda: self._is_stale(turn)
        )
        try:
            async with aclosing(self._models.stream(material.request())) as readings:
                async for reading in readings:
                    if not answer.take(reading):
                        break
        except ModelError as error:
            self.failures += 1
            logger.warning("the models gave no advice", extra={"reason": str(error)})
        finally:
            answer.break_off()
        if answer.dropped:
            self.dropped[answer.dropped] += 1
            logger.warning("advice was dropped", extra={"reason": answer.dropped})

    def _material(self, turn: _Turn) -> AdviceInput:
        window = self._transcript.window(self._now(), max_tokens=self._limits.window_tokens)
        return AdviceInput(
            # Interims may still change, and a quote must not.
            lines=[segment for segment in window if segment.final],
            people=self._people(),
            goal=self._settings.goal,
            instruction=self._settings.instruction,
            summary=self._summary.text,
            summary_identities=self._summary.read_identities,
            brief=self._brief_lines(turn.segment.text),
            told=[one for one in self._talking_points.recent() if not _is(one.id, turn.hit)],
            rule_says=turn.hit.says if turn.hit else None,
        )

    def _is_stale(self, turn: _Turn) -> bool:
        late = self._now() - turn.segment.end_seconds > self._limits.stale_seconds
        return late or self._finals - turn.number > _STALE_FINALS or self._settings.paused


def _is(point_id: str, hit: Hit | None) -> bool:
    return hit is not None and hit.point_id == point_id
