"""Decides which meetings are over although nobody has said so, and when they ended. Pure.

An agent that dies with its room leaves a meeting without an end: nobody sends another agent into
a room that is gone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from records import Meeting

GONE_SECONDS: Final = 60.0
"""How long a room must be gone: people come back into it after a restart of the media server."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A meeting that is over."""

    meeting: Meeting
    ended_at_ms: int
    """When there were people last, as far as one knows: seen in the room, or heard."""


@dataclass(slots=True)
class Endings:
    """Remembers of each open meeting when people were seen in it, and since when its room is gone.

    All by the sid of the meeting.
    """

    _gone_since: dict[str, float] = field(default_factory=dict)
    _people_at_ms: dict[str, int] = field(default_factory=dict)

    def decide(
        self,
        open_meetings: Sequence[Meeting],
        alive: Collection[str],
        people_at_ms: Mapping[str, int],
        now_seconds: float,
    ) -> list[Ending]:
        """Return the meetings that are over.

        Args:
            open_meetings: those of calls that have no end in the store.
            alive: names of the rooms that exist, or that an agent serves.
            people_at_ms: by the name of a room, when people were seen in it last, without an agent
                that serves them, since `decide` was asked last.
            now_seconds: never goes back.
        """
        newest: dict[str, Meeting] = {}
        for meeting in open_meetings:
            known = newest.get(meeting.room_name)
            if known is None or meeting.started_at_ms > known.started_at_ms:
                newest[meeting.room_name] = meeting
        self._note_people(open_meetings, newest, people_at_ms)
        gone = [
            meeting
            for meeting in open_meetings
            # A room has one meeting at a time: an older one is over, whoever is there now.
            if meeting.room_name not in alive or newest[meeting.room_name] is not meeting
        ]
        since = {one.room_sid: self._gone_since.get(one.room_sid, now_seconds) for one in gone}
        self._gone_since = since
        return [
            Ending(one, self._end_of(one))
            for one in gone
            if now_seconds - since[one.room_sid] >= GONE_SECONDS
        ]

    def _note_people(
        self,
        open_meetings: Sequence[Meeting],
        newest: Mapping[str, Meeting],
        people_at_ms: Mapping[str, int],
    ) -> None:
        known = {one.room_sid: self._people_at_ms.get(one.room_sid, 0) for one in open_meetings}
        for room_name, at_ms in people_at_ms.items():
            meeting = newest.get(room_name)
            if meeting is not None and meeting.started_at_ms <= at_ms:
                known[meeting.room_sid] = at_ms
        self._people_at_ms = known

    def _end_of(self, meeting: Meeting) -> int:
        heard_until_ms = meeting.seen_at_ms or meeting.started_at_ms
        return max(heard_until_ms, self._people_at_ms[meeting.room_sid])
