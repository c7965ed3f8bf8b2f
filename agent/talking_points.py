"""The talking points of a call and their fate: the one place that tells hosts what to say."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from livekit.agents.utils import shortuuid

from agent.ears import Clock
from agent.manners import Candidate, Limits, Spared, Told, rest_seconds, says_twice, why_spare
from agent.meaning import Commonness, Gist, gist_of
from agent.proposal import LONGEST_TEXT, Proposal
from agent.publisher import Publisher
from agent.refusals import NotFoundError
from playbook.rules import Match, Rule
from records import Store
from transcript_buffer import Segment
from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT

logger = logging.getLogger("sidenote.talking_points")

LOOK_SECONDS: Final = 1.0
"""Between two looks at what has expired."""
_MOST_TOLD: Final = 1_000
"""More than hosts read in a day; with more, the oldest is forgotten here, not in the store."""
_FEWEST_STEMS: Final = 3
"""Telling stems of an unfinished text that can be judged, and is worth reading."""
_CUT: Final = " …"
_HOST_WORDS_SECONDS: Final = 30.0
"""For how long what a host has said spares a proposal to say it."""


class TalkingPoints:
    """Knows every talking point of a meeting, tells the hosts, and spares them by manners.

    Every change is a new version, which is numbered, kept and sent by the publisher.
    """

    def __init__(
        self,
        *,
        store: Store,
        room_sid: str,
        publisher: Publisher,
        limits: Limits,
        expire_seconds: float,
        is_paused: Callable[[], bool],
        now: Clock,
    ) -> None:
        """Begin with nothing told; see `load`.

        Args:
            store: where talking points are kept.
            room_sid: of the meeting.
            publisher: what numbers and sends.
            limits: how much hosts want to be told.
            expire_seconds: how long a talking point stays on the screen.
            is_paused: tells whether the hosts want no advice now.
            now: the present, seconds since the Unix epoch.
        """
        self._store = store
        self._room_sid = room_sid
        self._publisher = publisher
        self._limits = limits
        self._expire_seconds = expire_seconds
        self._is_paused = is_paused
        self._now = now
        self._told: dict[str, Told] = {}
        self._commonness = Commonness()
        self._host_words: deque[tuple[float, str, Gist]] = deque()
        """What hosts said in the last seconds: when, who, and the stems."""
        self.spared: Counter[Spared] = Counter()
        """What the hosts were not told, by reason."""

    async def load(self) -> None:
        """Take up what an earlier agent has told the hosts.

        Raises:
            StoreUnavailableError: the store is away.
        """
        for point in await self._store.list_talking_points(self._room_sid):
            self._remember(Told(point=point, gist=gist_of(point.text)))
            self.break_off(point.id)  # whoever wrote it is gone

    def recall(self, said: Iterable[Segment]) -> None:
        """Take note of what was said before this agent came."""
        for segment in said:
            if segment.role == "host":
                gist = gist_of(segment.text)
                self._host_words.append((segment.end_seconds, segment.speaker, gist))
                for told in self._told.values():
                    if told.on_screen and told.at_seconds <= segment.end_seconds:
                        told.heard |= gist
        self._host_said()

    async def run(self) -> None:
        """Take what has expired from the screen, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.expire()

    def new_id(self) -> str:
        """Return the id for a proposal that refines nothing."""
        return str(shortuuid("TP_"))

    def recent(self, most: int = 20) -> list[TalkingPoint]:
        """Return what the hosts were told last and what became of it, newest first."""
        return [told.point for told in list(self._told.values())[: -most - 1 : -1]]

    def rest_seconds(self, rule: Rule) -> float:
        """Return how long a rule rests after it has fired, as the hosts think of it."""
        return rest_seconds(rule, self._told.values())

    def fired_at(self) -> dict[str, float]:
        """Return when the words were heard that made each rule fire last."""
        return {
            told.point.rule_id: told.at_seconds
            for told in self._told.values()
            if told.point.rule_id
        }

    def hit(self, match: Match, segment: Segment) -> str | None:
        """Tell what a rule says; return the talking point's id, None if the hosts are spared."""
        rule = match.rule
        proposal = Proposal(
            id=self.new_id(),
            source="playbook",
            rule_id=rule.id,
            text=rule.say,
            complete=True,
            quote=match.quote,
            segment=segment,
        )
        return proposal.id if self._begin(proposal, by_rule=True) else None

    def propose(self, proposal: Proposal) -> bool:
        """Tell what a model or the brief proposes, or refine what it has told under this id.

        False: the hosts are spared it, or the talking point is off the screen; write no more of
        it. True says not that it is shown already: the first few words wait for the next.
        """
        told = self._told.get(proposal.id)
        if told is None:
            return self._begin(proposal, by_rule=False)
        finishes = proposal.complete and not told.point.complete
        if not told.on_screen or (self._is_paused() and not finishes):
            return False
        gist = gist_of(proposal.text)
        others = [each for each in self._told.values() if each is not told]
        if proposal.complete and says_twice(gist, others, self._commonness):
            self.spared["said twice"] += 1
            if told.point.source != "playbook":
                # Its beginning is on the screen, and its end shows that it is nothing new.
                self.withdraw(proposal.id)
            return False
        if proposal.complete or len(gist) >= _FEWEST_STEMS:
            told.gist = gist
            self._change(told, **proposal.content(), expires_at_ms=self._expiry(told.point.pinned))
        return True

    def break_off(self, point_id: str) -> None:
        """Close a talking point that nobody will finish, and show that it is cut.

        Nothing happens if it is finished, or was never told.
        """
        told = self._told.get(point_id)
        if told and not told.point.complete:
            text = f"{told.point.text[: LONGEST_TEXT - len(_CUT)]}{_CUT}"
            self._change(told, complete=True, text=text)

    def withdraw(self, point_id: str) -> None:
        """Take a talking point off the screen that ought not to be there.

        Nothing happens if it is not there.
        """
        told = self._told.get(point_id)
        if told and told.on_screen:
            self._change(told, state="withdrawn", complete=True)

    def hear(self, segment: Segment) -> None:
        """Take note of a segment: what a host says himself, nobody need tell him."""
        if not segment.final or segment.role != "host":
            return
        gist = gist_of(segment.text)
        self._host_words.append((segment.end_seconds, segment.speaker, gist))
        self._host_said()
        for told in list(self._told.values()):
            if told.on_screen and told.point.complete and not told.point.pinned:
                told.heard |= gist
                if told.is_said(self._commonness):
                    self._change(told, state="withdrawn")

    def expire(self) -> None:
        """Take from the screen what has been there long enough."""
        now_ms = round(self._now() * 1000)
        for told in list(self._told.values()):
            expires_at_ms = told.point.expires_at_ms
            if told.on_screen and expires_at_ms is not None and expires_at_ms <= now_ms:
                self._change(told, state="expired", complete=True)

    def pin(self, point_id: str, pinned: bool) -> None:
        """Keep a talking point on the screen (or back on it), or keep it no longer.

        Raises:
            NotFoundError: there is none of that id.
        """
        told = self._get(point_id)
        if told.point.pinned != pinned:
            self._change(told, pinned=pinned, state="shown", expires_at_ms=self._expiry(pinned))

    def dismiss(self, point_id: str) -> None:
        """Take a talking point from the screen; less of its kind comes.

        Raises:
            NotFoundError: there is none of that id.
        """
        told = self._get(point_id)
        if told.point.state != "dismissed":
            self._change(told, state="dismissed", pinned=False, complete=True)

    def rate(self, point_id: str, useful: bool | None) -> None:
        """Note what a host thinks of a talking point; None takes it back.

        Raises:
            NotFoundError: there is none of that id.
        """
        told = self._get(point_id)
        if told.point.useful != useful:
            self._change(told, useful=useful)

    async def erase_speaker(self, identity: str) -> None:
        """Forget what rests on a participant's words, and those words."""
        for told in list(self._told.values()):
            told.heard = frozenset()
            if identity in _rests_on(told.point):
                del self._told[told.point.id]
        self._host_words = deque(words for words in self._host_words if words[1] != identity)

    def _begin(self, proposal: Proposal, *, by_rule: bool) -> bool:
        gist = gist_of(proposal.text)
        if self._is_paused() or not proposal.text.strip():
            return False
        if not proposal.complete and len(gist) < _FEWEST_STEMS:
            return True
        spared = why_spare(
            Candidate(source=proposal.source, gist=gist, by_rule=by_rule),
            self._told.values(),
            host_said=self._host_said(),
            commonness=self._commonness,
            limits=self._limits,
            now=self._now(),
        )
        if spared:
            self.spared[spared] += 1
            logger.info("the hosts are spared a talking point", extra={"reason": spared})
            return False
        point = TalkingPoint(
            id=proposal.id,
            version=1,
            sequence=1,  # the publisher's numbering sets it, as the time of sending
            sent_at_ms=0,
            expires_at_ms=self._expiry(pinned=False),
            **proposal.content(),
        )
        # A hit tells what to say in answer: what the host said before does not count against it.
        heard = frozenset() if by_rule else self._host_said()
        self._remember(Told(point=point, gist=gist, heard=heard))
        self._publish(point)
        return True

    def _remember(self, told: Told) -> None:
        if len(self._told) >= _MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._told[told.point.id] = told
        self._commonness.count(told.gist)

    def _change(self, told: Told, **changes: Any) -> None:
        changes["version"] = told.point.version + 1
        told.point = TalkingPoint.model_validate(told.point.model_dump() | changes)
        self._publish(told.point)

    def _publish(self, point: TalkingPoint) -> None:
        def make(sequence: int) -> TalkingPoint:
            sent_at_ms = round(self._now() * 1000)
            return point.model_copy(update={"sequence": sequence, "sent_at_ms": sent_at_ms})

        async def keep(numbered: TalkingPoint) -> None:
            await self._store.put_talking_point(self._room_sid, numbered)

        self._publisher.publish_numbered(
            TALKING_POINT, point.id, make=make, keep=keep, rests_on=_rests_on(point)
        )

    def _get(self, point_id: str) -> Told:
        told = self._told.get(point_id)
        if told is None:
            raise NotFoundError("this meeting has no talking point of that id")
        return told

    def _expiry(self, pinned: bool) -> int | None:
        return None if pinned else round((self._now() + self._expire_seconds) * 1000)

    def _host_said(self) -> Gist:
        while self._host_words and self._host_words[0][0] < self._now() - _HOST_WORDS_SECONDS:
            self._host_words.popleft()
        return frozenset().union(*(gist for _, _, gist in self._host_words))


def _rests_on(point: TalkingPoint) -> frozenset[str]:
    return frozenset((point.speaker_identity, *point.read_identities))
