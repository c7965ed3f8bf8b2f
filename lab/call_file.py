"""Reads a call file: who speaks when in a scripted call, and what must come of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import Field, ValidationError

from lab.call_checks import CallFileError, contradictions, first_wrong
from lab.call_events import PROVIDER_ACTIONS, SERVER_ACTIONS, Action, Event, Request
from lab.call_parts import (
    EVERYBODY,
    NOBODY,
    Day,
    EspeakVoice,
    Expectations,
    ExpectedMinutes,
    ExpectedTalkingPoint,
    ExpectedTask,
    FliteVoice,
    HeardWords,
    LatencyLimits,
    Line,
    Noise,
    NoiseKind,
    Part,
    Participant,
    Planted,
    PlantedAction,
    Text,
    Voice,
)
from lab.words import find_words, spoken_words
from lab.yaml_places import YamlPlaces, place_text

__all__ = [
    "EVERYBODY",
    "NOBODY",
    "PAUSE_SECONDS",
    "PROVIDER_ACTIONS",
    "SERVER_ACTIONS",
    "Action",
    "CallFile",
    "CallFileError",
    "Day",
    "EspeakVoice",
    "Event",
    "Expectations",
    "ExpectedMinutes",
    "ExpectedTalkingPoint",
    "ExpectedTask",
    "FliteVoice",
    "HeardWords",
    "LatencyLimits",
    "Line",
    "Noise",
    "NoiseKind",
    "Participant",
    "Planted",
    "PlantedAction",
    "Request",
    "Voice",
    "find_words",
    "load_call",
    "parse_call",
    "read_call_text",
    "read_places",
    "spoken_words",
]

PAUSE_SECONDS: Final = 0.6
"""Silence before a line that says neither `at` nor `after`: how soon people answer."""


class CallFile(Part):
    """A scripted call."""

    title: Text
    purpose: Text
    """What the call shows, in a sentence."""
    playbook: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
    """The playbook's file name without its ending."""
    participants: tuple[Participant, ...] = Field(min_length=1)
    lines: tuple[Line, ...] = Field(min_length=1)
    noise: tuple[Noise, ...] = ()
    """Mixed into the microphones, to the end."""
    events: tuple[Event, ...] = ()
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

    def noise_of(self, identity: str) -> tuple[Noise, ...]:
        """Return what the microphone of a participant hears beside the speech."""
        return tuple(noise for noise in self.noise if noise.who in (identity, EVERYBODY))

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

    def event_seconds(
        self, event: Event, starts_seconds: Sequence[float], speech_ends_seconds: Sequence[float]
    ) -> float:
        """Return when an event is due, from the start of the call.

        Args:
            event: one of this call.
            starts_seconds: when each line starts, as `starts_seconds` returns it.
            speech_ends_seconds: when the last word of each line is over, in its own audio.
        """
        due = event.at or 0.0
        if event.with_line is not None:
            due = starts_seconds[event.with_line - 1]
        elif event.after_line is not None:
            number = event.after_line - 1
            due = starts_seconds[number] + speech_ends_seconds[number]
        return max(0.0, due + event.offset_seconds)

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


def load_call(path: Path) -> CallFile:
    """Read and check a call file (UTF-8, YAML).

    Raises:
        CallFileError: the file cannot be read, or is no proper call.
    """
    return parse_call(read_call_text(path), path)


def read_call_text(path: Path) -> str:
    """Return the text of a call file.

    Raises:
        CallFileError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        remedy = "Check the name; the calls that come with the lab are in lab/calls"
        raise CallFileError(path, None, "there is no such file", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Make it a readable file, saved as UTF-8"
        raise CallFileError(path, None, "it cannot be read", remedy) from error


def parse_call(text: str, path: Path) -> CallFile:
    """Check the text of a call file; `path` is what errors call it.

    Raises:
        CallFileError: the text is no proper call.
    """
    places = read_places(text, path)
    try:
        call = CallFile.model_validate(places.content)
    except ValidationError as error:
        raise first_wrong(path, places, error, CallFile) from error
    for place, reason, remedy in contradictions(call):
        raise CallFileError(path, places.line(place), reason, remedy)
    return call


def read_places(text: str, path: Path) -> YamlPlaces:
    """Read the YAML of a call file, with its lines.

    Raises:
        CallFileError: it is not YAML, or a key stands twice.
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
    return places
