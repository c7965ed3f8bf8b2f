"""The tasks of one meeting: proposed by what a host says, and done only when a host confirms.

The store is the one place that knows them, because the token server changes them too; what is
new there is numbered and sent to the hosts from here.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from livekit.agents.utils import shortuuid

from agent.ears import Clock
from agent.publisher import Publisher
from agent.refusals import ConflictError, NotFoundError
from records import Store, StoreUnavailableError
from transcript_buffer import Segment
from wire.controls import TaskConfirmRequest
from wire.tasks import TASK, Task, TaskChange, TaskPriority

logger = logging.getLogger("sidenote.tasks")

LOOK_SECONDS: Final = 2.0
"""Between two looks at the store for what was changed over HTTP."""
MOST_PROPOSED: Final = 20
"""Proposals that wait for a host at the same time; with more, the newest is refused."""
_CHANGEABLE: Final = ("what", "who", "due", "due_spoken", "priority")
_LONGEST_WHAT: Final = 500
_LONGEST_SPOKEN: Final = 120
_LONGEST_QUOTE: Final = 4000


class TooManyProposalsError(Exception):
    """So many proposals wait for a host that no more are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a host wants with a task, as it was understood."""

    proposes: TaskChange = "create"
    changes: Task | None = None
    """The task to change or to complete; None: a new one."""
    what: str
    who: str = ""
    due: str = ""
    due_spoken: str = ""
    priority: TaskPriority = "normal"


class Tasks:
    """Proposes tasks, takes the hosts' word on them, and tells the hosts of every change."""

    def __init__(self, *, store: Store, room_sid: str, publisher: Publisher, now: Clock) -> None:
        self._store = store
        self._room_sid = room_sid
        self._publisher = publisher
        self._now = now
        self._news = asyncio.Event()
        self._on_the_way: dict[str, int] = {}
        """Versions that were given to the publisher and are not sent yet, by id."""

    async def run(self) -> None:
        """Send what has changed, from here or over HTTP, until cancelled."""
        while True:
            try:
                await self.announce()
            except StoreUnavailableError as error:
                logger.warning("tasks cannot be read", extra={"error": str(error)})
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def announce(self) -> None:
        """Send every version that the hosts have not been sent."""
        self._news.clear()
        tasks = await self._store.list_unannounced_tasks(self._room_sid)
        for task in tasks:
            if self._on_the_way.get(task.id) == task.version:
                continue
            self._publisher.publish_numbered(
                TASK,
                task.id,
                make=_numbered(task),
                keep=self._keep,
                rests_on=frozenset({task.host_identity} if task.segment_id else ()),
            )
        self._on_the_way = {task.id: task.version for task in tasks}

    async def _keep(self, task: Task) -> None:
        await self._store.announce_task(self._room_sid, task)

    async def list(self) -> list[Task]:
        """Return the tasks that hosts have agreed to, oldest first: open ones and done ones.

        Raises:
            StoreUnavailableError: the store is away.
        """
        tasks = await self._store.list_tasks(self._room_sid)
        return [task for task in tasks if task.is_agreed]

    async def propose(self, wish: Wish, segment: Segment) -> Task:
        """Ask the hosts whether to do what one of them has said.

        Args:
            wish: what is to be done.
            segment: the host's words.

        Raises:
            TooManyProposalsError: too many wait already.
            StoreUnavailableError: the store is away; nothing was proposed.
        """
        tasks = await self._store.list_tasks(self._room_sid)
        if sum(task.state == "proposed" for task in tasks) >= MOST_PROPOSED:
            raise TooManyProposalsError
        now_ms = self._now_ms()
        task = Task(
            id=shortuuid("TK_"),
            version=1,
            sequence=1,  # counts once it is sent
            state="proposed",
            proposes=wish.proposes,
            changes_task_id=wish.changes.id if wish.changes else None,
            changes_version=wish.changes.version if wish.changes else None,
            what=wish.what[:_LONGEST_WHAT],
            who=wish.who,
            due=wish.due,
            due_spoken=wish.due_spoken[:_LONGEST_SPOKEN],
            priority=wish.priority,
            quote=segment.text[:_LONGEST_QUOTE],
            segment_id=segment.id,
            host_identity=segment.speaker,
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        await self._store.put_task(self._room_sid, task)
        self._news.set()
        return task

    async def confirm(self, request: TaskConfirmRequest) -> str:
        """Do what a task proposes, with the host's corrections; return the id of the task done.

        Raises:
            NotFoundError: there is no such task, or the one that it changes is gone.
            ConflictError: it is not proposed any more, or the task that it changes was changed
                meanwhile: nothing of that is overwritten.
            StoreUnavailableError: the store is away; confirm again.
        """
        proposal = await self._get_proposed(request.id)
        corrected = request.model_dump(include={"what", "who", "due", "priority"})
        fields = {key: value for key, value in corrected.items() if value is not None}
        if fields.get("due", proposal.due) != proposal.due:
            fields["due_spoken"] = ""  # the words spoken say something else
        if proposal.changes_task_id is None:
            await self._change(proposal, state="confirmed", **fields)
            return proposal.id
        target = await self._get(proposal.changes_task_id)
        # First the target: if the store goes away in between, confirming again does no harm.
        if proposal.proposes == "complete":
            await self._change(target, state="done")
        else:
            wanted = proposal.model_copy(update=fields)
            await self._overwrite(target, wanted.model_dump(include=set(_CHANGEABLE)), proposal)
        await self._change(proposal, state="done", **fields)
        return target.id

    async def reject(self, task_id: str) -> None:
        """Forget what a task proposes.

        Raises:
            NotFoundError: there is no such task.
            ConflictError: it is not proposed any more.
            StoreUnavailableError: the store is away.
        """
        await self._change(await self._get_proposed(task_id), state="rejected")

    async def erase_speaker(self, identity: str) -> None:
        """Forget what a host's spoken tasks say, and tell the hosts so.

        Raises:
            StoreUnavailableError: nothing was erased, or traces are left; erase again.
        """
        await self._store.erase_spoken_tasks(self._room_sid, identity)
        self._news.set()

    async def _overwrite(self, target: Task, wanted: Mapping[str, object], proposal: Task) -> None:
        """Change a task, if it is as it was when the change was proposed."""
        if target.model_dump(include=set(_CHANGEABLE)) == wanted:
            return  # by an earlier confirmation that was not done with the proposal
        if proposal.changes_version not in {None, target.version}:
            raise ConflictError(
                "the task was changed after this was proposed; look at it, reject this and say it "
                "again if it still holds"
            )
        await self._change(target, **wanted)

    async def _change(self, task: Task, **fields: object) -> None:
        changed = task.model_copy(
            update={**fields, "version": task.version + 1, "changed_at_ms": self._now_ms()}
        )
        if not await self._store.put_task(self._room_sid, changed):
            raise ConflictError("somebody else has just changed the task; look at it again")
        self._news.set()

    async def _get_proposed(self, task_id: str) -> Task:
        task = await self._get(task_id)
        if task.state != "proposed":
            raise ConflictError("the task was confirmed or rejected already")
        return task

    async def _get(self, task_id: str) -> Task:
        task = await self._store.find_task(self._room_sid, task_id)
        if task is None:
            raise NotFoundError("this meeting has no such task")
        return task

    def _now_ms(self) -> int:
        return round(self._now() * 1000)


def _numbered(task: Task) -> Callable[[int], Task]:
    return lambda sequence: task.model_copy(update={"sequence": sequence})
