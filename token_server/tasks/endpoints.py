"""Routes to list, change and take along the tasks of a room's meeting."""

import logging
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body, Path, Query, Response

from records import Room
from token_server import problems
from token_server.desk import DeskNeeded
from token_server.host_access import HOST_PROBLEMS, HostRoom, find_newest_meeting
from token_server.problems import ProblemError, document
from token_server.tasks.files import FORMATS, make_file
from token_server.tasks.models import TaskChangeRequest, TaskList
from wire.tasks import Task

_log = logging.getLogger(__name__)
_TRIES: Final = 3
"""How often a change is tried when the agent changes the task at the same moment."""

router = APIRouter(prefix="/rooms/{room_name}/tasks", tags=["tasks"], responses=HOST_PROBLEMS)


@router.get("", response_model=TaskList)
async def list_tasks(
    desk: DeskNeeded,
    room: HostRoom,
    format: Annotated[  # noqa: A002 - what the query is called
        Literal["json", "csv", "markdown", "ics"],
        Query(description="json; or a file: csv, markdown (a checklist), ics (for calendars)"),
    ] = "json",
) -> TaskList | Response:
    """List the tasks of the room's newest meeting, oldest first.

    Files hold only what a host has confirmed.
    """
    meeting = await find_newest_meeting(desk, room)
    tasks = await desk.store.list_tasks(meeting.room_sid) if meeting else []
    if format == "json":
        return TaskList(tasks=tasks)
    kind = FORMATS[format]
    return Response(
        make_file(format, tasks, room_name=room.name),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="tasks-{room.name}.{kind.ending}"'},
    )


@router.patch(
    "/{task_id}",
    responses=document(problems.TASK_NOT_FOUND, problems.TASK_CONFLICT, problems.NOT_JSON),
)
async def change_task(
    desk: DeskNeeded,
    room: HostRoom,
    task_id: Annotated[str, Path(max_length=64, description="id of the task")],
    wanted: Annotated[TaskChangeRequest, Body()],
) -> Task:
    """Change a task, confirm or reject a proposed one, or say that it is done.

    The hosts in the call see it within some seconds.
    """
    meeting = await find_newest_meeting(desk, room)
    for _ in range(_TRIES):
        task = await desk.store.find_task(meeting.room_sid, task_id) if meeting else None
        if meeting is None or task is None:
            raise ProblemError(
                problems.TASK_NOT_FOUND,
                "the room's newest meeting has no such task",
                f"GET /rooms/{room.name}/tasks lists its tasks",
            )
        changed = _changed(task, wanted, desk.clock())
        if await desk.store.put_task(meeting.room_sid, changed):
            _log.info("task of room %s changed", room.name)
            return changed
    raise _conflict(room, "somebody else changes the task at the same time")


def _changed(task: Task, wanted: TaskChangeRequest, now_ms: int) -> Task:
    if task.changes_task_id is not None:
        raise ProblemError(
            problems.TASK_CONFLICT,
            "this is a proposal to change another task",
            "confirm or reject it in the call, or change that task",
        )
    if task.state == "rejected":
        raise ProblemError(
            problems.TASK_CONFLICT, "the task was rejected", "it cannot be changed any more"
        )
    fields = wanted.model_dump(exclude_none=True)
    if "due" in fields:
        fields["due_spoken"] = ""  # the words spoken say something else
    return task.model_copy(update={**fields, "version": task.version + 1, "changed_at_ms": now_ms})


def _conflict(room: Room, detail: str) -> ProblemError:
    return ProblemError(
        problems.TASK_CONFLICT, detail, f"GET /rooms/{room.name}/tasks and try again"
    )
