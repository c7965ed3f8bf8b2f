"""Decides which meetings are over although nobody has said so. Pure.

An agent that dies with its room leaves a meeting without an end: nobody sends another agent into
a room that is gone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from records import Meeting

GONE_SECONDS: Final = 60.0
"""How long a room must be gone: people come back into it after a restart of the media server."""


@dataclass(slots=True)
class Endings:
    """Remembers since when the room of each open meeting is gone."""

    _gone_since: dict[str, float] = field(default_factory=dict)
    """By the sid of the meeting."""

    def decide(
        self, open_meetings: Sequence[Meeting], alive: Collection[str], now_seconds: float
    ) -> list[Meeting]:
        """Return the meetings that are over.

        Args:
            open_meetings: those of calls that have no end in the store.
            alive: names of the rooms that exist, or that an agent serves.
            now_seconds: never goes back.
        """
        newest: dict[str, Meeting] = {}
        for meeting in open_meetings:
            known = newest.get(meeting.room_name)
            if known is None or meeting.started_at_ms > known.started_at_ms:
                newest[meeting.room_name] = meeting
        gone = [
            meeting
            for meeting in open_meetings
            # A room has one meeting at a time: an older one is over, whoever is there now.
            if meeting.room_name not in alive or newest[meeting.room_name] is not meeting
        ]
        since = {one.room_sid: self._gone_since.get(one.room_sid, now_seconds) for one in gone}
        self._gone_since = since
        return [one for one in gone if now_seconds - since[one.room_sid] >= GONE_SECONDS]
