"""Decides which rooms need an agent sent again. Pure: what was seen and the time come in.

The media server never repeats a dispatch that was lost: no worker registered, a worker that was
full or died, a media server that was restarted. So who watches sends again, patiently.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

UNSERVED_SECONDS: Final = 3.0
"""How long people may be without an agent in a room that had none: the dispatch that made the
room is perhaps under way."""
FIRST_PAUSE_SECONDS: Final = 3.0
"""Pause after the first time an agent was sent; doubles up to the longest one."""
LONGEST_PAUSE_SECONDS: Final = 30.0
SETTLED_SECONDS: Final = 10.0
"""A room served for this long starts anew with the shortest pause."""
GHOST_SECONDS: Final = 25.0
"""The media server shows a dead agent for up to 21 s; one seen for longer is alive."""

LeaseState = Literal["none", "held", "leaving", "lost"]
"""none: nobody holds it; leaving: whoever holds it shuts down, and nobody is there to take it;
lost: it ran out, so whoever held it died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeen:
    """One of our rooms as of one look."""

    name: str
    people: int = 0
    """Participants who are no agents; not counted while the lease is held."""
    lease: LeaseState = "none"
    agent_visible: bool = False
    """One of our agents is in the room, alive or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look at media server and store showed."""

    rooms: tuple[RoomSeen, ...]
    worker_ids: frozenset[str] = frozenset()
    """Workers that take jobs and were heard of in the last seconds."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send an agent into the room."""

    room_name: str
    attempt: int


@dataclass(frozen=True, slots=True)
class WarnOfOtherStore:
    """An agent serves the room, but not by our store."""

    room_name: str


Step = Send | WarnOfOtherStore


@dataclass(slots=True)
class _Record:
    """What is remembered of one room; forgotten when the room is gone."""

    had_agent: bool = False
    """Whether somebody has held the lease: no first dispatch can be under way any more."""
    unserved_since: float | None = None
    served_since: float | None = None
    ghost_since: float | None = None
    attempts: int = 0
    next_at: float = 0.0
    warned: bool = False


@dataclass(slots=True)
class Rota:
    """Remembers how long each room has been without an agent."""

    _records: dict[str, _Record] = field(default_factory=dict)
    worker_ids: frozenset[str] = frozenset()
    """Workers as of the last look."""
    needs_worker: bool = False
    """Whether a room lacks an agent: a worker that comes is to be noticed at once."""

    def decide(self, seen: Seen, now_seconds: float) -> list[Step]:
        """Return what is to be done now; `now_seconds` never goes back."""
        self._records = {room.name: self._records.get(room.name, _Record()) for room in seen.rooms}
        if seen.worker_ids - self.worker_ids:
            # What could not be served before perhaps can be now: do not wait out the pauses.
            for record in self._records.values():
                record.attempts, record.next_at = 0, 0.0
        self.worker_ids = seen.worker_ids
        self.needs_worker = any(room.people and room.lease != "held" for room in seen.rooms)
        steps = (self._decide_room(room, now_seconds) for room in seen.rooms)
        return [step for step in steps if step is not None]

    def _decide_room(self, room: RoomSeen, now: float) -> Step | None:
        record = self._records[room.name]
        if room.lease == "held":
            _note_served(record, now)
            return None
        record.served_since = None
        record.had_agent |= room.lease != "none"
        if room.people == 0:
            record.unserved_since = None
            return None
        if room.lease == "leaving":
            # Without another worker the agent stays for as long as its own one lets it.
            return _send(record, room.name, now) if self.worker_ids else None
        if _is_served_elsewhere(record, room, now):
            return _warn_once(record, room.name)
        if record.unserved_since is None:
            record.unserved_since = now
        if not record.had_agent and now - record.unserved_since < UNSERVED_SECONDS:
            return None
        return _send(record, room.name, now)


def _note_served(record: _Record, now: float) -> None:
    record.had_agent = True
    record.unserved_since = record.ghost_since = None
    if record.served_since is None:
        record.served_since = now
    if now - record.served_since >= SETTLED_SECONDS:
        record.attempts, record.next_at = 0, 0.0


def _is_served_elsewhere(record: _Record, room: RoomSeen, now: float) -> bool:
    """Tell whether an agent lives in the room that holds no lease in our store."""
    if not room.agent_visible:
        record.ghost_since = None
        return False
    if record.ghost_since is None:
        record.ghost_since = now
    return now - record.ghost_since >= GHOST_SECONDS


def _send(record: _Record, room_name: str, now: float) -> Step | None:
    if now < record.next_at:
        return None
    pause = min(FIRST_PAUSE_SECONDS * 2**record.attempts, LONGEST_PAUSE_SECONDS)
    record.next_at = now + pause
    # Bounded, so that the power above stays small however long nobody comes.
    record.attempts = min(record.attempts + 1, 20)
    return Send(room_name, record.attempts)


def _warn_once(record: _Record, room_name: str) -> Step | None:
    if record.warned:
        return None
    record.warned = True
    return WarnOfOtherStore(room_name)
