"""Waits for the minutes of a call that was played, and prints them."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from lab.front_desk import FrontDesk
from lab.recording import Recording
from wire.minutes import ActionItem, Minutes, MinutesLine

PATIENCE_SECONDS: Final = 60.0
"""A model that never answers is waited for too."""
_LOOK_SECONDS: Final = 0.25


async def wait_for_minutes(desk: FrontDesk, recording: Recording) -> None:
    """Note the minutes of the whole meeting, as soon as they are there.

    Raises:
        PlayError: the token server is away, or refused.
    """
    ended = time.monotonic()
    while (waited := time.monotonic() - ended) < PATIENCE_SECONDS:
        minutes = await desk.find_minutes(recording.room_sid)
        if minutes and minutes.state == "final":
            recording.minutes = minutes
            recording.minutes_wait_seconds = round(waited, 1)
            return
        await asyncio.sleep(_LOOK_SECONDS)


def print_minutes(minutes: Minutes, console: Console | None = None) -> None:
    """Print what people read first: title, summary, decisions, who does what, what is open."""
    console = console or Console(highlight=False)
    writers = ", ".join(minutes.written_by) or "no model: lines of the transcript, by rules"
    console.print()
    console.print(Text(f"Minutes: {minutes.title}", style="bold"))
    console.print(Text(f"written by {writers}", style="dim"))
    if minutes.summary:
        console.print()
        console.print(Text(" ".join(line.text for line in minutes.summary)))
    _print_lines("Decisions", minutes.decisions, console)
    _print_lines("Action items", minutes.action_items, console)
    _print_lines("Open questions", minutes.open_questions, console)
    for text in (minutes.coverage, minutes.consent):
        if text:
            console.print()
            console.print(Text(text, style="dim"))


def _print_lines(title: str, lines: Sequence[MinutesLine], console: Console) -> None:
    if not lines:
        return
    console.print()
    console.print(Text(title, style="bold"))
    for line in lines:
        owed = _owed(line) if isinstance(line, ActionItem) else ""
        console.print(Text(f"  • {owed}{line.text}"))
        console.print(Text(f'    "{line.evidence[0].quote}"', style="dim"))


def _owed(item: ActionItem) -> str:
    told = ", ".join(part for part in (item.owner_name, item.due and f"due {item.due}") if part)
    return f"{told}: " if told else ""
