"""Scores a recording: what was heard, by whom, how fast, and who saw what was not for him."""

from collections import Counter
from typing import Final

from lab.call_file import spoken_words
from lab.leaks import leaked_instructions
from lab.machine import PartUse
from lab.matching import end_of, finals_of, is_misattributed, read_finals, rightly_named, start_of
from lab.privacy import Privacy, score_privacy
from lab.recording import Recording
from lab.score_delays import Latency, count_out_of_order, final_delays, score_delays
from lab.score_model import Score
from lab.score_points import TalkingPoints, phrase_delay, score_talking_points
from lab.score_requests import score_requests, score_tasks
from lab.score_told import score_told
from lab.score_words import Coverage, Words, score_coverage, score_words
from lab.verdict import failures_of
from lab.witness import SeenTranscript, Witness

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

_SAME_SHARE: Final = 0.5
"""Two finals of one speaker that share so much of their time and words are one, seen twice."""


def score(recording: Recording) -> Score:
    """Return the score of a recording."""
    named = read_finals(recording)
    finals = [rightly_named(recording, seen) for seen in named]
    everybody = [*recording.witnesses.values(), *recording.spies]
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
        leaked=leaked_instructions(recording),
        privacy=score_privacy(recording),
        coverage=score_coverage(recording, finals),
        latency_ms=score_delays(recording, finals),
        machine=recording.machine,
    )
    result.failures = failures_of(result, recording, finals)
    return result


def _duplicates(witness: Witness) -> int:
    finals = finals_of(witness)
    ids = Counter(seen.attributes.segment_id for seen in finals)
    points = Counter((m.point.id, m.point.version) for m in witness.messages if m.point)
    again = sum(count - 1 for count in (*ids.values(), *points.values()))
    unique = list({seen.attributes.segment_id: seen for seen in finals}.values())
    unique.sort(key=start_of)
    return again + sum(
        _are_same(one, other)
        for place, one in enumerate(unique)
        for other in unique[place + 1 : place + 4]
    )


def _are_same(one: SeenTranscript, other: SeenTranscript) -> bool:
    """Whether two finals with ids of their own tell the same speech."""
    if one.attributes.speaker_identity != other.attributes.speaker_identity:
        return False
    shared = min(end_of(one), end_of(other)) - max(start_of(one), start_of(other))
    shorter = min(end_of(one) - start_of(one), end_of(other) - start_of(other))
    if shared < max(0.2, shorter * _SAME_SHARE):
        return False
    words, others = Counter(spoken_words(one.text)), Counter(spoken_words(other.text))
    return (words & others).total() >= _SAME_SHARE * min(words.total(), others.total())
