"""Scores the talking points: which reached the hosts, how late, and which nobody expected."""

from collections import Counter
from typing import Final

from pydantic import BaseModel, Field

from lab.call_file import ExpectedTalkingPoint, find_words, spoken_words
from lab.recording import Recording
from lab.score_told import newest_points
from lab.witness import SeenMessage, Witness
from wire.talking_point import TalkingPoint

_SEEING_SECONDS: Final = 1.0
"""A host who leaves so soon after the phrase need not have seen it."""


class TalkingPoints(BaseModel):
    """What the hosts were told; each list names rules, or texts where a call file does."""

    expected: int
    hit: list[str] = Field(default_factory=list)
    """What reached every host concerned once and in time."""
    missed: list[str] = Field(default_factory=list)
    late: list[str] = Field(default_factory=list)
    twice: list[str] = Field(default_factory=list)
    unexpected: list[str] = Field(default_factory=list)
    other_writer: list[str] = Field(default_factory=list)
    """Expected ones whose last version is not by whom the call file says."""


def label_of(expected: ExpectedTalkingPoint) -> str:
    """Return what a report calls an expectation."""
    return expected.rule or expected.text or ""


def is_meant(expected: ExpectedTalkingPoint, point: TalkingPoint) -> bool:
    """Whether a talking point is the one that is expected."""
    if expected.rule is not None:
        return point.rule_id == expected.rule
    return find_words(spoken_words(point.text), spoken_words(expected.text or "")) is not None


def phrase_delay(recording: Recording, message: SeenMessage) -> float | None:
    """Return the seconds from the end of the phrase that triggers to a talking point's arrival.

    None: the call file expects no such talking point, or its line was not played yet.
    """
    for expected in recording.call.expectations.talking_points:
        if message.point is None or not is_meant(expected, message.point):
            continue
        end = phrase_end(recording, expected)
        if end is not None and message.received_seconds > end - _EARLY_SECONDS:
            return message.received_seconds - end
    return None


_EARLY_SECONDS: Final = 5.0
"""A talking point that comes so long before its phrase is over belongs to another phrase."""


def phrase_end(recording: Recording, expected: ExpectedTalkingPoint) -> float | None:
    """Return when the triggering words were over, since the Unix epoch; None: not said yet."""
    line = recording.spoken(recording.call.lines_meant(expected)[0])
    if line is None or not line.speech.start_seconds:
        return None
    if isinstance(expected.line, str):
        return line.phrase_end_seconds(expected.line)
    return line.speech_end_seconds


def score_talking_points(recording: Recording) -> TalkingPoints:
    """Compare what the hosts were told with what the call file expects."""
    expectations = recording.call.expectations.talking_points
    result = TalkingPoints(expected=len(expectations))
    for expected in expectations:
        outcomes = [
            _outcome(recording, expected, recording.witnesses[identity])
            for identity in _concerned(recording, expected)
        ]
        if not outcomes or "missed" in outcomes:
            result.missed.append(label_of(expected))
        elif "late" in outcomes:
            result.late.append(label_of(expected))
        else:
            result.hit.append(label_of(expected))
    for host in recording.hosts:
        unexpected, twice = _too_many(expectations, host)
        result.unexpected += [each for each in unexpected if each not in result.unexpected]
        result.twice += [each for each in twice if each not in result.twice]
        result.other_writer += [
            each for each in _by_others(recording, host) if each not in result.other_writer
        ]
    return result


def _by_others(recording: Recording, host: Witness) -> list[str]:
    expectations = recording.call.expectations
    return [
        label_of(expected)
        for point in newest_points(host)
        for expected in expectations.talking_points
        if is_meant(expected, point) and point.source != (expectations.last_word or point.source)
    ]


def point_delays(recording: Recording) -> list[float]:
    """Return the milliseconds from phrase to arrival of what was expected, at each host."""
    delays: list[float] = []
    for expected in recording.call.expectations.talking_points:
        end = phrase_end(recording, expected)
        for identity in _concerned(recording, expected):
            arrived = _arrival(recording, expected, recording.witnesses[identity])
            if arrived is not None and end is not None:
                delays.append((arrived - end) * 1000)
    return delays


def _concerned(recording: Recording, expected: ExpectedTalkingPoint) -> list[str]:
    """Return the identities of the hosts who must see it."""
    if expected.to is not None:
        return list(expected.to)
    end = phrase_end(recording, expected)
    return [
        identity
        for identity, witness in recording.witnesses.items()
        if witness.role == "host"
        and identity in recording.joined_seconds
        and (
            end is None
            or not (
                recording.is_absent(identity, end)
                or recording.is_absent(identity, end + _SEEING_SECONDS)
            )
        )
    ]


def _arrival(recording: Recording, expected: ExpectedTalkingPoint, host: Witness) -> float | None:
    end = phrase_end(recording, expected)
    if end is None:
        return None
    return next(
        (
            message.received_seconds
            for message in host.messages
            if message.point
            and is_meant(expected, message.point)
            and message.received_seconds > end - _EARLY_SECONDS
        ),
        None,
    )


def _outcome(recording: Recording, expected: ExpectedTalkingPoint, host: Witness) -> str:
    arrived, end = _arrival(recording, expected, host), phrase_end(recording, expected)
    if arrived is None or end is None:
        return "missed"
    return "late" if arrived - end > expected.within_seconds else "hit"


def _too_many(
    expectations: tuple[ExpectedTalkingPoint, ...], host: Witness
) -> tuple[list[str], list[str]]:
    """Return what a host saw that nobody expected, and what he saw too often."""
    wanted = Counter(label_of(expected) for expected in expectations)
    seen: Counter[str] = Counter()
    unexpected: list[str] = []
    for point in newest_points(host):
        label = next((label_of(e) for e in expectations if is_meant(e, point)), None)
        if label is not None:
            seen[label] += 1
        elif point.rule_id:
            # What a model says unprompted by a rule, no call file can foresee.
            unexpected.append(point.rule_id)
    return unexpected, [label for label, count in seen.items() if count > wanted[label]]
