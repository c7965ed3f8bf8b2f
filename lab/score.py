"""Scores a recording: what was heard, by whom, how fast, and who saw what was not for him."""

from collections import Counter
from collections.abc import Iterable

import jiwer
from pydantic import BaseModel, Field

from lab.call_file import ExpectedTalkingPoint, spoken_words
from lab.play import Recording, SpokenLine
from lab.witness import SeenMessage, SeenTranscript, Witness
from wire.topics import TALKING_POINT


class Latency(BaseModel):
    """A distribution of delays in milliseconds."""

    p50: float | None = None
    p95: float | None = None
    max: float | None = None
    count: int = 0

    @classmethod
    def of(cls, values_ms: Iterable[float]) -> "Latency":
        """Return the percentiles of some delays (nearest rank); all None for no delays."""
        ordered = sorted(values_ms)
        if not ordered:
            return cls()
        return cls(
            p50=round(_rank(ordered, 0.50), 1),
            p95=round(_rank(ordered, 0.95), 1),
            max=round(ordered[-1], 1),
            count=len(ordered),
        )


class Words(BaseModel):
    """How well the words were heard."""

    error_rate: float
    """Word error rate of all finals against the script."""
    error_rate_by_speaker: dict[str, float]


class TalkingPoints(BaseModel):
    """What the hosts were told."""

    expected: int
    hit: list[str] = Field(default_factory=list)
    """Rules that reached a host once and in time."""
    missed: list[str] = Field(default_factory=list)
    late: list[str] = Field(default_factory=list)
    twice: list[str] = Field(default_factory=list)
    unexpected: list[str] = Field(default_factory=list)


class Score(BaseModel):
    """The result of one call."""

    call: str
    words: Words
    finals: int
    attribution: int
    """Finals under the wrong speaker."""
    duplicates: int
    """Finals that arrived twice at a participant."""
    talking_points: TalkingPoints
    private_bytes_at_guests: int
    """Bytes of talking points that reached somebody who is not a host."""
    latency_ms: dict[str, Latency]

    @property
    def passed(self) -> bool:
        """Whether the call came out as its file expects, and no promise was broken."""
        points = self.talking_points
        failures = points.missed or points.late or points.twice or points.unexpected
        broken = self.attribution or self.duplicates or self.private_bytes_at_guests
        return not failures and not broken


def score(recording: Recording) -> Score:
    """Return the score of a recording."""
    host = next(w for w in recording.witnesses.values() if w.role == "host")
    finals = [seen for seen in host.transcripts if seen.attributes.final and seen.text]
    return Score(
        call=recording.call.title,
        words=_words(recording, finals),
        finals=len(finals),
        attribution=sum(_is_misattributed(recording, seen) for seen in finals),
        duplicates=sum(_duplicates(witness) for witness in recording.witnesses.values()),
        talking_points=_talking_points(recording, host),
        private_bytes_at_guests=_private_bytes(recording),
        latency_ms={
            "speech_start_to_interim": Latency.of(_interim_delays(recording, host)),
            "speech_end_to_final": Latency.of(_final_delays(recording, finals)),
            "phrase_end_to_talking_point": Latency.of(
                delay * 1000 for _, delay in _point_delays(recording, host) if delay is not None
            ),
            "join_to_agent": Latency.of(_agent_delays(recording)),
        },
    )


def _rank(ordered: list[float], quantile: float) -> float:
    return ordered[min(len(ordered) - 1, max(0, round(quantile * len(ordered) + 0.5) - 1))]


def _words(recording: Recording, finals: list[SeenTranscript]) -> Words:
    said: dict[str, list[str]] = {p.identity: [] for p in recording.call.participants}
    heard: dict[str, list[str]] = {p.identity: [] for p in recording.call.participants}
    for line in recording.call.lines:
        said[line.who] += spoken_words(line.say)
    names = {real: identity for identity, real in recording.real_identities.items()}
    for seen in sorted(finals, key=lambda each: each.attributes.started_at_ms):
        speaker = names.get(seen.attributes.speaker_identity)
        if speaker:
            heard[speaker] += spoken_words(seen.text)
    speakers = [who for who in said if said[who]]
    by_speaker = {
        who: round(jiwer.wer(" ".join(said[who]), " ".join(heard[who])), 4) for who in speakers
    }
    total = jiwer.wer(
        [" ".join(said[who]) for who in speakers], [" ".join(heard[who]) for who in speakers]
    )
    return Words(error_rate=round(total, 4), error_rate_by_speaker=by_speaker)


def _overlap(seen: SeenTranscript, line: SpokenLine) -> float:
    start = max(seen.attributes.started_at_ms / 1000, line.speech.start_seconds)
    end = min(seen.attributes.ended_at_ms / 1000, line.speech.end_seconds)
    return end - start


def _is_misattributed(recording: Recording, seen: SeenTranscript) -> bool:
    """Compare who is named with who was playing while it was heard."""
    best = max(recording.lines, key=lambda line: _overlap(seen, line))
    real = recording.real_identities[best.line.who]
    name = recording.call.participant(best.line.who).name
    told = seen.attributes
    return (
        _overlap(seen, best) <= 0
        or {told.speaker_identity, seen.sender} != {real}
        or told.speaker_name != name
    )


def _duplicates(witness: Witness) -> int:
    finals = Counter(
        seen.attributes.segment_id for seen in witness.transcripts if seen.attributes.final
    )
    return sum(count - 1 for count in finals.values())


def _talking_points(recording: Recording, host: Witness) -> TalkingPoints:
    expected = recording.call.expectations.talking_points
    seen = Counter(
        message.point.rule_id
        for message in host.messages
        if message.point and message.point.version == 1 and message.point.rule_id
    )
    result = TalkingPoints(expected=len(expected))
    for each, delay in _point_delays(recording, host):
        if delay is None:
            result.missed.append(each.rule)
        elif delay > each.within_seconds:
            result.late.append(each.rule)
        else:
            result.hit.append(each.rule)
    wanted = Counter(each.rule for each in expected)
    for rule, count in seen.items():
        if wanted[rule] == 0:
            result.unexpected.append(rule)
        elif count > wanted[rule]:
            result.twice.append(rule)
    return result


def phrase_delay(recording: Recording, message: SeenMessage) -> float | None:
    """Return the seconds from the end of the phrase that triggers to a talking point's arrival.

    None: the call file expects no talking point of this rule, or its line was not played yet.
    """
    for expected in recording.call.expectations.talking_points:
        if message.point is None or expected.rule != message.point.rule_id:
            continue
        index = recording.call.lines_meant(expected)[0]
        if index < len(recording.lines):
            return message.received_seconds - _phrase_end(recording.lines[index], expected)
    return None


def _phrase_end(line: SpokenLine, expected: ExpectedTalkingPoint) -> float:
    if isinstance(expected.line, str):
        return line.phrase_end_seconds(expected.line)
    return line.speech_end_seconds


def _point_delays(
    recording: Recording, host: Witness
) -> list[tuple[ExpectedTalkingPoint, float | None]]:
    """Return for each expectation the seconds from the end of its phrase to its arrival."""
    delays: list[tuple[ExpectedTalkingPoint, float | None]] = []
    for expected in recording.call.expectations.talking_points:
        message = _first_of_rule(host.messages, expected.rule)
        delays.append((expected, phrase_delay(recording, message) if message else None))
    return delays


def _first_of_rule(messages: list[SeenMessage], rule: str) -> SeenMessage | None:
    return next((m for m in messages if m.point and m.point.rule_id == rule), None)


def _final_delays(recording: Recording, finals: list[SeenTranscript]) -> Iterable[float]:
    """From the last word of a line, by the renderer's timing, to its last final."""
    for line in recording.lines:
        of_line = [
            seen
            for seen in finals
            if _overlap(seen, line) > 0
            and seen.attributes.speaker_identity == recording.real_identities[line.line.who]
        ]
        if of_line:
            last = max(seen.received_seconds for seen in of_line)
            yield (last - line.speech_end_seconds) * 1000


def _interim_delays(recording: Recording, host: Witness) -> Iterable[float]:
    for line in recording.lines:
        speaker = recording.real_identities[line.line.who]
        first = next(
            (
                seen.received_seconds
                for seen in host.transcripts
                if seen.attributes.speaker_identity == speaker
                and line.speech.start_seconds < seen.received_seconds < line.speech.end_seconds
            ),
            None,
        )
        if first is not None:
            yield (first - line.speech.start_seconds) * 1000


def _agent_delays(recording: Recording) -> Iterable[float]:
    for identity, witness in recording.witnesses.items():
        if witness.agent_seen_seconds is not None:
            joined = recording.joined_seconds[identity]
            yield max(0.0, witness.agent_seen_seconds - joined) * 1000


def _private_bytes(recording: Recording) -> int:
    return sum(
        len(message.payload)
        for witness in recording.witnesses.values()
        if witness.role != "host"
        for message in witness.messages
        if message.topic == TALKING_POINT
    )
