"""Whose an action item is: one of the participants, and only if what was said names them."""

from collections.abc import Sequence
from typing import Final

from agent.commands.command import Speaking
from agent.commands.names import find_person
from agent.minutes.statement import Participant
from playbook.rules import phrase_stems
from transcript_buffer import Segment

_EVERYBODY: Final = frozenset(("we", "us", "all", "everybody", "everyone", "team", "nobody"))


def find_participant(
    words: str, people: Sequence[Participant], speaker: Segment | None = None
) -> Participant | None:
    """Return the participant that words name; None: nobody, or one of several.

    Args:
        words: a name, a first name, or "I" and "me".
        people: the participants. Of two with the same name, as of somebody who came in twice, the
            one who came last counts.
        speaker: a line of the person who says "I"; None: such words name nobody.
    """
    if not words.strip() or words.strip().lower() in _EVERYBODY:
        return None
    names = tuple(dict.fromkeys(one.name for one in people))
    named = find_person(words, Speaking(host_name=speaker.name if speaker else "", people=names))
    if speaker and named == speaker.name:
        own = [one for one in people if one.identity == speaker.speaker]
        if own:
            return own[0]
    return next((one for one in reversed(people) if named and one.name == named), None)


def is_said_of(
    participant: Participant, evidence: Sequence[Segment], people: Sequence[Participant]
) -> bool:
    """Tell whether lines make somebody an owner: they speak there, or are named there.

    A first name counts as naming somebody when nobody else has it.
    """
    if any(line.speaker == participant.identity for line in evidence):
        return True
    spoken = {stem for line in evidence for stem in phrase_stems(line.text)}
    for part in phrase_stems(participant.name):
        # A rejoined person has the same name twice, and is no other.
        shared = any(
            one.name != participant.name and part in phrase_stems(one.name) for one in people
        )
        if part in spoken and not shared:
            return True
    return set(phrase_stems(participant.name)) <= spoken
