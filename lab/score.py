"""Scores a recording: what was heard, by whom, how fast, and who saw what was not for him."""

from collections import Counter

from lab.leaks import leaked_instructions
from lab.machine import PartUse
from lab.matching import (
    count_repeated,
    finals_of,
    is_misattributed,
    read_finals,
    rightly_named,
)
from lab.privacy import Privacy, score_privacy
from lab.recording import Recording
from lab.score_delays import Latency, count_out_of_order, final_delays, score_delays
from lab.score_minutes import score_minutes
from lab.score_model import Score
from lab.score_points import TalkingPoints, phrase_delay, score_talking_points
from lab.score_requests import score_requests, score_tasks
from lab.score_survival import back_delays, score_survival
from lab.score_told import score_told
from lab.score_words import Coverage, Words, score_coverage, score_words
from lab.verdict import failures_of
from lab.witness import Witness

__all__ = [
    "Coverage",
    "Latency",
    "PartUse",
    "Privacy",
    "Score",
    "TalkingPoints",
    "Words",
    "final_delays",
    "phrase_delay",
    "score",
]


def score(recording: Recording) -> Score:
    """Return the score of a recording."""
    named = read_finals(recording)
    finals = [rightly_named(recording, seen) for seen in named]
    everybody = [*recording.witnesses.values(), *recording.spies]
    delays = score_delays(recording, finals)
    survival = score_survival(recording)
    if survival:
        delays["kill_to_agent"] = Latency.of(back_delays(survival))
    result = Score(
        call=recording.call.title,
        room=recording.room_name,
        started_at=round(recording.started_seconds, 3),
        seconds=round(recording.ended_seconds - recording.started_seconds, 1),
        sabotage=recording.sabotage,
        words=score_words(recording, finals),
        finals=len(finals),
        attribution=sum(is_misattributed(recording, seen) for seen in named),
        duplicates=max((_duplicates(witness) for witness in everybody), default=0),
        order=count_out_of_order(recording),
        malformed=max((witness.malformed for witness in everybody), default=0),
        talking_points=score_talking_points(recording),
        told=score_told(recording),
        tasks=score_tasks(recording),
        requests=score_requests(recording),
        minutes=score_minutes(recording),
        leaked=leaked_instructions(recording),
        privacy=score_privacy(recording),
        coverage=score_coverage(recording, finals),
        latency_ms=delays,
        survival=survival,
        machine=recording.machine,
    )
    result.failures = failures_of(result, recording, finals)
    return result


def _duplicates(witness: Witness) -> int:
    finals = finals_of(witness)
    ids = Counter(seen.attributes.segment_id for seen in finals)
    points = Counter((m.point.id, m.point.version) for m in witness.messages if m.point)
    again = sum(count - 1 for count in (*ids.values(), *points.values()))
    return again + count_repeated(finals)
