"""Counts what reached participants who may not see it."""

import json

from pydantic import BaseModel

from lab.call_file import find_words, spoken_words
from lab.recording import Recording
from lab.witness import Witness
from wire.topics import TALKING_POINT


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
    """Return the byte strings that betray a talking point.

    A rule's id may be an everyday word: it counts where it stands as a value of its own, in
    quotation marks. What the script itself says aloud is no secret.
    """
    points = [m.point for host in recording.hosts for m in host.messages if m.point]
    texts = {*recording.private_texts, *(point.text for point in points)}
    said = [spoken_words(line.say) for line in recording.call.lines]
    secret = [
        text
        for text in texts
        if text and not any(find_words(words, spoken_words(text)) is not None for words in said)
    ]
    rules = {*recording.private_ids, *(p.rule_id for p in points if p.rule_id)}
    values = [*secret, *(point.id for point in points), *(f'"{rule}"' for rule in rules)]
    needles = {value.encode() for value in values}
    # The same text as JSON writes it, with and without escapes.
    needles |= {json.dumps(text)[1:-1].encode() for text in secret}
    needles |= {json.dumps(text, ensure_ascii=False)[1:-1].encode() for text in secret}
    return sorted(needles)


def _seen(witness: Witness, needles: list[bytes]) -> SeenBySpy:
    private = [
        sighting.payload
        for sighting in witness.sightings
        if sighting.topic == TALKING_POINT or any(needle in sighting.payload for needle in needles)
    ]
    return SeenBySpy(
        bytes=sum(len(payload) for payload in private),
        messages=len(private),
        of_messages=len(witness.sightings),
        of_bytes=sum(len(sighting.payload) for sighting in witness.sightings),
    )
