"""What of the minutes concerns one person, without asking a model again.

A line concerns somebody if it rests on their own words, or if it or its quotes have their name, or
a keyword or project of their profile.
"""

from collections.abc import Callable, Iterable, Sequence

from playbook.rules import phrase_stems
from records import Profile
from wire.minutes import ActionItem, Minutes, MinutesLine

Speaks = Callable[[str], bool]
"""Tells of a segment, by its id, whether the person spoke it."""


def words_of(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Return what a person listens for: name, first name, keywords and projects, as stems."""
    words = (profile.name, profile.name.split(" ")[0], *profile.keywords, *profile.projects)
    return {word: stems for word in words if (stems := phrase_stems(word))}


def find_word(text: str, words: dict[str, tuple[str, ...]]) -> str:
    """Return the first of a person's words that a text has; empty: it has none."""
    stems = f" {' '.join(phrase_stems(text))} "
    return next((word for word, wanted in words.items() if f" {' '.join(wanted)} " in stems), "")


def personal_minutes(minutes: Minutes, profile: Profile, spoke: Speaks) -> Minutes:
    """Return the part of everybody's minutes that concerns a person.

    The summary and the conclusion stay whole: they are short, and without them the rest is not
    understood. Of the action items those stay that are the person's, or have one of their words.
    """
    words = words_of(profile)

    def concerns(line: MinutesLine) -> bool:
        if isinstance(line, ActionItem) and line.owner_name:
            if _same(line.owner_name, profile.name):
                return True
        elif any(spoke(one.segment_id) for one in line.evidence):
            return True
        return bool(find_word(" ".join([line.text, *_quotes(line)]), words))

    return minutes.model_copy(
        update={
            "profile_id": profile.id,
            "key_points": _those(minutes.key_points, concerns),
            "decisions": _those(minutes.decisions, concerns),
            "action_items": [one for one in minutes.action_items if concerns(one)],
            "open_questions": _those(minutes.open_questions, concerns),
            "sections": [
                section.model_copy(update={"lines": _those(section.lines, concerns)})
                for section in minutes.sections
            ],
            "speakers": [
                speaker.model_copy(update={"lines": lines})
                for speaker in minutes.speakers
                if (lines := _those(speaker.lines, concerns))
            ],
        }
    )


def _those(
    lines: Sequence[MinutesLine], concerns: Callable[[MinutesLine], bool]
) -> list[MinutesLine]:
    return [line for line in lines if concerns(line)]


def _quotes(line: MinutesLine) -> Iterable[str]:
    return (one.quote for one in line.evidence)


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()
