"""Hears the hosts' commands and sees to them, one after the other.

Only a host's own final that begins with the wake word is a command. The role is the one that the
token server sealed into the speaker's identity; what guests say, and what stands in names, briefs
and answers, never comes here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from agent.commands.command import Command, Speaking
from agent.commands.mentioned import find_task
from agent.commands.reading import CommandReader
from agent.commands.wake_word import Called, WakeWord
from agent.refusals import RefusedError
from agent.tasks import Tasks, TooManyProposalsError, Wish
from records import StoreUnavailableError
from transcript_buffer import Segment
from wire.coverage import Notice
from wire.tasks import Task

logger = logging.getLogger("sidenote.commands")

WAITING_COMMANDS: Final = 4
"""Commands that may wait; with more, the newest is refused, and the host is told."""
PAUSE_AFTER_WAKE_WORD_SECONDS: Final = 6.0
"""How long after the wake word alone the command may begin."""
FINISH_SECONDS: Final = 3.0
"""How long the end of a call waits for the command that was said last."""
_SUMMARIZE: Final = "Summarize this call so far."


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandActs:
    """What commands set off beside tasks. Each may raise `StoreUnavailableError`."""

    pause: Callable[[], Awaitable[object]]
    resume: Callable[[], Awaitable[object]]
    mute: Callable[[], Awaitable[object]]
    unmute: Callable[[], Awaitable[object]]
    ask: Callable[[str, str, bool], object]
    """Takes the host's identity, the question, and whether it is answered aloud."""
    write_minutes: Callable[[], object]
    """Has the minutes written as far as the call has come."""
    say_again: Callable[[str], Awaitable[object]]
    """Says the last answer to a host aloud; takes the host's identity."""
    note: Callable[[Segment, str], Awaitable[object]]
    """Keeps a note; takes the host's words and what is to be noted, empty: what was just said."""
    show_tasks: Callable[[Segment, Sequence[Task]], Awaitable[object]]
    """Shows the tasks to the hosts; takes the host's words."""


@dataclass(frozen=True, slots=True)
class _Order:
    segment: Segment
    called: Called


class _NotFollowedError(Exception):
    """A command cannot be followed; the text tells the host why, and holds nothing said."""


class Commands:
    """The voice commands of one call."""

    def __init__(
        self,
        *,
        wake_word: WakeWord,
        reader: CommandReader,
        tasks: Tasks,
        acts: CommandActs,
        people: Callable[[], Sequence[str]],
        tell: Callable[[Notice], None],
        zone: tzinfo,
    ) -> None:
        """Wait for commands.

        Args:
            wake_word: what they begin with.
            reader: understands them.
            tasks: of this call.
            acts: what else they set off.
            people: returns the display names of everybody in the call.
            tell: tells the hosts of a command that is not followed.
            zone: the time zone of dates that are spoken.
        """
        self._wake_word = wake_word
        self._reader = reader
        self._tasks = tasks
        self._acts = acts
        self._people = people
        self._tell = tell
        self._zone = zone
        self._orders: asyncio.Queue[_Order] = asyncio.Queue(WAITING_COMMANDS)
        self._following: _Order | None = None
        self._called_at: dict[str, float] = {}
        """When a host has said the wake word and nothing else; by identity."""

    def hear(self, segment: Segment) -> None:
        """Take what is a command; everything else is meant for the people in the call."""
        if segment.role != "host" or not segment.final:
            return
        called = self._wake_word.hear(segment.text)
        called_at = self._called_at.pop(segment.speaker, None)
        if called is None and called_at is not None:
            waited_seconds = segment.start_seconds - called_at
            if waited_seconds <= PAUSE_AFTER_WAKE_WORD_SECONDS:
                called = Called(segment.text, by_sound=True)
        if called is None:
            return
        if not called.rest:
            self._called_at[segment.speaker] = segment.end_seconds
            return
        try:
            self._orders.put_nowait(_Order(segment, called))
        except asyncio.QueueFull:
            self._refuse(segment, "Too many commands wait; say it again in a moment.")

    async def erase_speaker(self, identity: str) -> None:
        """Forget the commands of a participant that were not carried out yet."""
        if self._following and self._following.segment.speaker == identity:
            self._following = None
        orders = [self._orders.get_nowait() for _ in range(self._orders.qsize())]
        for order in orders:
            self._orders.task_done()
            if order.segment.speaker != identity:
                self._orders.put_nowait(order)

    async def run(self) -> None:
        """See to commands until cancelled."""
        while True:
            order = self._following = await self._orders.get()
            try:
                await self._see_to(order)
            finally:
                self._orders.task_done()

    async def finish(self) -> None:
        """Let `run` see to what was said last; gives up after some seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self._orders.join()

    async def _see_to(self, order: _Order) -> None:
        segment = order.segment
        try:
            await self._follow(order)
        except _NotFollowedError as error:
            self._refuse(segment, str(error))
        except RefusedError as error:
            self._refuse(segment, str(error))
        except TooManyProposalsError:
            self._refuse(segment, "Many tasks wait for a word; confirm or reject some first.")
        except StoreUnavailableError:
            self._refuse(segment, "The store is away, so nothing was done; say it again.")

    async def _follow(self, order: _Order) -> None:
        segment = order.segment
        spoken_at = datetime.fromtimestamp(segment.start_seconds, self._zone)
        speaking = Speaking(host_name=segment.name, people=tuple(self._people()))
        command = await self._reader.read(order.called.rest, speaking, spoken_at)
        if self._following is not order:
            return  # its speaker's words were erased meanwhile
        if command is None:
            if order.called.by_sound:
                return  # nobody may have called
            raise _NotFollowedError("A command was heard and not understood.")
        logger.info("a host's command", extra={"intent": command.intent})
        await self._carry_out(command, segment)

    async def _carry_out(self, command: Command, segment: Segment) -> None:
        host = segment.speaker
        match command.intent:
            case "task_create" | "task_complete" | "task_change":
                await self._propose(command, segment)
            case "task_list":
                await self._acts.show_tasks(segment, await self._tasks.list())
            case "note":
                await self._acts.note(segment, command.what)
            case "summarize":
                # The answer comes at once, and the minutes behind it.
                self._acts.ask(host, _SUMMARIZE, False)
                self._acts.write_minutes()
            case "ask":
                self._acts.ask(host, command.what, command.aloud)
            case "pause":
                await self._acts.pause()
            case "resume":
                await self._acts.resume()
            case "mute":
                await self._acts.mute()
            case "speak":
                await self._acts.unmute()
                await self._acts.say_again(host)

    async def _propose(self, command: Command, segment: Segment) -> None:
        if command.intent == "task_create":
            wish = Wish(
                what=command.what,
                who=command.who,
                due=command.due,
                due_spoken=command.due_spoken,
                priority=command.priority or "normal",
            )
        else:
            tasks = await self._tasks.list()
            meant = find_task(command.about, [one for one in tasks if one.state == "confirmed"])
            if meant is None:
                raise _NotFollowedError("No open task, or more than one, is called that.")
            wish = _changed(meant, command)
        await self._tasks.propose(wish, segment)

    def _refuse(self, segment: Segment, why: str) -> None:
        self._tell(
            Notice(
                id=f"command_refused:{segment.id}",
                reason="command_refused",
                identity=segment.speaker,
                text=why,
                at_ms=round(segment.end_seconds * 1000),
            )
        )


def _changed(task: Task, command: Command) -> Wish:
    return Wish(
        proposes="complete" if command.intent == "task_complete" else "change",
        changes=task,
        what=command.what or task.what,
        who=command.who or task.who,
        due=command.due or task.due,
        due_spoken=command.due_spoken or task.due_spoken,
        priority=command.priority or task.priority,
    )
