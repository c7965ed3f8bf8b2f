"""Reads a call file: who speaks when in a scripted call, and what must come of it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, model_validator

from lab.yaml_places import Place, YamlPlaces, place_text

PAUSE_SECONDS: Final = 0.6
"""Silence before a line that says neither `at` nor `after`: how soon people answer."""

Voice = Literal["slt", "rms"]
"""A flite voice: slt is a woman, rms a man."""

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Small letters, digits and single hyphens: it names files and identities."""

_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


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


class _Part(BaseModel):
    """A part of a call file: unknown fields are refused, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Participant(_Part):
    """Someone in the call."""

    identity: Name
    """Who he is to the media server."""
    name: Text
    """What the others see."""
    role: Literal["host", "guest"]
    """Hosts see talking points, guests never do."""
    voice: Voice
    """Who speaks his lines."""


class Line(_Part):
    """One thing said."""

    who: Name
    """Identity of the speaker."""
    at: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Seconds from the start of the call; None: it follows the line before."""
    after: float | None = Field(default=None, allow_inf_nan=False)
    """Seconds after the end of the line before, negative to overlap; None: `PAUSE_SECONDS`."""
    say: Text
    """The words."""

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if self.at is not None and self.after is not None:
            raise ValueError("a line has either at or after, not both")
        return self


class ExpectedTalkingPoint(_Part):
    """A talking point that the host must see once."""

    rule: Name
    """Id of the playbook's rule."""
    line: StrictInt | Text
    """What triggers it: the number of a line, counted from 1, or words said in one line only."""
    within_seconds: float = Field(gt=0, allow_inf_nan=False)
    """From the end of the triggering words until the host has it."""


class Expectations(_Part):
    """What must come of the call."""

    talking_points: tuple[ExpectedTalkingPoint, ...] = ()


class CallFile(_Part):
    """A scripted call."""

    title: Text
    purpose: Text
    """What the call shows, in a sentence."""
    playbook: Name
    """The playbook's file name without its ending."""
    participants: tuple[Participant, ...] = Field(min_length=1)
    lines: tuple[Line, ...] = Field(min_length=1)
    expectations: Expectations = Expectations()

    def participant(self, identity: str) -> Participant:
        """Return the participant of this identity.

        Raises:
            KeyError: nobody in this call has it.
        """
        for participant in self.participants:
            if participant.identity == identity:
                return participant
        raise KeyError(identity)

    def starts_seconds(self, durations_seconds: Sequence[float]) -> list[float]:
        """Return when each line starts, from the start of the call.

        Args:
            durations_seconds: how long each line lasts, in the order of the lines.
        """
        starts: list[float] = []
        end = 0.0
        for line, duration in zip(self.lines, durations_seconds, strict=True):
            pause = PAUSE_SECONDS if line.after is None else line.after
            # An overlap longer than what came before would begin before the call does.
            starts.append(line.at if line.at is not None else max(0.0, end + pause))
            end = starts[-1] + duration
        return starts

    def lines_meant(self, expected: ExpectedTalkingPoint) -> list[int]:
        """Return the indexes, from 0, of the lines that an expectation may mean."""
        if isinstance(expected.line, int):
            return [expected.line - 1] if 1 <= expected.line <= len(self.lines) else []
        wanted = spoken_words(expected.line)
        return [
            index
            for index, line in enumerate(self.lines)
            if find_words(spoken_words(line.say), wanted) is not None
        ]


def spoken_words(text: str) -> list[str]:
    """Return the words of a text in small letters, without signs."""
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def find_words(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Return where `wanted` first stands in a row in `words`, from 0; None: nowhere."""
    for start in range(len(words) - len(wanted) + 1 if wanted else 0):
        if list(words[start : start + len(wanted)]) == list(wanted):
            return start
    return None


def load_call(path: Path) -> CallFile:
    """Read and check a call file (UTF-8, YAML).

    Raises:
        CallFileError: the file cannot be read, or is no proper call.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        remedy = "Check the name; the calls that come with the lab are in lab/calls"
        raise CallFileError(path, None, "there is no such file", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Make it a readable file, saved as UTF-8"
        raise CallFileError(path, None, "it cannot be read", remedy) from error
    return parse_call(text, path)


def parse_call(text: str, path: Path) -> CallFile:
    """Check the text of a call file; `path` is what errors call it.

    Raises:
        CallFileError: the text is no proper call.
    """
    try:
        places = YamlPlaces.of(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        remedy = "Mend it there or in the line before; quote a text that holds ': ' or ' #'"
        reason = f"it is not YAML ({error.problem})"
        raise CallFileError(path, mark.line + 1 if mark else None, reason, remedy) from error
    except yaml.YAMLError as error:
        remedy = "Remove the characters that cannot be printed"
        raise CallFileError(path, None, "it is not YAML", remedy) from error
    for place, key in places.doubled:
        remedy = "Keep one of the two"
        reason = f"{place_text((*place, key))} stands twice"
        raise CallFileError(path, places.line((*place, key)), reason, remedy)
    try:
        call = CallFile.model_validate(places.content)
    except ValidationError as error:
        raise _first_wrong(path, places, error) from error
    for place, reason, remedy in _contradictions(call):
        raise CallFileError(path, places.line(place), reason, remedy)
    return call


_FIELDS: Final[dict[Place, type[BaseModel]]] = {
    (): CallFile,
    ("participants",): Participant,
    ("lines",): Line,
    ("expectations",): Expectations,
    ("expectations", "talking_points"): ExpectedTalkingPoint,
}


def _first_wrong(path: Path, places: YamlPlaces, error: ValidationError) -> CallFileError:
    # An unknown field is told first: a field missing beside it is most often the same mistake.
    wrong = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")[0]
    place: Place = wrong["loc"]
    if wrong["type"] != "missing":
        place = places.nearest(place)  # pydantic adds the branch of a union that was tried
    name = place_text(place)
    match wrong["type"]:
        case "extra_forbidden":
            parent = tuple(part for part in place[:-1] if isinstance(part, str))
            known = ", ".join(_FIELDS[parent].model_fields)
            reason, remedy = f"there is no field {name}", f"Fields here are: {known}"
        case "missing":
            reason, remedy = f"{name} is missing", f"Add {place[-1]}:"
        case "value_error":
            reason, remedy = f"{name}: {wrong['ctx']['error']}", "Remove one of the two"
        case "string_pattern_mismatch" if "a-z" in wrong["ctx"]["pattern"]:
            remedy = "Use small letters, digits and single hyphens"
            reason = f"{name} cannot be used as a name"
        case _:
            told = wrong["msg"][:1].lower() + wrong["msg"][1:]
            reason, remedy = f"{name}: {told}", "Change its value"
    return CallFileError(path, places.line(place), reason, remedy)


def _contradictions(call: CallFile) -> Iterator[tuple[Place, str, str]]:
    seen: set[str] = set()
    for index, participant in enumerate(call.participants):
        if participant.identity in seen:
            reason = f"the identity {participant.identity!r} is taken"
            yield ("participants", index, "identity"), reason, "Give each one his own"
        seen.add(participant.identity)
    for index, line in enumerate(call.lines):
        if line.who not in seen:
            reason = f"{line.who!r} is no participant"
            yield ("lines", index, "who"), reason, f"Participants are: {', '.join(sorted(seen))}"
    for index, expected in enumerate(call.expectations.talking_points):
        count = len(call.lines_meant(expected))
        if count != 1:
            reason = f"{expected.line!r} means {count or 'no'} lines"
            remedy = f"Write a line's number, 1 to {len(call.lines)}, or words that one line has"
            yield ("expectations", "talking_points", index, "line"), reason, remedy
