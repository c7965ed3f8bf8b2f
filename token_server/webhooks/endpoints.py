"""Routes to those who are told of what happens in meetings."""

import logging
import secrets
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Path
from pydantic import AfterValidator, BaseModel, Field

from records.webhooks import (
    Delivery,
    DeliveryState,
    TooManyWebhooksError,
    Webhook,
    WebhookEvent,
)
from token_server import problems
from token_server.access import RoomsAllowed
from token_server.desk import Desk, DeskNeeded
from token_server.models import answer_config, request_config
from token_server.problems import KEY_PROBLEMS, ProblemError, document
from token_server.times import to_time
from token_server.webhooks.public_addresses import check_url
from token_server.webhooks.signature import check_secret, make_secret

_log = logging.getLogger(__name__)

MOST_WEBHOOKS: Final = 50
_MOST_DELIVERIES: Final = 200
_WEBHOOK: Final[dict[str, Any]] = {
    "id": "WH_2c1f0a9be4",
    "url": "https://crm.example.com/hooks/sidenote",
    "events": ["meeting.ended", "minutes.ready"],
    "with_words": False,
    "created_at": "2030-01-04T09:30:45Z",
}
_SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the one of the specification

router = APIRouter(
    prefix="/webhooks", tags=["webhooks"], dependencies=[RoomsAllowed], responses=KEY_PROBLEMS
)

WebhookId = Annotated[str, Path(max_length=64, description="id of the webhook")]


class WebhookRequest(BaseModel):
    """Who wants to be told of what."""

    model_config = request_config(
        {
            "url": _WEBHOOK["url"],
            "events": _WEBHOOK["events"],
            "with_words": False,
        }
    )

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    """Takes POST requests; on the internet, by https."""
    events: Annotated[set[WebhookEvent], Field(min_length=1)]
    with_words: bool = False
    """Whether titles and tasks are told too, not only ids."""
    secret: Annotated[str, Field(max_length=128), AfterValidator(check_secret)] | None = None
    """What requests are signed with: whsec_ and base64; None: a new one is made."""


class KnownWebhook(BaseModel):
    """Somebody who is told of what happens."""

    model_config = answer_config(_WEBHOOK)

    id: str
    url: str
    events: list[WebhookEvent]
    with_words: bool
    created_at: datetime


class NewWebhook(KnownWebhook):
    """The same with its secret, which is told only once."""

    model_config = answer_config({**_WEBHOOK, "secret": _SECRET})

    secret: str


class WebhookList(BaseModel):
    """All webhooks, oldest first."""

    model_config = answer_config({"webhooks": [_WEBHOOK]})

    webhooks: list[KnownWebhook]


class KnownDelivery(BaseModel):
    """One event on its way to a webhook."""

    model_config = answer_config(
        {
            "id": "msg_5f1d7e0c2b9a48e6a3c4d5e6f7a8b9c0",
            "event": "meeting.ended",
            "room_sid": "RM_8pFqJ2nLw5sZ",
            "state": "waiting",
            "attempts": 2,
            "due_at": "2030-01-04T10:03:15Z",
            "last_result": "answered 503",
        }
    )

    id: str
    """As in the header `webhook-id`: the same for every attempt."""
    event: WebhookEvent
    room_sid: str
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    """When it is tried next; None: it is not."""
    last_result: str
    """What came of the last attempt; empty: there was none."""


class DeliveryList(BaseModel):
    """What was and is to be told to a webhook, the newest first."""

    model_config = answer_config({"deliveries": []})

    deliveries: list[KnownDelivery]


@router.get("")
async def list_webhooks(desk: DeskNeeded) -> WebhookList:
    """List who is told of what happens."""
    return WebhookList(
        webhooks=[KnownWebhook(**_describe(one)) for one in await desk.store.list_webhooks()]
    )


@router.post(
    "",
    status_code=201,
    responses=document(problems.WEBHOOKS_FULL, problems.ADDRESS_REFUSED, problems.NOT_JSON),
)
async def add_webhook(desk: DeskNeeded, wanted: Annotated[WebhookRequest, Body()]) -> NewWebhook:
    """Tell somebody of what happens from now on.

    Every event is a POST of JSON, signed as Standard Webhooks has it (headers `webhook-id`,
    `webhook-timestamp`, `webhook-signature`). What is not answered with 2xx within 15 seconds is
    sent again for a day, with the same id; redirects are not followed. An event may come twice.
    """
    _check_address(desk, wanted.url)
    webhook = Webhook(
        id=f"WH_{secrets.token_hex(8)}",
        url=wanted.url,
        events=tuple(sorted(wanted.events)),
        secret=wanted.secret or make_secret(),
        with_words=wanted.with_words,
        created_at_ms=desk.clock(),
    )
    try:
        await desk.store.add_webhook(webhook, most=MOST_WEBHOOKS)
    except TooManyWebhooksError:
        raise ProblemError(
            problems.WEBHOOKS_FULL,
            f"there are {MOST_WEBHOOKS} webhooks",
            "DELETE /webhooks/<id> one of them first",
        ) from None
    _log.info("webhook %s added", webhook.id)
    return NewWebhook(**_describe(webhook), secret=webhook.secret)


@router.delete("/{webhook_id}", status_code=204, responses=document(problems.WEBHOOK_NOT_FOUND))
async def delete_webhook(desk: DeskNeeded, webhook_id: WebhookId) -> None:
    """Tell somebody no more, also not of what waits."""
    if not await desk.store.delete_webhook(webhook_id):
        raise _not_found()
    _log.info("webhook %s deleted", webhook_id)


@router.get("/{webhook_id}/deliveries", responses=document(problems.WEBHOOK_NOT_FOUND))
async def list_deliveries(desk: DeskNeeded, webhook_id: WebhookId) -> DeliveryList:
    """List what was and is to be told to a webhook, with what came of it."""
    if all(one.id != webhook_id for one in await desk.store.list_webhooks()):
        raise _not_found()
    deliveries = await desk.store.list_deliveries(webhook_id, most=_MOST_DELIVERIES)
    return DeliveryList(deliveries=[_describe_delivery(one) for one in deliveries])


def _check_address(desk: Desk, url: str) -> None:
    may_be_private = desk.settings.webhooks_may_be_private
    try:
        check_url(url, may_be_private=may_be_private)
    except ValueError as error:
        raise ProblemError(
            problems.ADDRESS_REFUSED,
            f"url {error}",
            "give an https address of the internet; WEBHOOKS_MAY_BE_PRIVATE=true on the token "
            "server allows others",
        ) from None


def _describe(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "events": list(one.events),
        "with_words": one.with_words,
        "created_at": to_time(one.created_at_ms),
    }


def _describe_delivery(one: Delivery) -> KnownDelivery:
    return KnownDelivery(
        id=one.id,
        event=one.event,
        room_sid=one.room_sid,
        state=one.state,
        attempts=one.attempts,
        due_at=to_time(one.due_at_ms) if one.state == "waiting" else None,
        last_result=one.last_result,
    )


def _not_found() -> ProblemError:
    return ProblemError(
        problems.WEBHOOK_NOT_FOUND, "there is no webhook of this id", "GET /webhooks lists them"
    )
