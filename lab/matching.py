"""Brings together what was said and what was heard, by time and by speaker."""

from collections import Counter
from dataclasses import replace
from typing import Final

from lab.call_file import spoken_words
from lab.recording import Recording, SpokenLine
from lab.witness import SeenTranscript, Witness

ARRIVAL_SECONDS: Final = 0.3
"""How much the agent's times, taken when sound arrives, may differ from when it was played."""
SILENCE_SECONDS: Final = 0.8
"""A final so far from all speech of its speaker was heard in silence."""
_SAME_SHARE: Final = 0.5
"""Two finals of one speaker that share so much of their time and words are one, seen twice."""


def start_of(seen: SeenTranscript) -> float:
    """Return when its speech began, since the Unix epoch."""
    return seen.attributes.started_at_ms / 1000


def end_of(seen: SeenTranscript) -> float:
    """Return when its speech was over, since the Unix epoch."""
    return seen.attributes.ended_at_ms / 1000


def overlap_seconds(seen: SeenTranscript, line: SpokenLine) -> float:
    """Return for how long both lasted at once; negative: how far they are apart."""
    start = max(start_of(seen), line.speech_start_seconds)
    return min(end_of(seen), line.speech_end_seconds) - start


def finals_of(witness: Witness) -> list[SeenTranscript]:
    """Return the finals that a witness saw, in the order of arrival, without retractions."""
    return [seen for seen in witness.transcripts if seen.attributes.final and seen.text.strip()]


def read_finals(recording: Recording) -> list[SeenTranscript]:
    """Return the finals that the first host saw, each once, in the order of arrival.

    What came while that host was not connected is taken from another witness.
    """
    host = recording.hosts[0]
    identity = next(who for who, seen in recording.witnesses.items() if seen is host)
    finals = {seen.attributes.segment_id: seen for seen in reversed(finals_of(host))}
    for witness in (*recording.witnesses.values(), *recording.spies):
        for seen in finals_of(witness):
            away = recording.is_absent(identity, seen.received_seconds)
            if away and seen.attributes.segment_id not in finals:
                finals[seen.attributes.segment_id] = replace(seen)
    return sorted(finals.values(), key=lambda seen: seen.received_seconds)


def line_of(recording: Recording, seen: SeenTranscript) -> SpokenLine | None:
    """Return which line of its own speaker a transcript belongs to; None: to none."""
    who = recording.speaker_of(seen.attributes.speaker_identity)
    own = [line for line in recording.lines if line.line.who == who]
    if not own:
        return None
    best = max(own, key=lambda line: overlap_seconds(seen, line))
    return best if overlap_seconds(seen, best) > -ARRIVAL_SECONDS else None


def is_misattributed(recording: Recording, seen: SeenTranscript) -> bool:
    """Compare who is named with who was speaking while it was heard.

    When several spoke at once, it is right if the one named was among them.
    """
    told = seen.attributes
    who = recording.speaker_of(told.speaker_identity)
    if who is None or seen.sender != told.speaker_identity:
        return True
    if told.speaker_name != recording.call.participant(who).name:
        return True
    best = max((overlap_seconds(seen, line) for line in recording.lines), default=0.0)
    own = [overlap_seconds(seen, line) for line in recording.lines if line.line.who == who]
    return best > 0 and max(own, default=-1.0) < best / 2


def rightly_named(recording: Recording, seen: SeenTranscript) -> SeenTranscript:
    """Return a final under the speaker who was speaking, if it names another.

    A wrong name is counted once, as `attribution`; the other scores ask what was heard at all.
    """
    if not is_misattributed(recording, seen):
        return seen
    best = max(recording.lines, key=lambda line: overlap_seconds(seen, line), default=None)
    if best is None or overlap_seconds(seen, best) <= 0:
        return seen
    real = recording.real_identities[best.line.who]
    name = recording.call.participant(best.line.who).name
    told = {"speaker_identity": real, "speaker_name": name}
    return replace(seen, sender=real, attributes=seen.attributes.model_copy(update=told))


def is_invented(recording: Recording, seen: SeenTranscript) -> bool:
    """Whether a final was heard while its speaker, and everybody else, said nothing."""
    return all(overlap_seconds(seen, line) < -SILENCE_SECONDS for line in recording.lines)


def covered_seconds(line: SpokenLine, finals: list[SeenTranscript]) -> float:
    """Return how much of a line's speech lies within finals; pauses between two are forgiven."""
    start, end = line.speech_start_seconds, line.speech_end_seconds
    covered, reached = 0.0, start
    for seen in sorted(finals, key=start_of):
        begins = max(reached, start_of(seen) - ARRIVAL_SECONDS)
        ends = min(end, end_of(seen) + ARRIVAL_SECONDS)
        if ends > begins:
            covered += ends - begins
            reached = ends
    return covered


def of_speaker(
    recording: Recording, who: str, finals: list[SeenTranscript]
) -> list[SeenTranscript]:
    """Return the finals under somebody of the call file."""
    identity = recording.real_identities.get(who)
    return [seen for seen in finals if seen.attributes.speaker_identity == identity]


def count_repeated(finals: list[SeenTranscript]) -> int:
    """Count the finals with ids of their own that tell the same speech as another."""
    unique = list({seen.attributes.segment_id: seen for seen in finals}.values())
    unique.sort(key=start_of)
    return sum(
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
