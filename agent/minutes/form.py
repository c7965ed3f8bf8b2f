"""Gives a draft the form in which minutes are kept and sent."""

from collections.abc import Sequence
from typing import Final

from agent.minutes.material import Material
from agent.minutes.statement import Draft, Sentence, Statement
from agent.minutes.template import (
    ACTION_ITEMS,
    DECISIONS,
    INSIGHTS,
    KEY_POINTS,
    OPEN_QUESTIONS,
    Template,
)
from wire.minutes import (
    ActionItem,
    Evidence,
    Minutes,
    MinutesLine,
    MinutesSection,
    MinutesState,
    SpeakerInsight,
)

_MOST_LINES: Final = 40
_MOST_ITEMS: Final = 60
_MOST_SPEAKERS: Final = 50
_MOST_OF_SPEAKER: Final = 12
_MOST_EVIDENCE: Final = 8
_LONGEST_TEXT: Final = 1000
_MOST_MODELS: Final = 8


def form_minutes(
    draft: Draft, material: Material, template: Template, *, state: MinutesState, now_ms: int
) -> Minutes:
    """Return a draft as minutes; the store gives them their version.

    Where there is more than minutes hold, what fewer models found goes first, evenly over time.
    """
    return Minutes(
        room_sid=material.meeting.room_sid,
        version=1,
        state=state,
        template=template.name,
        written_at_ms=now_ms,
        transcript_sequence=material.last_sequence,
        title=draft.title[:200],
        summary=[_line(one) for one in draft.summary[:_MOST_LINES]],
        key_points=_lines(draft.of(KEY_POINTS)),
        decisions=_lines(draft.of(DECISIONS)),
        action_items=[_item(one) for one in _at_most(draft.of(ACTION_ITEMS), _MOST_ITEMS)],
        open_questions=_lines(draft.of(OPEN_QUESTIONS)),
        conclusion=_line(draft.conclusion) if draft.conclusion else None,
        sections=[
            MinutesSection(id=section.id, title=section.title, lines=_lines(draft.of(section.id)))
            for section in template.sections
        ],
        speakers=_speakers(draft.of(INSIGHTS), material),
        consent=material.consent[:1000],
        coverage=material.coverage[:2000],
        written_by=list(draft.written_by[:_MOST_MODELS]),
        did_not_answer=list(draft.did_not_answer[:_MOST_MODELS]),
        dropped=dict(draft.dropped),
    )


def _lines(statements: Sequence[Statement]) -> list[MinutesLine]:
    return [_line(one) for one in _at_most(statements, _MOST_LINES)]


def _at_most(statements: Sequence[Statement], most: int) -> list[Statement]:
    """Return so many statements in the order of time."""
    if len(statements) <= most:
        return list(statements)
    by_finders: dict[int, list[int]] = {}
    for place, statement in enumerate(statements):
        by_finders.setdefault(-len(statement.found_by), []).append(place)
    kept: list[int] = []
    for _, places in sorted(by_finders.items()):
        kept += _evenly(places, most - len(kept))
    return [statements[place] for place in sorted(kept)]


def _evenly(places: Sequence[int], most: int) -> list[int]:
    if len(places) <= most:
        return list(places)
    return [places[len(places) * number // most] for number in range(most)]


def _speakers(insights: Sequence[Statement], material: Material) -> list[SpeakerInsight]:
    """Sort insights by the speaker of the words that they rest on last."""
    return [
        SpeakerInsight(identity=person.identity, name=person.name, lines=lines)
        for person in material.people[:_MOST_SPEAKERS]
        if (lines := _of_speaker(person.identity, insights))
    ]


def _of_speaker(identity: str, insights: Sequence[Statement]) -> list[MinutesLine]:
    own = [one for one in insights if one.evidence[-1].segment.speaker == identity]
    return [_line(one) for one in _at_most(own, _MOST_OF_SPEAKER)]


def _item(one: Statement) -> ActionItem:
    line = _line(one)
    return ActionItem(
        text=line.text,
        evidence=line.evidence,
        found_by=line.found_by,
        owner_identity=one.owner.identity if one.owner else "",
        owner_name=one.owner.name if one.owner else "",
        due=one.due.due if one.due else "",
        due_spoken=one.due.spoken[:120] if one.due else "",
    )


def _line(one: Statement | Sentence) -> MinutesLine:
    return MinutesLine(
        text=one.text[:_LONGEST_TEXT],
        evidence=[
            Evidence(segment_id=quoted.segment.id, quote=quoted.words)
            for quoted in one.evidence[:_MOST_EVIDENCE]
        ],
        found_by=list(one.found_by[:_MOST_MODELS]),
    )
