"""Counts what reached participants who may not see it."""

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from lab.call_file import find_words, spoken_words
from lab.recording import Recording
from lab.witness import Witness
from wire.alerts import ALERT
from wire.answers import ANSWER
from wire.controls import CALL_STATE
from wire.costs import COSTS
from wire.coverage import COVERAGE, NOTICE
from wire.minutes import MINUTES
from wire.statistics import STATISTICS
from wire.tasks import TASK
from wire.topics import TALKING_POINT

PRIVATE_TOPICS: Final = frozenset(
    {
        ALERT,
        ANSWER,
        CALL_STATE,
        COSTS,
        COVERAGE,
        MINUTES,
        NOTICE,
        STATISTICS,
        TALKING_POINT,
        TASK,
    }
)
_FEWEST: Final = 4
"""Words of a line that nobody writes by chance."""


class SeenBySpy(BaseModel):
    """What one participant without the right to talking points has seen."""

    bytes: int
    """Of messages that were not for it."""
    messages: int
    """How many of them."""
    of_messages: int
    """Everything it got: packets, streams, attributes, metadata."""
    of_bytes: int


class Privacy(BaseModel):
    """What was private, and where it went."""

    bytes: int
    """At all spies and guests together."""
    messages: int
    spies: dict[str, SeenBySpy]
    """By what the spy is, or by the identity of the call file for its own guests."""


def score_privacy(recording: Recording) -> Privacy:
    """Return what spies and guests have seen of the talking points."""
    needles = private_needles(recording)
    spies = {witness.name: _seen(witness, needles) for witness in recording.spies}
    for identity, witness in recording.witnesses.items():
        if witness.role != "host":
            spies[identity] = _seen(witness, needles)
    return Privacy(
        bytes=sum(seen.bytes for seen in spies.values()),
        messages=sum(seen.messages for seen in spies.values()),
        spies=spies,
    )


def private_needles(recording: Recording) -> list[bytes]:
    """Return the byte strings that betray what only hosts may know.

    A rule's id may be an everyday word: it counts where it stands as a value of its own, in
    quotation marks. What is said or sent to everybody is no secret.
    """
    messages = [message for host in recording.hosts for message in host.messages]
    points = [message.point for message in messages if message.point]
    tasks = [message.task for message in messages if message.task]
    answers = [message.answer for message in messages if message.answer]
    texts = {
        *recording.private_texts,
        *(point.text for point in points if point.complete),
        *(task.what for task in tasks),
        *(answer.text for answer in answers if answer.complete),
        *_written_by_hosts(recording),
    }
    known = _known_to_all(recording)
    secret = [
        text
        for text in texts
        if text and not any(find_words(words, spoken_words(text)) is not None for words in known)
    ]
    rules = {*recording.private_ids, *(p.rule_id for p in points if p.rule_id)}
    ids = {point.id for point in points} | {task.id for task in tasks}
    ids |= {answer.id for answer in answers}
    values = [*secret, *ids, *(f'"{rule}"' for rule in rules)]
    needles = {value.encode() for value in values}
    # The same text as JSON writes it, with and without escapes.
    needles |= {json.dumps(text)[1:-1].encode() for text in secret}
    needles |= {json.dumps(text, ensure_ascii=False)[1:-1].encode() for text in secret}
    return sorted(needles)


def _known_to_all(recording: Recording) -> list[list[str]]:
    """Return the words that everybody may read: lines, transcripts, what guests have written."""
    everybody = [*recording.witnesses.values(), *recording.spies]
    heard = {seen.text for witness in everybody for seen in witness.transcripts}
    by_guests = [
        text
        for played in recording.requests
        if recording.call.participant(played.who).role != "host"
        for text in _texts(played.request.payload)
    ]
    texts = [*(line.say for line in recording.call.lines), *heard, *by_guests]
    return [spoken_words(text) for text in texts]


def _written_by_hosts(recording: Recording) -> Iterator[str]:
    """Yield the lines of the hosts' documents and prompts; short ones prove nothing."""
    for played in recording.requests:
        if recording.call.participant(played.who).role == "host":
            for text in _texts(played.request.payload):
                yield from (line for line in text.splitlines() if len(line.split()) >= _FEWEST)


def _texts(payload: Any) -> Iterator[str]:
    if isinstance(payload, str):
        yield payload
    elif isinstance(payload, dict):
        for value in payload.values():
            yield from _texts(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from _texts(value)


def _seen(witness: Witness, needles: list[bytes]) -> SeenBySpy:
    private = [
        sighting.payload
        for sighting in witness.sightings
        if not sighting.by_person
        and (
            sighting.topic in PRIVATE_TOPICS
            or any(needle in sighting.payload for needle in needles)
        )
    ]
    return SeenBySpy(
        bytes=sum(len(payload) for payload in private),
        messages=len(private),
        of_messages=len(witness.sightings),
        of_bytes=sum(len(sighting.payload) for sighting in witness.sightings),
    )
