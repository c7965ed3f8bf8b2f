"""Reads a call file and remarks on what is allowed, and still likely a mistake."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.call_file import (
    CallFile,
    CallFileError,
    parse_call,
    read_call_text,
    read_places,
)
from lab.lint_checks import (
    Noticed,
    missing_files,
    silent_participants,
    unexpected_talking_points,
    unlikely_talking_points,
    unlikely_tasks,
    unusual_events,
    unusual_lines,
    unusual_requests,
)
from lab.playbook_rules import PlaybookRulesError, read_playbook_rules
from lab.timetable import make_timetable
from lab.voices import VoiceError, VoiceIndex, read_index, voices_folder
from lab.yaml_places import YamlPlaces

PLAYBOOKS: Final = Path("playbooks")
"""Where the worker looks for playbooks, unless it is told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about a call file that its author should know."""

    file: Path
    line: int | None
    """Counted from 1; None: no line is to blame."""
    reason: str
    remedy: str
    is_error: bool
    """Whether the call cannot be played; else it can, perhaps with a result that surprises."""

    def __str__(self) -> str:
        where = str(self.file) if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.reason}. {self.remedy}."


def lint_call(path: Path, playbooks: Path = PLAYBOOKS) -> list[Remark]:
    """Check a call file; return what is to be said about it, in the order of its lines.

    Args:
        path: the call file.
        playbooks: the folder of the playbooks.
    """
    try:
        text = read_call_text(path)
        places = read_places(text, path)
        call = parse_call(text, path)
    except CallFileError as error:
        return [
            Remark(
                file=path,
                line=error.line,
                reason=error.reason,
                remedy=error.remedy,
                is_error=True,
            )
        ]
    remarks = [
        *_remarks(path, places, missing_files(call, path.parent), is_error=True),
        *_remarks(path, places, _noticed(call, path, playbooks), is_error=False),
    ]
    return sorted(remarks, key=lambda remark: (not remark.is_error, remark.line or 0))


def _remarks(
    path: Path, places: YamlPlaces, noticed: Iterator[Noticed], *, is_error: bool
) -> Iterator[Remark]:
    for place, reason, remedy in noticed:
        line = places.line(place) if place else None
        yield Remark(file=path, line=line, reason=reason, remedy=remedy, is_error=is_error)


def _noticed(call: CallFile, path: Path, playbooks: Path) -> Iterator[Noticed]:
    voices = VoiceIndex()
    try:
        voices = read_index(voices_folder(path))
    except VoiceError as error:
        yield (), str(error), "Then run: python -m lab render " + str(path)
    timetable = make_timetable(call, voices)
    yield from silent_participants(call)
    yield from unusual_lines(call, timetable, voices)
    yield from unusual_events(call, timetable)
    yield from unusual_requests(call, timetable)
    yield from unlikely_tasks(call)
    try:
        rules = read_playbook_rules(playbooks / f"{call.playbook}.yaml")
    except PlaybookRulesError as error:
        yield ("playbook",), str(error), f"Name a file of {playbooks}, without its ending"
        return
    yield from unlikely_talking_points(call, rules)
    yield from unexpected_talking_points(call, rules)
