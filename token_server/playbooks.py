"""Routes to playbooks that the workers use beside their files, at once and in running calls."""

import asyncio
import logging
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from playbook.file import PlaybookError, parse_playbook
from records.playbooks import HeldPlaybook, TooManyPlaybooksError
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.desk import DeskNeeded
from token_server.guards import PLAYBOOK_KINDS
from token_server.models import answer_config
from token_server.problems import KEY_PROBLEMS, ProblemError, document
from token_server.times import to_time

_log = logging.getLogger(__name__)

MOST_PLAYBOOKS: Final = 100
_PLAYBOOK: Final[dict[str, Any]] = {
    "name": "sales",
    "title": "Sales calls",
    "rules": 12,
    "version": 3,
    "changed_at": "2030-01-04T09:30:45Z",
}
_YAML: Final = "application/yaml"

router = APIRouter(
    prefix="/playbooks", tags=["playbooks"], dependencies=[RoomsAllowed], responses=KEY_PROBLEMS
)

# As in POST /rooms and in the names of the worker's files.
PlaybookName = Annotated[
    str, Path(pattern=r"^[a-z0-9_-]{1,64}$", description="as of a file, without its ending")
]


class KnownPlaybook(BaseModel):
    """A playbook that was given over HTTP."""

    model_config = answer_config(_PLAYBOOK)

    name: str
    """What rooms and hosts call it; it goes before a file of the worker's of the same name."""
    title: str
    """What it calls itself."""
    rules: int
    """How many rules it has."""
    version: int
    """Grows with every change."""
    changed_at: datetime


class PlaybookList(BaseModel):
    """The playbooks that were given over HTTP, by name; the workers' files are not among them."""

    model_config = answer_config({"playbooks": [_PLAYBOOK]})

    playbooks: list[KnownPlaybook]


@router.get("")
async def list_playbooks(desk: DeskNeeded) -> PlaybookList:
    """List the playbooks that were given here."""
    held = await desk.store.list_playbooks()
    return PlaybookList(playbooks=await asyncio.to_thread(lambda: [_describe(one) for one in held]))


@router.get(
    "/{name}",
    response_class=Response,
    responses=document(problems.PLAYBOOK_NOT_FOUND) | {200: {"content": {_YAML: {}}}},
)
async def get_playbook(desk: DeskNeeded, name: PlaybookName) -> Response:
    """Give a playbook as it was given."""
    held = await desk.store.find_playbook(name)
    if held is None:
        raise _not_found()
    return Response(held.text, media_type=_YAML, headers={"ETag": f'"{held.version}"'})


@router.put(
    "/{name}",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": "string"}} for kind in sorted(PLAYBOOK_KINDS)},
        }
    },
    responses=document(
        problems.PLAYBOOK_UNUSABLE,
        problems.PLAYBOOKS_FULL,
        problems.NOT_PLAYBOOK,
        problems.TOO_LARGE,
    ),
)
async def put_playbook(desk: DeskNeeded, name: PlaybookName, request: Request) -> KnownPlaybook:
    """Keep a playbook (YAML), in place of an older one of its name.

    Calls that use it follow within seconds; a talking point that is shown stays.
    """
    try:
        text = (await request.body()).decode("utf-8-sig")
        await asyncio.to_thread(parse_playbook, text, name)
    except UnicodeDecodeError:
        raise _unusable("it is not UTF-8", "save it as UTF-8") from None
    except PlaybookError as error:
        place = f"line {error.line}: " if error.line else ""
        raise _unusable(f"{place}{error.reason}", error.remedy) from None
    try:
        held = await desk.store.put_playbook(name, text, now_ms=desk.clock(), most=MOST_PLAYBOOKS)
    except TooManyPlaybooksError:
        raise ProblemError(
            problems.PLAYBOOKS_FULL,
            f"there are {MOST_PLAYBOOKS} playbooks",
            "DELETE /playbooks/<name> one of them first",
        ) from None
    _log.info("playbook %s is in its version %d", name, held.version)
    return await asyncio.to_thread(_describe, held)


@router.delete("/{name}", status_code=204, responses=document(problems.PLAYBOOK_NOT_FOUND))
async def delete_playbook(desk: DeskNeeded, name: PlaybookName) -> None:
    """Forget a playbook; a file of its name counts again, and calls without one keep its rules."""
    if not await desk.store.delete_playbook(name):
        raise _not_found()
    _log.info("playbook %s deleted", name)


def _describe(one: HeldPlaybook) -> KnownPlaybook:
    playbook = parse_playbook(one.text, one.name)
    return KnownPlaybook(
        name=one.name,
        title=playbook.name,
        rules=len(playbook.rules),
        version=one.version,
        changed_at=to_time(one.changed_at_ms),
    )


def _unusable(reason: str, remedy: str) -> ProblemError:
    return ProblemError(problems.PLAYBOOK_UNUSABLE, reason, remedy)


def _not_found() -> ProblemError:
    return ProblemError(
        problems.PLAYBOOK_NOT_FOUND,
        "no playbook of this name was given here",
        "GET /playbooks lists those that were; the workers' files are not among them",
    )
