"""`POST /webhooks/livekit`: where the media server tells what happens in its rooms."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from token_server import problems
from token_server.desk import DeskNeeded
from token_server.guards import EVENT_KIND, EVENT_PATH
from token_server.problems import document

router = APIRouter(tags=["webhooks"])


@router.post(
    EVENT_PATH,
    status_code=204,
    responses=document(problems.EVENT_FORGED, problems.INVALID),
    openapi_extra={
        "requestBody": {"required": True, "content": {EVENT_KIND: {"schema": {"type": "object"}}}}
    },
)
async def take_event(
    request: Request, desk: DeskNeeded, authorization: Annotated[str, Header()] = ""
) -> Response:
    """Take an event of the media server, which signs it."""
    desk.media_events.take(await request.body(), authorization)
    return Response(status_code=204)
