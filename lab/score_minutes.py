"""Scores the minutes: what was planted in the call must stand there, and nothing else may."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field

from lab.call_parts import NOBODY, Day, ExpectedMinutes, Planted, PlantedAction
from lab.emulators.openai_chat_scribes import INVENTED
from lab.recording import Recording
from lab.words import find_words, spoken_words
from wire.minutes import ActionItem, Minutes, MinutesLine

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_FAULTS: Final = (
    "missed",
    "wrong_owner",
    "wrong_date",
    "trapped",
    "unsupported",
    "invented",
)
"""The lists of a score that must be empty."""


class MinutesScore(BaseModel):
    """What the minutes hold of what they must; each list holds words of the call file."""

    written_by: list[str] = Field(default_factory=list)
    """Labels of the models; empty: they were written without any."""
    did_not_answer: list[str] = Field(default_factory=list)
    wait_seconds: float | None = None
    """From the end of the call until they were there; None: they never were."""
    lines: int = 0
    """Statements that they hold."""
    expected: int = 0
    """Without any model, only what is said in so many words."""
    found: list[str] = Field(default_factory=list)
    more: list[str] = Field(default_factory=list)
    """Found though it need not be."""
    missed: list[str] = Field(default_factory=list)
    wrong_owner: list[str] = Field(default_factory=list)
    wrong_date: list[str] = Field(default_factory=list)
    trapped: list[str] = Field(default_factory=list)
    """Absent people who own something, and decisions that were taken back and stand there."""
    unsupported: list[str] = Field(default_factory=list)
    """Statements with a quote that does not stand in the segment that it names, an owner who is
    not in the call, or a date that nobody spoke."""
    invented: list[str] = Field(default_factory=list)
    """Statements that a bad model has made up."""
    dropped: dict[str, int] = Field(default_factory=dict)
    """What Sidenote has refused of the models' statements, by reason."""

    def __str__(self) -> str:
        writers = ", ".join(self.written_by) or "no model"
        dropped = ", ".join(f"{count} {reason}" for reason, count in sorted(self.dropped.items()))
        return (
            f"{len(self.found)} of {self.expected} planted found, {self.lines} lines by {writers}; "
            f"dropped: {dropped or 'nothing'}"
        )


def score_minutes(recording: Recording) -> MinutesScore | None:
    """Compare the minutes with what the call file has planted; None: it has planted nothing."""
    wanted, minutes = recording.call.expectations.minutes, recording.minutes
    if wanted is None:
        return None
    if minutes is None:
        planted = (*wanted.decisions, *wanted.action_items, *wanted.open_questions)
        return MinutesScore(expected=len(planted), missed=[each.words for each in planted])
    result = MinutesScore(
        written_by=minutes.written_by,
        did_not_answer=minutes.did_not_answer,
        wait_seconds=recording.minutes_wait_seconds,
        lines=sum(1 for _ in all_lines(minutes)),
        dropped=minutes.dropped,
    )
    _look_for(wanted, minutes, recording, result)
    result.trapped = list(_trapped(wanted, minutes))
    result.unsupported = list(_unsupported(recording, minutes))
    result.invented = [
        line.text for line in all_lines(minutes) if _holds(line.text, spoken_words(INVENTED))
    ]
    return result


def all_lines(minutes: Minutes) -> Iterator[MinutesLine]:
    """Yield every statement of some minutes."""
    yield from minutes.summary
    yield from minutes.key_points
    yield from minutes.decisions
    yield from minutes.action_items
    yield from minutes.open_questions
    for section in minutes.sections:
        yield from section.lines
    if minutes.conclusion:
        yield minutes.conclusion
    for speaker in minutes.speakers:
        yield from speaker.lines


def _look_for(
    wanted: ExpectedMinutes, minutes: Minutes, recording: Recording, result: MinutesScore
) -> None:
    parts: tuple[tuple[Sequence[Planted], Sequence[MinutesLine]], ...] = (
        (wanted.decisions, minutes.decisions),
        (wanted.action_items, minutes.action_items),
        (wanted.open_questions, minutes.open_questions),
    )
    for planted_lines, lines in parts:
        for planted in planted_lines:
            needed = planted.explicit or bool(minutes.written_by)
            result.expected += needed
            line = next((line for line in lines if _tells(line, planted.words)), None)
            if line is None:
                if needed:
                    result.missed.append(planted.words)
                continue
            (result.found if needed else result.more).append(planted.words)
            if needed and isinstance(planted, PlantedAction) and isinstance(line, ActionItem):
                _check_action(planted, line, recording, result)


def _check_action(
    planted: PlantedAction, item: ActionItem, recording: Recording, result: MinutesScore
) -> None:
    owner = recording.speaker_of(item.owner_identity) or NOBODY
    if planted.who is not None and planted.who != owner:
        result.wrong_owner.append(f"{planted.words}: {owner} instead of {planted.who}")
    played_on = datetime.fromtimestamp(recording.started_seconds).astimezone().date()
    if planted.day is not None and item.due[:10] != due_on(planted.day, played_on):
        told = item.due or "no date"
        result.wrong_date.append(f"{planted.words}: {told} instead of {planted.day}")


def due_on(day: Day, played_on: date) -> str:
    """Return the date that was meant, ISO 8601; empty: none was."""
    match day:
        case "none":
            return ""
        case "today":
            return played_on.isoformat()
        case "tomorrow":
            return (played_on + timedelta(days=1)).isoformat()
        case _:
            # Who says "on Friday" on a Friday means the next one.
            ahead = (_WEEKDAYS.index(day) - played_on.weekday() - 1) % 7 + 1
            return (played_on + timedelta(days=ahead)).isoformat()


def _trapped(wanted: ExpectedMinutes, minutes: Minutes) -> Iterator[str]:
    for name in wanted.absent:
        words = spoken_words(name)
        if any(_holds(item.owner_name, words) for item in minutes.action_items):
            yield f"{name} owns an action item"
        if any(_holds(speaker.name, words) for speaker in minutes.speakers):
            yield f"{name} has a part of the minutes"
    for withdrawn in wanted.withdrawn:
        if any(_tells(line, withdrawn) for line in minutes.decisions):
            yield withdrawn


def _unsupported(recording: Recording, minutes: Minutes) -> Iterator[str]:
    heard = {
        seen.attributes.segment_id: spoken_words(seen.text)
        for host in recording.hosts
        for seen in host.transcripts
        if seen.attributes.final
    }
    for line in all_lines(minutes):
        for evidence in line.evidence:
            quote = spoken_words(evidence.quote)
            if find_words(heard.get(evidence.segment_id, []), quote) is None:
                yield f"{line.text} (its quote stands nowhere)"
                break
    for item in minutes.action_items:
        if item.owner_identity and recording.speaker_of(item.owner_identity) is None:
            yield f"{item.text} (its owner is not in the call)"
        said = [heard.get(evidence.segment_id, []) for evidence in item.evidence]
        date_words = spoken_words(item.due_spoken)
        if item.due and not any(find_words(words, date_words) is not None for words in said):
            yield f"{item.text} (nobody has spoken its date)"


def _tells(line: MinutesLine, words: str) -> bool:
    wanted = spoken_words(words)
    return _holds(line.text, wanted) or any(_holds(each.quote, wanted) for each in line.evidence)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return find_words(spoken_words(text), wanted) is not None
