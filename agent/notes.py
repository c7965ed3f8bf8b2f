"""Keeps what a host wants noted, and shows the tasks: answers that need no question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent.answer_request import quote_of
from agent.answers import MOST_QUOTES, Answers
from records import Store
from transcript_buffer import Segment
from wire.tasks import Task

NOTHING_TO_NOTE: Final = "Nothing was said yet that could be noted."
_BY_NOTE: Final = "note"
_BY_TASKS: Final = "tasks"
_NO_TASKS: Final = "There are no tasks."
_JUST_SAID_SECONDS: Final = 30.0
_MOST_JUST_SAID: Final = 4


class Notes:
    """The notes of one meeting, kept and shown among its answers."""

    def __init__(self, store: Store, room_sid: str, answers: Answers) -> None:
        self._store = store
        self._room_sid = room_sid
        self._answers = answers

    async def note(self, segment: Segment, what: str) -> None:
        """Keep a note.

        Args:
            segment: the host's words.
            what: what is to be noted; empty: what the others have just said.

        Raises:
            StoreUnavailableError: the store is away; nothing was noted.
        """
        quoted = [segment] if what else await self._just_said(segment)
        self._answers.write(
            self._answers.begin(segment.speaker, segment.text),
            text=what or ("Noted." if quoted else NOTHING_TO_NOTE),
            quotes=[quote_of(line, line.text) for line in quoted],
            answered_by=_BY_NOTE,
            complete=True,
        )

    async def show_tasks(self, segment: Segment, tasks: Sequence[Task]) -> None:
        """Show the tasks as the answer to a host's words, open ones first."""
        ordered = sorted(tasks, key=lambda task: task.state == "done")
        lines = [f"{number}. {_line(task)}" for number, task in enumerate(ordered, start=1)]
        self._answers.write(
            self._answers.begin(segment.speaker, segment.text),
            text="\n".join(lines) or _NO_TASKS,
            answered_by=_BY_TASKS,
            complete=True,
        )

    async def _just_said(self, segment: Segment) -> list[Segment]:
        since = segment.start_seconds - _JUST_SAID_SECONDS
        said = [
            line
            for line in await self._store.list_segments(self._room_sid)
            if line.speaker != segment.speaker and since <= line.end_seconds <= segment.end_seconds
        ]
        return said[-min(_MOST_JUST_SAID, MOST_QUOTES) :]


def _line(task: Task) -> str:
    due = task.due and f"by {datetime.fromisoformat(task.due):%a %d %b %Y}"
    marks = [mark for mark in (task.who, due, task.priority) if mark and mark != "normal"]
    done = " (done)" if task.state == "done" else ""
    return task.what + (f" [{', '.join(marks)}]" if marks else "") + done
