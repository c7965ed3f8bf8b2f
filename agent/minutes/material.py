"""What minutes are written from: a meeting as the store has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from agent.gaps import describe_gaps
from agent.minutes.statement import Participant, speakers_of
from records import ErasuresSeen, Meeting, Store
from transcript_buffer import Segment
from wire.consent import ConsentAnswer

_MOST_NAMES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A meeting at one moment; unchanging."""

    meeting: Meeting
    lines: Sequence[Segment]
    """Finals, in the order of time; none is empty."""
    people: Sequence[Participant]
    consent: str
    """Who was transcribed by what right, in a sentence."""
    coverage: str
    """What was not heard, in a sentence; empty: nothing is known to be missing."""
    seen: ErasuresSeen
    """What had been erased when the lines were read."""
    zone: tzinfo
    """Of the dates that are spoken."""

    @property
    def last_sequence(self) -> int:
        """Number of the last final that was read."""
        return max((line.sequence for line in self.lines), default=0)


async def load_material(store: Store, room_sid: str, zone: tzinfo) -> Material | None:
    """Read a meeting; None: there is no such meeting.

    Raises:
        StoreUnavailableError: the store is away.
    """
    meeting = await store.find_meeting(room_sid)
    if meeting is None:
        return None
    # Before the lines: what is erased behind this makes the minutes be refused.
    seen = await store.see_erasures(room_sid)
    lines = [line for line in await store.list_segments(room_sid) if line.text.strip()]
    coverage = await store.list_coverage(room_sid)
    people = speakers_of(lines, {one.identity: one.name for one in coverage})
    return Material(
        meeting=meeting,
        lines=lines,
        people=people,
        consent=_consent(people, lines, await store.list_consents(meeting.room_name)),
        coverage=await describe_gaps(store, room_sid, meeting.room_name, zone),
        seen=seen,
        zone=zone,
    )


def _consent(
    people: Sequence[Participant],
    lines: Sequence[Segment],
    answers: dict[str, ConsentAnswer],
) -> str:
    """Say who agreed to be transcribed, and who was told and did not object."""
    spoke = {line.speaker for line in lines}
    agreed = [one.name for one in people if answers.get(one.identity) == "yes"]
    refused = [one.name for one in people if answers.get(one.identity) == "no"]
    told = [one.name for one in people if one.identity in spoke and one.identity not in answers]
    parts = [
        f"{words}: {_names(names)}"
        for words, names in (
            ("Agreed to be transcribed", agreed),
            ("told of the transcript and did not object", told),
            ("did not want to be transcribed, and is not from then on", refused),
        )
        if names
    ]
    if not parts:
        return "Nobody was transcribed."
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    listed = ", ".join(name[:40] for name in names[:_MOST_NAMES])
    return f"{listed} and {more} more" if more > 0 else listed
