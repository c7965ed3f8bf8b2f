"""What a page would show: live messages and pages of `catch_up`, put together by their numbers."""

from dataclasses import dataclass, field

from tests.agent.people import Person
from wire.consent import Erased
from wire.controls import CALL_STATE, CATCH_UP_METHOD, CallState, CatchUpReply, CatchUpRequest
from wire.talking_point import TalkingPoint


@dataclass
class Notebook:
    """One client's state of a call, over several comings of the same person."""

    finals: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Segment id and text, by number."""
    points: dict[str, TalkingPoint] = field(default_factory=dict)
    """The newest version of each."""
    state: CallState | None = None
    replies: list[str] = field(default_factory=list)
    """Pages as they came."""

    def read(self, person: Person) -> None:
        """Take in everything that has come to somebody live; any order will do."""
        for line in person.finals:
            if line.attributes.sequence:
                self.finals[line.attributes.sequence] = (line.attributes.segment_id, line.text)
        for point in person.talking_points:
            self._take(point)
        for packet in person.packets:
            if packet.topic == CALL_STATE:
                self.state = CallState.model_validate_json(packet.content)
        for packet in person.erasures:
            self._erase(Erased.model_validate_json(packet.content))

    async def catch_up(self, person: Person, agent: str) -> None:
        """Ask the agent for what was missed, page by page."""
        request = CatchUpRequest(
            since=max((point.sequence for point in self.points.values()), default=0),
            transcript_since=max(self.finals, default=0),
        )
        while True:
            reply = await person.perform(agent, CATCH_UP_METHOD, request)
            self.replies.append(reply)
            page = CatchUpReply.model_validate_json(reply)
            for segment in page.segments:
                self.finals[segment.sequence] = (segment.segment_id, segment.text)
            for erased in page.erased:
                self._erase(erased)
            for point in page.talking_points:
                self._take(point)
            self.state = page.state or self.state
            if not page.more:
                return
            request = CatchUpRequest(since=page.since, transcript_since=page.transcript_since)

    def _take(self, point: TalkingPoint) -> None:
        known = self.points.get(point.id)
        if known is None or known.version < point.version:
            self.points[point.id] = point

    def _erase(self, erased: Erased) -> None:
        self.points = {
            point_id: point
            for point_id, point in self.points.items()
            if point.sequence > erased.sequence
            or erased.speaker_identity not in (point.speaker_identity, *point.read_identities)
        }
