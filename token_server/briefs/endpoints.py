"""Routes to give documents to a room, list them and take them back."""

import logging
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, BaseModel

from records import Document, TooManyDocumentsError
from token_server import problems
from token_server.briefs.document_text import DocumentText, read_document
from token_server.briefs.models import DOCUMENT_NAME, MOST_DOCUMENTS
from token_server.desk import DeskNeeded
from token_server.guards import DOCUMENT_KINDS
from token_server.host_access import HOST_PROBLEMS, HostRoom
from token_server.models import answer_config
from token_server.names import check_printable
from token_server.problems import ProblemError, document

_log = logging.getLogger(__name__)

router = APIRouter(prefix="/rooms/{room_name}/briefs", tags=["briefs"], responses=HOST_PROBLEMS)

DocumentName = Annotated[
    str,
    AfterValidator(check_printable),
    Path(min_length=1, max_length=DOCUMENT_NAME, description="what the document is called"),
]

_GIVEN = {"document": "faq.md", "lines": 84, "by_page": False, "given_at_ms": 1893769445000}


class GivenDocument(BaseModel):
    """A document that a room has."""

    model_config = answer_config(_GIVEN)

    document: str
    """Its name."""
    lines: int
    """How many lines it has; of a PDF, how many pages."""
    by_page: bool
    """Whether an answer names the page instead of the line."""
    given_at_ms: int
    """Milliseconds since the Unix epoch."""


class BriefList(BaseModel):
    """The documents of a room, oldest first."""

    model_config = answer_config({"briefs": [_GIVEN]})

    briefs: list[GivenDocument]


@router.get("")
async def list_briefs(desk: DeskNeeded, room: HostRoom) -> BriefList:
    """List the documents that were given to a room."""
    documents = await desk.store.list_documents(room.name)
    return BriefList(briefs=[_describe(one) for one in documents])


@router.put(
    "/{document_name}",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in sorted(DOCUMENT_KINDS)
            },
        }
    },
    responses=document(
        problems.NOT_DOCUMENT,
        problems.TOO_LARGE,
        problems.DOCUMENT_ENCRYPTED,
        problems.DOCUMENT_UNREADABLE,
        problems.DOCUMENT_EMPTY,
        problems.BRIEF_FULL,
        problems.ROOM_CLOSED,
    ),
)
async def put_brief(
    desk: DeskNeeded, room: HostRoom, document_name: DocumentName, request: Request
) -> GivenDocument:
    """Give a room a document, in place of an older one of the same name.

    Plain text, Markdown or PDF, before or during the call. A question that a guest asks is
    answered to the hosts with the line, or the page, that answers it.
    """
    if room.closed_at_ms is not None:
        raise ProblemError(
            problems.ROOM_CLOSED, "the call in this room is over", "give it to a new room"
        )
    read: DocumentText = await read_document(await request.body(), desk.pdf_readers)
    given = Document(
        name=document_name, text=read.text, by_page=read.by_page, given_at_ms=desk.clock()
    )
    try:
        await desk.store.put_document(room.name, given, most=MOST_DOCUMENTS)
    except TooManyDocumentsError:
        raise ProblemError(
            problems.BRIEF_FULL,
            f"the room has {MOST_DOCUMENTS} documents",
            f"DELETE /rooms/{room.name}/briefs/<document> one of them first",
        ) from None
    _log.info("room %s was given a document", room.name)
    return _describe(given)


@router.delete("/{document_name}", status_code=204, responses=document(problems.DOCUMENT_NOT_FOUND))
async def delete_brief(desk: DeskNeeded, room: HostRoom, document_name: DocumentName) -> Response:
    """Take a document back; answers that were given from it stay."""
    if not await desk.store.delete_document(room.name, document_name):
        raise ProblemError(
            problems.DOCUMENT_NOT_FOUND,
            "the room has no document of this name",
            f"GET /rooms/{room.name}/briefs lists its documents",
        )
    return Response(status_code=204)


def _describe(one: Document) -> GivenDocument:
    text = DocumentText(one.text, one.by_page)
    return GivenDocument(
        document=one.name, lines=text.lines, by_page=one.by_page, given_at_ms=one.given_at_ms
    )
