"""Tasks and answers as they come in and go out over HTTP."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from token_server.models import answer_config, request_config
from wire.answers import Answer
from wire.tasks import Due, Task, TaskPriority

_TASK = {
    "v": 1,
    "id": "TK_9hQdT3kVbq2u",
    "version": 2,
    "sequence": 14,
    "state": "confirmed",
    "proposes": "create",
    "changes_task_id": None,
    "changes_version": None,
    "what": "send the contract",
    "who": "Ana",
    "due": "2030-01-04",
    "due_spoken": "on Friday",
    "priority": "normal",
    "quote": "Sidenote, remind me to send the contract on Friday",
    "segment_id": "SG_7f21c6",
    "host_identity": "host-3f6c1b2a9d04-0a1b2c3d4e5f6071",
    "created_at_ms": 1893769445000,
    "changed_at_ms": 1893769452000,
}


class TaskList(BaseModel):
    """The tasks of a room's newest meeting, oldest first."""

    model_config = answer_config({"tasks": [_TASK]})

    tasks: list[Task]


class TaskChangeRequest(BaseModel):
    """What is to be different about a task; None: as it is."""

    model_config = request_config({"state": "done"})

    state: Literal["confirmed", "done", "rejected"] | None = None
    """confirmed: to be done, also after it was done; done; rejected: not to be done."""
    what: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """What is to be done."""
    who: Annotated[str, Field(max_length=256)] | None = None
    """Who is to do it; empty: nobody."""
    due: Due | None = None
    """Day, or day and local time, in ISO 8601; empty: none."""
    priority: TaskPriority | None = None
    """How much it matters."""


class AnswerList(BaseModel):
    """What hosts asked in a room's newest meeting, and what was answered, oldest first."""

    model_config = answer_config(
        {
            "answers": [
                {
                    "v": 1,
                    "id": "AN_5cWq8ZkTr1xe",
                    "version": 4,
                    "sequence": 17,
                    "host_identity": "host-3f6c1b2a9d04-0a1b2c3d4e5f6071",
                    "question": "What did Ben say about the price?",
                    "text": "Ben finds 29 euro too much for the whole team.",
                    "complete": True,
                    "quotes": [
                        {
                            "segment_id": "SG_2d90aa",
                            "speaker_identity": "guest-91d2c07be5aa-77f0e1d2c3b4a596",
                            "speaker_name": "Ben",
                            "quote": "29 euro is too much for all of us",
                            "at_ms": 1893769401000,
                        }
                    ],
                    "gaps": "",
                    "spoken": False,
                    "answered_by": "gpt-4o-mini",
                    "read_identities": ["guest-91d2c07be5aa-77f0e1d2c3b4a596"],
                    "asked_at_ms": 1893769445000,
                }
            ]
        }
    )

    answers: list[Answer]
