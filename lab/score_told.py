"""Scores the talking points for what became of them: who wrote them, and on what they rest."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from lab.call_file import find_words, spoken_words
from lab.recording import Recording
from lab.witness import SeenTranscript, Witness
from wire.talking_point import TalkingPoint, TalkingPointSource, TalkingPointState


class ToldPoint(BaseModel):
    """One talking point as a host had it in the end."""

    label: str
    """The rule, or what the host was told."""
    source: TalkingPointSource
    """Who wrote the last version."""
    versions: int
    """How many of them reached the host."""
    supported: bool
    """Whether its quote stands in what was heard in its segment: of a model, in the final."""
    complete: bool
    """Whether it was written to its end."""
    state: TalkingPointState


class Told(BaseModel):
    """Everything that the hosts were told."""

    points: list[ToldPoint] = Field(default_factory=list)
    """Of every host; the same one is there once."""
    most: int = 0
    """How many the host got who got the most."""
    unsupported: list[str] = Field(default_factory=list)
    unfinished: list[str] = Field(default_factory=list)
    said_twice: list[str] = Field(default_factory=list)
    """The same words under two ids, both shown to their end; one that was taken back while it was
    being written is none."""

    def count(self, source: TalkingPointSource) -> int:
        """Return how many of them ended with a version of this source."""
        return sum(point.source == source for point in self.points)


def score_told(recording: Recording) -> Told:
    """Return what became of the talking points."""
    result = Told()
    known: set[str] = set()
    for host in recording.hosts:
        newest = newest_points(host)
        result.most = max(result.most, len(newest))
        result.said_twice += [text for text in _doubled(host) if text not in result.said_twice]
        for point in newest:
            if point.id not in known:
                known.add(point.id)
                result.points.append(_told(host, point))
    result.unsupported = [point.label for point in result.points if not point.supported]
    result.unfinished = [point.label for point in result.points if not point.complete]
    return result


def newest_points(host: Witness) -> list[TalkingPoint]:
    """Return the newest version of each talking point that a host has, in the order of coming."""
    newest: dict[str, TalkingPoint] = {}
    for message in host.messages:
        point = message.point
        if point and (point.id not in newest or point.version > newest[point.id].version):
            newest[point.id] = point
    return list(newest.values())


def _told(host: Witness, point: TalkingPoint) -> ToldPoint:
    versions = {m.point.version for m in host.messages if m.point and m.point.id == point.id}
    return ToldPoint(
        label=point.rule_id or point.text,
        source=point.source,
        versions=len(versions),
        supported=_is_supported(host.transcripts, point),
        complete=point.complete,
        state=point.state,
    )


def _is_supported(transcripts: Iterable[SeenTranscript], point: TalkingPoint) -> bool:
    wanted = spoken_words(point.quote)
    # A rule may fire on an interim, whose words the final has no more.
    return bool(wanted) and any(
        seen.attributes.segment_id == point.segment_id
        and (seen.attributes.final or point.source == "playbook")
        and find_words(spoken_words(seen.text), wanted) is not None
        for seen in transcripts
    )


def _doubled(host: Witness) -> set[str]:
    first: dict[tuple[str, ...], str] = {}
    doubled: set[str] = set()
    for message in host.messages:
        point = message.point
        if point and point.complete and point.state == "shown":
            words = tuple(spoken_words(point.text))
            if first.setdefault(words, point.id) != point.id:
                doubled.add(point.text)
    return doubled
