"""Says what is wrong with a call file: the line, the reason and the remedy."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lab.call_events import Event, Request
from lab.call_parts import (
    EVERYBODY,
    NOBODY,
    EspeakVoice,
    Expectations,
    ExpectedMinutes,
    ExpectedTalkingPoint,
    ExpectedTask,
    HeardWords,
    LatencyLimits,
    Line,
    Noise,
    Participant,
    Planted,
    PlantedAction,
    UnfitError,
)
from lab.words import find_words, spoken_words
from lab.yaml_places import Place, YamlPlaces, place_text

if TYPE_CHECKING:
    from lab.call_file import CallFile

Wrong = tuple[Place, str, str]
"""Where in the file, why, and what to do."""


class CallFileError(Exception):
    """A call file cannot be used."""

    def __init__(self, file: Path, line: int | None, reason: str, remedy: str) -> None:
        """Say where, why, and what to do.

        Args:
            file: the call file as the caller named it.
            line: counted from 1; None when no line is to blame.
            reason: what is wrong.
            remedy: what to change.
        """
        where = str(file) if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {reason}. {remedy}.")
        self.file = file
        self.line = line
        self.reason = reason
        self.remedy = remedy


_PARTS: Final[dict[Place, type[BaseModel]]] = {
    ("participants",): Participant,
    ("participants", "voice"): EspeakVoice,
    ("lines",): Line,
    ("noise",): Noise,
    ("events",): Event,
    ("events", "requests"): Request,
    ("expectations",): Expectations,
    ("expectations", "talking_points"): ExpectedTalkingPoint,
    ("expectations", "minutes"): ExpectedMinutes,
    ("expectations", "minutes", "decisions"): Planted,
    ("expectations", "minutes", "action_items"): PlantedAction,
    ("expectations", "minutes", "open_questions"): Planted,
    ("expectations", "heard"): HeardWords,
    ("expectations", "tasks"): ExpectedTask,
    ("expectations", "max_latency_ms"): LatencyLimits,
}


def first_wrong(
    path: Path, places: YamlPlaces, error: ValidationError, whole: type[BaseModel]
) -> CallFileError:
    """Return what to tell about a text that does not fit the model of the whole file."""
    # An unknown field is told first: a field missing beside it is most often the same mistake.
    wrong = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")[0]
    place, reason, remedy = _explained(_place(wrong, places), wrong, whole)
    return CallFileError(path, places.line(place), reason, remedy)


def _place(wrong: ErrorDetails, places: YamlPlaces) -> Place:
    """Return where the error is in the text; pydantic adds the branch of a union that it tried."""
    place: Place = ()
    for part in wrong["loc"]:
        if (*place, part) in places.lines:
            place = (*place, part)
    return (*place, wrong["loc"][-1]) if wrong["type"] == "missing" else place


def _explained(place: Place, wrong: ErrorDetails, whole: type[BaseModel]) -> Wrong:
    name = place_text(place)
    match wrong["type"]:
        case "extra_forbidden":
            parent = tuple(part for part in place[:-1] if isinstance(part, str))
            known = ", ".join(_PARTS.get(parent, whole).model_fields)
            return place, f"there is no field {name}", f"Fields here are: {known}"
        case "missing":
            return place, f"{name} is missing", f"Add {place[-1]}:"
        case "value_error" if isinstance(unfit := wrong["ctx"]["error"], UnfitError):
            blamed = place if unfit.field is None else (*place, unfit.field)
            return blamed, f"{name}: {unfit}", unfit.remedy
        case "string_pattern_mismatch" if "a-z" in wrong["ctx"]["pattern"]:
            remedy = "Use small letters, digits and single hyphens"
            return place, f"{name} cannot be used as a name", remedy
        case "too_short":
            return place, f"{name} is empty", "Give it at least one entry"
        case _:
            told = wrong["msg"][:1].lower() + wrong["msg"][1:]
            return place, f"{name}: {told}", "Change its value"


def contradictions(call: "CallFile") -> Iterator[Wrong]:
    """Tell what each part may say by itself, but not together with the others."""
    yield from _in_participants(call)
    identities = {participant.identity for participant in call.participants}
    for place, identity in _identities_named(call):
        if identity not in identities:
            remedy = f"Participants are: {', '.join(sorted(identities))}"
            yield place, f"{identity!r} is no participant", remedy
    for index, line in enumerate(call.lines):
        if line.wav is None and call.participant(line.who).voice is None:
            reason = f"{line.who!r} has no voice for this line"
            yield ("lines", index), reason, "Give the participant a voice:, or the line a wav:"
    yield from _in_events(call)
    yield from _in_expectations(call)


def _in_participants(call: "CallFile") -> Iterator[Wrong]:
    seen: set[str] = set()
    for index, participant in enumerate(call.participants):
        place = ("participants", index, "identity")
        if participant.identity in seen:
            reason = f"the identity {participant.identity!r} is taken"
            yield place, reason, "Give each one his own"
        if participant.identity in {EVERYBODY, NOBODY}:
            means = "everybody" if participant.identity == EVERYBODY else "no one"
            reason = f"the identity {participant.identity!r} means {means}"
            yield place, reason, "Choose another"
        seen.add(participant.identity)
    if all(participant.role != "host" for participant in call.participants):
        remedy = "Make one of them role: host, who sees the talking points"
        yield ("participants",), "the call has no host", remedy


def _identities_named(call: "CallFile") -> Iterator[tuple[Place, str]]:
    for index, line in enumerate(call.lines):
        yield ("lines", index, "who"), line.who
    for index, noise in enumerate(call.noise):
        if noise.who != EVERYBODY:
            yield ("noise", index, "who"), noise.who
    for index, event in enumerate(call.events):
        if event.who is not None:
            yield ("events", index, "who"), event.who
    yield from _identities_expected(call)


def _identities_expected(call: "CallFile") -> Iterator[tuple[Place, str]]:
    for index, heard in enumerate(call.expectations.heard):
        yield ("expectations", "heard", index, "who"), heard.who
    for index, expected in enumerate(call.expectations.talking_points):
        for number, identity in enumerate(expected.to or ()):
            yield ("expectations", "talking_points", index, "to", number), identity
    if minutes := call.expectations.minutes:
        for index, action in enumerate(minutes.action_items):
            if action.who is not None and action.who != NOBODY:
                yield ("expectations", "minutes", "action_items", index, "who"), action.who


def _in_events(call: "CallFile") -> Iterator[Wrong]:
    for index, event in enumerate(call.events):
        for field in ("with_line", "after_line"):
            number = getattr(event, field)
            if number is not None and number > len(call.lines):
                reason = f"there is no line {number}"
                yield ("events", index, field), reason, f"Lines are 1 to {len(call.lines)}"
    joining = {event.who for event in call.events if event.do == "join"}
    for index, participant in enumerate(call.participants):
        if not participant.joins and participant.identity not in joining:
            reason = f"{participant.identity!r} never joins"
            remedy = f"Add an event {{do: join, who: {participant.identity}, at: 5}}"
            yield ("participants", index, "joins"), reason, remedy


def _in_expectations(call: "CallFile") -> Iterator[Wrong]:
    for index, expected in enumerate(call.expectations.talking_points):
        place = ("expectations", "talking_points", index)
        count = len(call.lines_meant(expected))
        if count != 1:
            reason = f"{expected.line!r} means {count or 'no'} lines"
            remedy = f"Write a line's number, 1 to {len(call.lines)}, or words that one line has"
            yield (*place, "line"), reason, remedy
        for number, identity in enumerate(expected.to or ()):
            if call.participant(identity).role != "host":
                reason = f"{identity!r} is a guest, and no guest sees talking points"
                yield (*place, "to", number), reason, "Name hosts only"
    for index, heard in enumerate(call.expectations.heard):
        yield from _in_heard(call, ("expectations", "heard", index), heard)
    if call.expectations.minutes:
        yield from _in_minutes(call, call.expectations.minutes)


def _in_heard(call: "CallFile", place: Place, heard: HeardWords) -> Iterator[Wrong]:
    if heard.line is not None and heard.line > len(call.lines):
        reason = f"there is no line {heard.line}"
        yield (*place, "line"), reason, f"Lines are 1 to {len(call.lines)}"
        return
    lines = call.lines if heard.line is None else (call.lines[heard.line - 1],)
    wanted = spoken_words(heard.words)
    if not any(
        line.who == heard.who and find_words(spoken_words(line.say), wanted) is not None
        for line in lines
    ):
        reason = f"{heard.who!r} does not say {heard.words!r} there"
        yield (*place, "words"), reason, "Write words in a row, as they stand in one say:"


def _in_minutes(call: "CallFile", minutes: ExpectedMinutes) -> Iterator[Wrong]:
    place: Place = ("expectations", "minutes")
    names = {participant.name.casefold() for participant in call.participants}
    words: list[tuple[Place, str]] = [
        ((*place, section, index, "words"), planted.words)
        for section in ("decisions", "action_items", "open_questions")
        for index, planted in enumerate(getattr(minutes, section))
    ]
    for section in ("absent", "withdrawn"):
        words += [
            ((*place, section, index), text) for index, text in enumerate(getattr(minutes, section))
        ]
    said = [spoken_words(line.say) for line in call.lines]
    for where, text in words:
        if not any(find_words(line, spoken_words(text)) is not None for line in said):
            reason = f"nobody says {text!r}"
            yield where, reason, "Write words in a row, as they stand in one say:"
    for index, name in enumerate(minutes.absent):
        if name.casefold() in names:
            reason = f"{name!r} takes part in the call"
            yield (*place, "absent", index), reason, "Name somebody who does not"
