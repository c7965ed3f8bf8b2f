"""Scores what a call survived: how soon an agent was back, what was lost, what was marked."""

from itertools import pairwise
from typing import Final

from pydantic import BaseModel, Field

from lab.aftermath import Aftermath
from lab.call_events import AGENT_ENDING, OUTAGES, Action
from lab.matching import (
    ARRIVAL_SECONDS,
    count_repeated,
    covered_seconds,
    end_of,
    finals_of,
    of_speaker,
    start_of,
)
from lab.recording import PlayedEvent, Recording, SpokenLine
from lab.witness import SeenTranscript
from wire.gap import Gap

KEPT_SHARE: Final = 0.7
"""A line of whose speech less lies within finals has lost one."""
UNDER_WAY_SECONDS: Final = 1.5
"""How long after its last word a line has no final yet: who dies then has not kept it."""
GAP_TOLERANCE_SECONDS: Final = 1.0
"""How much longer a gap may be than the outage: the agent's sign of life is that old at most."""
MARKED_SECONDS: Final = 1.0
"""A shorter outage needs no mark: a pause of the network costs as much."""
HANDED_OVER_SECONDS: Final = 1.0
"""The longest gap when a worker is asked to end."""


class Outage(BaseModel):
    """One part that was killed or stopped, and what came of it."""

    do: Action
    at_seconds: float
    """From the start of the call."""
    back_seconds: float | None
    """Until an agent listened again; 0: the agent had stayed; None: none came."""
    gap_seconds: float
    """What is marked as not heard; 0: nothing is."""
    most_gap_seconds: float
    """The most that may be marked."""
    must_be_marked: bool
    """Whether there must be a gap."""


class Survival(BaseModel):
    """What became of a call in which parts were killed."""

    outages: list[Outage] = Field(default_factory=list)
    lines: int = 0
    """Lines of which every word was said outside the gaps: they count."""
    lines_in_gaps: int = 0
    """Lines said in a gap, wholly or in part: they do not count."""
    lost_in_store: list[int] = Field(default_factory=list)
    """Lines, counted from 1, that count and of which the store lacks something."""
    lost_at_reader: list[int] = Field(default_factory=list)
    """Likewise, of what a host has seen or reads at the end."""
    twice: int = 0
    """Finals of the store that tell the same speech as another."""
    order: int = 0
    """Finals of the store that are numbered after one that was said later."""
    gaps_not_read: int = 0
    """Gaps of the store that a page loaded at the end is not told of."""


def score_survival(recording: Recording) -> Survival | None:
    """Return what the call survived; None: nothing was killed."""
    after = recording.aftermath
    if after is None:
        return None
    seen = [*finals_of(recording.hosts[0]), *after.read]
    counted = [
        (number, line)
        for number, line in enumerate(recording.lines, start=1)
        if not _is_in_gap(line, after.gaps)
    ]
    return Survival(
        outages=_outages(recording, after),
        lines=len(counted),
        lines_in_gaps=len(recording.lines) - len(counted),
        lost_in_store=[n for n, line in counted if not _is_kept(recording, line, after.stored)],
        lost_at_reader=[n for n, line in counted if not _is_kept(recording, line, seen)],
        twice=count_repeated(after.stored),
        order=_out_of_order(after.stored),
        gaps_not_read=sum(gap not in after.read_gaps for gap in after.gaps),
    )


def back_delays(survival: Survival) -> list[float]:
    """Return how long it took after each kill until an agent listened, in milliseconds."""
    return [one.back_seconds * 1000 for one in survival.outages if one.back_seconds is not None]


def _is_in_gap(line: SpokenLine, gaps: list[Gap]) -> bool:
    return any(
        line.speech_end_seconds > gap.started_at_ms / 1000 - ARRIVAL_SECONDS
        and line.speech_start_seconds < gap.ended_at_ms / 1000 + ARRIVAL_SECONDS
        for gap in gaps
    )


def _is_kept(recording: Recording, line: SpokenLine, finals: list[SeenTranscript]) -> bool:
    own = of_speaker(recording, line.line.who, finals)
    length = line.speech_end_seconds - line.speech_start_seconds
    return covered_seconds(line, own) >= KEPT_SHARE * length


def _out_of_order(stored: list[SeenTranscript]) -> int:
    latest_start, count = 0.0, 0
    for final in stored:
        count += end_of(final) < latest_start
        latest_start = max(latest_start, start_of(final))
    return count


def _outages(recording: Recording, after: Aftermath) -> list[Outage]:
    played = [event for event in recording.events if event.event.do in OUTAGES]
    played.sort(key=lambda event: event.began_seconds)
    ends = [later.began_seconds for _, later in pairwise(played)] + [recording.ended_seconds]
    marked = _gaps_of(played, after.gaps)
    return [
        _outage(recording, event, until, seconds)
        for event, until, seconds in zip(played, ends, marked, strict=True)
    ]


def _gaps_of(played: list[PlayedEvent], gaps: list[Gap]) -> list[float]:
    """Return the marked seconds of each outage; a gap belongs to the last one before its end.

    A gap that ends before the first outage belongs to that, for which it is then too long.
    """
    seconds = [0.0] * len(played)
    for gap in gaps:
        before = [n for n, one in enumerate(played) if one.began_seconds * 1000 <= gap.ended_at_ms]
        seconds[before[-1] if before else 0] += (gap.ended_at_ms - gap.started_at_ms) / 1000
    return seconds


def _outage(recording: Recording, played: PlayedEvent, until: float, gap_seconds: float) -> Outage:
    do, at = played.event.do, played.began_seconds
    back = _back_seconds(recording, played, until)
    began = min(
        [
            at,
            *(
                line.speech_start_seconds
                for line in recording.lines
                if line.speech_start_seconds < at < line.speech_end_seconds + UNDER_WAY_SECONDS
            ),
        ]
    )
    if do == "stop_worker":
        most = HANDED_OVER_SECONDS
    elif back == 0.0:
        most = 0.0
    else:
        most = (until - at if back is None else back) + (at - began) + GAP_TOLERANCE_SECONDS
    return Outage(
        do=do,
        at_seconds=round(at - recording.started_seconds, 2),
        back_seconds=back if back is None else round(back, 2),
        gap_seconds=round(gap_seconds, 2),
        most_gap_seconds=round(most, 2),
        must_be_marked=do != "stop_worker" and (back is None or back >= MARKED_SECONDS),
    )


def _back_seconds(recording: Recording, played: PlayedEvent, until: float) -> float | None:
    """Return how long no agent listened, as anybody in the room could see it."""
    at = played.began_seconds
    everybody = (*recording.witnesses.values(), *recording.spies)
    sightings = sorted(sighting for witness in everybody for sighting in witness.listening)
    known = {identity for seconds, identity in sightings if seconds <= at}
    # After a restart of the media server the same agent comes back.
    same_returns = played.event.do == "kill_media_server"
    for seconds, identity in sightings:
        if at < seconds < until and (same_returns or identity not in known):
            return seconds - at
    return None if same_returns or played.event.do in AGENT_ENDING else 0.0
