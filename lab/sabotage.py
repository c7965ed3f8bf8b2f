"""Spoils a call on purpose, to show that each score can fail: it tests the scorer, not Sidenote.

Nothing here touches the product. A sabotage either plays less than the script says, or changes
what the witnesses have seen after the call was played.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from lab.microphone import SAMPLE_RATE_HZ, Samples
from lab.recording import Recording
from lab.voices import RenderedLine
from lab.witness import SeenTranscript, Sighting, Witness
from wire.minutes import Minutes
from wire.topics import TALKING_POINT

DELAY_SECONDS: Final = 1.0
Change = Callable[[Recording], None]


def _nothing(_recording: Recording) -> None:
    return


def swap_speakers(recording: Recording) -> None:
    """Give every line of the first two who speak the other's identity and name."""
    one, two = list(dict.fromkeys(line.line.who for line in recording.lines))[:2]
    other = {
        recording.real_identities[one]: (recording.real_identities[two], two),
        recording.real_identities[two]: (recording.real_identities[one], one),
    }

    def swapped(seen: SeenTranscript) -> SeenTranscript:
        if seen.attributes.speaker_identity not in other:
            return seen
        real, identity = other[seen.attributes.speaker_identity]
        name = recording.call.participant(identity).name
        told = {"speaker_identity": real, "speaker_name": name}
        return replace(seen, sender=real, attributes=seen.attributes.model_copy(update=told))

    _change_transcripts(recording, swapped)


def publish_to_everyone(recording: Recording) -> None:
    """Let one talking point of a host reach everybody in the room."""
    message = next((m for host in recording.hosts for m in host.messages if m.point), None)
    if message is None:
        raise ValueError("no host saw a talking point: choose a call that has one")
    seen = Sighting(
        received_seconds=message.received_seconds,
        kind="packet",
        topic=TALKING_POINT,
        payload=message.payload,
    )
    for witness in (*recording.guests, *recording.spies):
        witness.messages.append(message)
        witness.sightings.append(seen)


def publish_final_twice(recording: Recording) -> None:
    """Let every witness see one final a second time."""
    for witness in _everybody(recording):
        final = next((s for s in witness.transcripts if s.attributes.final and s.text), None)
        if final:
            place = witness.transcripts.index(final)
            witness.transcripts.insert(place + 1, final)


def swap_order(recording: Recording) -> None:
    """Let the last final arrive before the first."""
    for witness in _everybody(recording):
        finals = [s for s in witness.transcripts if s.attributes.final and s.text]
        if len(finals) < 2:
            continue
        first, last = finals[0], finals[-1]
        witness.transcripts.remove(last)
        place = witness.transcripts.index(first)
        early = replace(last, received_seconds=first.received_seconds - 0.001)
        witness.transcripts.insert(place, early)


def delay_finals(recording: Recording) -> None:
    """Let every final arrive a second later."""

    def later(seen: SeenTranscript) -> SeenTranscript:
        if not seen.attributes.final:
            return seen
        return replace(seen, received_seconds=seen.received_seconds + DELAY_SECONDS)

    _change_transcripts(recording, later)


def invent_words(recording: Recording) -> None:
    """Let a final appear for a second in which nobody spoke, before the first line."""
    start = min(line.speech_start_seconds for line in recording.lines)
    for witness in _everybody(recording):
        final = next((s for s in witness.transcripts if s.attributes.final and s.text), None)
        if final:
            told = {
                "segment_id": "SG_invented",
                "started_at_ms": round((start - 5) * 1000),
                "ended_at_ms": round((start - 4) * 1000),
            }
            invented = replace(final, attributes=final.attributes.model_copy(update=told))
            witness.transcripts.insert(0, invented)


def lose_talking_point(recording: Recording) -> None:
    """Take the first talking point away from every host."""
    for host in recording.hosts:
        first = next((m for m in host.messages if m.point), None)
        if first:
            host.messages.remove(first)


def lose_action_item(recording: Recording) -> None:
    """Take the first action item out of the minutes."""
    minutes = _minutes(recording)
    recording.minutes = minutes.model_copy(update={"action_items": minutes.action_items[1:]})


def misplace_evidence(recording: Recording) -> None:
    """Let the first action item rest on a segment that is not there."""
    minutes = _minutes(recording)
    first, *others = minutes.action_items
    evidence = [first.evidence[0].model_copy(update={"segment_id": "SG_nowhere"})]
    spoiled = first.model_copy(update={"evidence": evidence})
    recording.minutes = minutes.model_copy(update={"action_items": [spoiled, *others]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """One way to spoil a call."""

    name: str
    fails: str
    """The score that must fail by it, as the failures of a score begin."""
    purpose: str
    spoil: Change = _nothing
    """Changes a recording."""
    drop_every: int = 0
    """Every microphone leaves out one frame of so many; 0: none."""
    cuts_last_word: bool = False
    """The last word of every line is not played."""

    def cut(self, samples: Samples, line: RenderedLine) -> Samples:
        """Return what is played of a line."""
        if not self.cuts_last_word or len(line.word_ends) < 2:
            return samples
        return samples[: round(line.word_ends[-2].end_seconds * SAMPLE_RATE_HZ)]


SABOTAGES: Final = {
    sabotage.name: sabotage
    for sabotage in (
        Sabotage(
            name="drop-frames",
            fails="coverage",
            purpose="every microphone leaves out one frame in ten",
            drop_every=10,
        ),
        Sabotage(
            name="cut-last-word",
            fails="words.last_words_lost",
            purpose="the last word of every line is not played",
            cuts_last_word=True,
        ),
        Sabotage(
            name="swap-speakers",
            fails="attribution",
            purpose="two speakers change their identities",
            spoil=swap_speakers,
        ),
        Sabotage(
            name="publish-to-everyone",
            fails="privacy",
            purpose="one talking point reaches everybody",
            spoil=publish_to_everyone,
        ),
        Sabotage(
            name="publish-final-twice",
            fails="duplicates",
            purpose="one final is seen twice",
            spoil=publish_final_twice,
        ),
        Sabotage(
            name="swap-order",
            fails="order",
            purpose="the last final arrives before the first",
            spoil=swap_order,
        ),
        Sabotage(
            name="delay-finals",
            fails="latency_ms.speech_end_to_final",
            purpose="every final arrives a second later",
            spoil=delay_finals,
        ),
        Sabotage(
            name="invent-words",
            fails="words.invented_words",
            purpose="a final appears while nobody speaks",
            spoil=invent_words,
        ),
        Sabotage(
            name="lose-talking-point",
            fails="talking_points",
            purpose="no host sees the first talking point",
            spoil=lose_talking_point,
        ),
        Sabotage(
            name="lose-action-item",
            fails="minutes.missed",
            purpose="the minutes leave the first action item out",
            spoil=lose_action_item,
        ),
        Sabotage(
            name="misplace-evidence",
            fails="minutes.unsupported",
            purpose="the first action item rests on a segment that is not there",
            spoil=misplace_evidence,
        ),
    )
}
"""By name, as `--sabotage` takes them."""


def _minutes(recording: Recording) -> Minutes:
    if recording.minutes is None or not recording.minutes.action_items:
        raise ValueError("the minutes have no action item: choose a call that plants one")
    return recording.minutes


def _everybody(recording: Recording) -> list[Witness]:
    return [*recording.witnesses.values(), *recording.spies]


def _change_transcripts(
    recording: Recording, change: Callable[[SeenTranscript], SeenTranscript]
) -> None:
    for witness in _everybody(recording):
        witness.transcripts[:] = [change(seen) for seen in witness.transcripts]
