"""Scores the delays, all counted from the audio that was really played."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from lab.matching import finals_of, line_of
from lab.recording import Recording
from lab.score_points import point_delays
from lab.witness import SeenTranscript


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


def score_delays(recording: Recording, finals: list[SeenTranscript]) -> dict[str, Latency]:
    """Return the delays of a call by their names."""
    return {
        "speech_start_to_interim": Latency.of(_interim_delays(recording)),
        "speech_end_to_final": Latency.of(final_delays(recording, finals)),
        "phrase_end_to_talking_point": Latency.of(point_delays(recording)),
        "join_to_agent": Latency.of(_agent_delays(recording)),
        "publish_to_receive": Latency.of(_receive_delays(recording)),
    }


def final_delays(recording: Recording, finals: list[SeenTranscript]) -> Iterator[float]:
    """From the last word of a line to the last final that holds it."""
    for line in recording.lines:
        of_line = [seen for seen in finals if line_of(recording, seen) is line]
        if of_line and recording.is_whole(line):
            last = max(seen.received_seconds for seen in of_line)
            yield (last - line.speech_end_seconds) * 1000


def _interim_delays(recording: Recording) -> Iterator[float]:
    host = recording.hosts[0]
    first_of: dict[int, float] = {}
    for seen in host.transcripts:
        line = line_of(recording, seen)
        if line is not None and seen.text:
            first_of.setdefault(id(line), seen.received_seconds)
    for line in recording.lines:
        first = first_of.get(id(line))
        # A text before the line began is one of the speaker's line before.
        if first is not None and recording.is_whole(line) and first > line.speech_start_seconds:
            yield (first - line.speech_start_seconds) * 1000


def _agent_delays(recording: Recording) -> Iterator[float]:
    for identity, witness in recording.witnesses.items():
        joined = recording.joined_seconds.get(identity)
        if witness.agent_seen_seconds is not None and joined is not None:
            yield max(0.0, witness.agent_seen_seconds - joined) * 1000


def _receive_delays(recording: Recording) -> Iterator[float]:
    """By the sender's own clock: of use when both run on one machine."""
    for host in recording.hosts:
        for message in host.messages:
            if message.point:
                yield max(0.0, message.received_seconds * 1000 - message.point.sent_at_ms)


def count_out_of_order(recording: Recording) -> int:
    """Count finals that arrived after one whose speech began when theirs was over."""
    worst = 0
    for witness in recording.witnesses.values():
        latest_start = 0
        count = 0
        for seen in finals_of(witness):
            count += seen.attributes.ended_at_ms < latest_start
            latest_start = max(latest_start, seen.attributes.started_at_ms)
        worst = max(worst, count)
    return worst


def _rank(ordered: list[float], quantile: float) -> float:
    return ordered[min(len(ordered) - 1, max(0, round(quantile * len(ordered) + 0.5) - 1))]
