"""One answer of a model on its way to the hosts: what of it is shown, and what is dropped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from agent.advice_request import INSTRUCTIONS, AdviceInput
from agent.models.leak import LeakWatch
from agent.models.request import Reading
from agent.proposal import Proposal
from agent.quotes import find_quote
from agent.talking_points import TalkingPoints

_LEAK_WATCH: Final = LeakWatch(INSTRUCTIONS)

Dropped = Literal["unsupported", "leaked", "stale"]
"""unsupported: it rests on nothing said. leaked: it repeats our instructions. stale: the
conversation has moved on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A talking point of the playbook that a model may say better."""

    point_id: str
    rule_id: str
    says: str


class AdviceOnItsWay:
    """Takes the readings of one answer, and proposes what the hosts may see."""

    def __init__(
        self,
        material: AdviceInput,
        hit: Hit | None,
        talking_points: TalkingPoints,
        *,
        is_stale: Callable[[], bool],
    ) -> None:
        """Begin with nothing shown.

        Args:
            material: what the model has read.
            hit: what the answer is to refine; None: it is advice of its own.
            talking_points: where it is proposed.
            is_stale: tells whether it is too late to begin showing it.
        """
        self.read_identities = material.read_identities
        self.dropped: Dropped | None = None
        """Why the answer is not shown, or not to its end."""
        self._material = material
        self._hit = hit
        self._talking_points = talking_points
        self._is_stale = is_stale
        self._id = hit.point_id if hit else talking_points.new_id()
        self._shown: Proposal | None = None

    def take(self, reading: Reading) -> bool:
        """Show a reading if it may be shown; False: read no more of this answer."""
        proposal = self._proposal(reading)
        if proposal is None:
            return True
        if _LEAK_WATCH.repeats(proposal.text):
            self.dropped = "leaked"
            return False
        if self._shown is None and self._is_stale():
            self.dropped = "stale"
            return False
        if not proposal.complete and self._must_wait(proposal):
            return True
        if not self._talking_points.propose(proposal):
            return False
        self._shown = proposal
        return True

    def forget(self) -> None:
        """Say no more of it: what it rests on is gone."""
        self._shown = None

    def break_off(self) -> None:
        """Close what was begun and not finished, and show that it is cut; or take it back."""
        if self._shown and self.dropped == "leaked":
            self._talking_points.withdraw(self._id)
        elif self._shown:
            self._talking_points.break_off(self._id)

    def _proposal(self, reading: Reading) -> Proposal | None:
        """Return what a reading proposes; None: nothing yet, or nothing at all."""
        number, quote, text = (reading.partial.get(name) for name in ("line", "quote", "say"))
        if not (isinstance(number, int) and isinstance(quote, str) and isinstance(text, str)):
            return None
        if not text.strip():
            return None
        # An unfinished answer may yet come to rest on something: the last one counts.
        self.dropped = None
        lines = self._material.lines
        said = find_quote(lines[number - 1].text, quote) if 1 <= number <= len(lines) else None
        if said is None:
            self.dropped = "unsupported"
            return None
        brief, place = self._material.brief, reading.partial.get("brief")
        has_source = isinstance(place, int) and 1 <= place <= len(brief)
        return Proposal(
            id=self._id,
            source="model",
            rule_id=self._hit.rule_id if self._hit else None,
            text=text,
            complete=reading.complete is not None,
            quote=said,
            segment=lines[number - 1],
            answer=brief[place - 1] if has_source and place else None,
            read_identities=self.read_identities,
        )

    def _must_wait(self, proposal: Proposal) -> bool:
        if self._hit:
            # The rule's whole sentence is on the screen; half of a better one is worse.
            return True
        if self._shown and len(proposal.text) <= len(self._shown.text):
            # The next model has begun anew: the host goes on reading where the first one ended.
            return True
        return _LEAK_WATCH.may_begin(proposal.text)
