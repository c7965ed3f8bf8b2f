"""Confirmed tasks as files: for spreadsheets, for notes, for calendars."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from icalendar import Calendar, Todo

from wire.tasks import Task

_COLUMNS: Final = ("what", "who", "due", "priority", "state", "quote", "id")
_PRIORITIES: Final = {"high": 1, "normal": 5, "low": 9}
"""As RFC 5545 counts them."""
# A spreadsheet takes a cell that begins with one of these for a formula, whoever wrote it. Where
# a comma is the decimal point, a cell begins behind a semicolon, too.
_FORMULA: Final = re.compile(r"^(?=[=+\-@\t\r])|(?<=;)(?=\s*[=+\-@])")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file."""

    media_type: str
    ending: str
    make: Callable[[Sequence[Task], str], str]
    """Takes the tasks and the name of the room."""


def make_file(kind: str, tasks: Sequence[Task], *, room_name: str) -> str:
    """Return the file of what hosts have agreed to: proposals are left out."""
    return FORMATS[kind].make([task for task in tasks if task.is_agreed], room_name)


def _csv(tasks: Sequence[Task], _: str) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(str(getattr(task, name))) for name in _COLUMNS] for task in tasks)
    return file.getvalue()


def _cell(text: str) -> str:
    return _FORMULA.sub("'", text)


def _markdown(tasks: Sequence[Task], room_name: str) -> str:
    lines = [f"# Tasks of {room_name}", ""]
    for task in tasks:
        box = "x" if task.state == "done" else " "
        details = [task.who, task.due and f"by {task.due.replace('T', ' ')}"]
        details.append("" if task.priority == "normal" else f"{task.priority} priority")
        shown = ", ".join(_plain(detail) for detail in details if detail)
        lines.append(f"- [{box}] {_plain(task.what)}" + (f" ({shown})" if shown else ""))
    return "\n".join([*lines, ""])


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is: no link, no picture, no HTML."""
    one_line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|!" else char for char in one_line)


def _calendar(tasks: Sequence[Task], room_name: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", "-//Sidenote//tasks//EN")
    calendar.add("version", "2.0")
    for task in tasks:
        todo = Todo()
        todo.add("uid", f"{task.id}@sidenote")
        todo.add("dtstamp", _utc(task.changed_at_ms))
        todo.add("created", _utc(task.created_at_ms))
        todo.add("summary", f"{task.what} ({task.who})" if task.who else task.what)
        todo.add("description", f"{room_name}: {task.quote}" if task.quote else room_name)
        todo.add("priority", _PRIORITIES[task.priority])
        todo.add("status", "COMPLETED" if task.state == "done" else "NEEDS-ACTION")
        if task.due:
            # Without a time zone: whoever reads it means their own clock, as the speaker did.
            moment = datetime.fromisoformat(task.due)
            due: date = moment if "T" in task.due else moment.date()
            todo.add("due", due)
        calendar.add_component(todo)
    text: bytes = calendar.to_ical()
    return text.decode()


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)


FORMATS: Final = {
    "csv": FileKind("text/csv; charset=utf-8", "csv", _csv),
    "markdown": FileKind("text/markdown; charset=utf-8", "md", _markdown),
    "ics": FileKind("text/calendar; charset=utf-8", "ics", _calendar),
}
"""Every kind of file, by the name that the query gives it."""
