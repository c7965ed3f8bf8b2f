"""Who is told of what happens in meetings, what is on its way to them, and what came of it.

What has happened is read from the meetings themselves, not noted when it happens: whatever process
did it, and however it died afterwards, the event is found; and found twice it has the same id.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import String, cast, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from records.connection import DatabaseConnection
from records.tables import DeliveryRow, MeetingRow, MinutesRow, TaskRow, UploadRow, WebhookRow
from wire.minutes import Minutes

WebhookEvent = Literal["meeting.started", "meeting.ended", "minutes.ready", "task.created"]
DeliveryState = Literal["waiting", "delivered", "given_up"]

LOOK_BACK_MS: Final = 3_600_000
"""How late something may come into the store, and still be told: agents keep finals for
themselves while the store is away, and clocks differ."""
_ENDED_LOOK_BACK_MS: Final = 7 * 86_400_000
"""The same for ends. When an agent dies with everything else, the end of its call is written when
the token server is back, with the time at which the call was heard last."""
_LOOKED_MS: Final = 60_000
"""How seldom it is noted that nothing has happened."""


class TooManyWebhooksError(Exception):
    """There are as many webhooks as there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Somebody who is told."""

    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    secret: str
    """What requests are signed with: whsec_ and base64."""
    with_words: bool
    """Whether titles and tasks are told, not only ids."""
    created_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook."""

    id: str
    webhook_id: str
    room_sid: str
    event: WebhookEvent
    subject: str
    """minutes.ready: template, profile and version, with slashes between; task.created: id of
    the task; else empty, or what tells two apart."""
    happened_at_ms: int
    created_at_ms: int
    state: DeliveryState
    attempts: int
    due_at_ms: int
    last_result: str
    """What came of the last attempt; empty: there was none."""


@dataclass(frozen=True, slots=True)
class _Happening:
    room_sid: str
    event: WebhookEvent
    subject: str
    at_ms: int


class WebhookRecords(DatabaseConnection):
    """Webhooks and deliveries."""

    async def add_webhook(self, webhook: Webhook, *, most: int) -> None:
        """Tell somebody of what happens from now on.

        Raises:
            TooManyWebhooksError: there are `most` already.
        """
        row = {
            "id": webhook.id,
            "url": webhook.url,
            "events": list(webhook.events),
            "secret": webhook.secret,
            "with_words": webhook.with_words,
            "created_at_ms": webhook.created_at_ms,
            "looked_at_ms": webhook.created_at_ms,
        }
        async with self._transaction() as connection:
            count = select(func.count()).select_from(WebhookRow)
            if (await connection.execute(count)).scalar_one() >= most:
                raise TooManyWebhooksError
            await connection.execute(self._insert(WebhookRow).values(**row))

    async def list_webhooks(self) -> list[Webhook]:
        """Return who is told, oldest first."""
        query = select(WebhookRow.__table__).order_by(WebhookRow.created_at_ms, WebhookRow.id)
        async with self._transaction() as connection:
            return [_webhook(row) for row in (await connection.execute(query)).mappings()]

    async def delete_webhook(self, webhook_id: str) -> bool:
        """Tell somebody no more, also not of what waits; False if there is no such webhook."""
        statement = delete(WebhookRow).where(WebhookRow.id == webhook_id)
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def queue_deliveries(self, *, now_ms: int) -> int:
        """Look what has happened since the last look; return how many deliveries are new."""
        query = select(WebhookRow.__table__)
        queued = 0
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
            # All is read before anything is written: a SQLite file has one writer at a time.
            found = [await _find_untold(connection, row) for row in rows]
            for row, untold in zip(rows, found, strict=True):
                new = await self._queue(connection, row["id"], untold, now_ms)
                queued += new
                if new or now_ms - row["looked_at_ms"] >= _LOOKED_MS:
                    of_webhook = update(WebhookRow).where(WebhookRow.id == row["id"])
                    await connection.execute(of_webhook.values(looked_at_ms=now_ms))
        return queued

    async def claim_deliveries(self, *, now_ms: int, hold_ms: int, most: int) -> list[Delivery]:
        """Take what is due, the longest due first; nobody else takes it for a while.

        Whoever takes it says within `hold_ms` what came of it; else it is due again.
        """
        due = (DeliveryRow.state == "waiting") & (DeliveryRow.due_at_ms <= now_ms)
        query = select(DeliveryRow.__table__).where(due).order_by(DeliveryRow.due_at_ms).limit(most)
        taken = []
        async with self._transaction() as connection:
            for row in (await connection.execute(query)).mappings().all():
                claim = (
                    update(DeliveryRow)
                    .where(DeliveryRow.id == row["id"], due)
                    .values(due_at_ms=now_ms + hold_ms, attempts=DeliveryRow.attempts + 1)
                )
                if (await connection.execute(claim)).rowcount == 1:
                    taken.append(Delivery(**{**row, "attempts": row["attempts"] + 1}))
        return taken

    async def note_delivery(
        self, delivery: Delivery, *, state: DeliveryState, due_at_ms: int, result: str
    ) -> None:
        """Keep what came of an attempt, and when the next one is due."""
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery.id)
            .values(state=state, due_at_ms=due_at_ms, last_result=result[:120])
        )
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def list_deliveries(self, webhook_id: str, *, most: int) -> list[Delivery]:
        """Return what was and is to be told somebody, the newest first."""
        query = (
            select(DeliveryRow.__table__)
            .where(DeliveryRow.webhook_id == webhook_id)
            .order_by(DeliveryRow.created_at_ms.desc(), DeliveryRow.id)
            .limit(most)
        )
        async with self._transaction() as connection:
            return [Delivery(**row) for row in (await connection.execute(query)).mappings()]

    async def _queue(
        self, connection: AsyncConnection, webhook_id: str, found: Sequence[_Happening], now_ms: int
    ) -> int:
        queued = 0
        for one in found:
            row = {
                "id": _delivery_id(webhook_id, one),
                "webhook_id": webhook_id,
                "room_sid": one.room_sid,
                "event": one.event,
                "subject": one.subject,
                "happened_at_ms": one.at_ms,
                "created_at_ms": now_ms,
                "state": "waiting",
                "attempts": 0,
                "due_at_ms": now_ms,
                "last_result": "",
            }
            # Another token server may have found it at the same time.
            statement = self._insert(DeliveryRow).values(**row).on_conflict_do_nothing()
            queued += (await connection.execute(statement)).rowcount
        return queued


async def _find_untold(connection: AsyncConnection, webhook_row: Any) -> list[_Happening]:
    """Return what has happened and is not queued for a webhook yet."""
    webhook, looked_at_ms = _webhook(webhook_row), webhook_row["looked_at_ms"]
    found: list[_Happening] = []
    for event in webhook.events:
        look_back_ms = _ENDED_LOOK_BACK_MS if event == "meeting.ended" else LOOK_BACK_MS
        since_ms = max(webhook.created_at_ms, looked_at_ms - look_back_ms)
        happened = _QUERIES[event](since_ms).subquery()
        is_queued = exists().where(
            DeliveryRow.webhook_id == webhook.id,
            DeliveryRow.event == event,
            DeliveryRow.room_sid == happened.c.room_sid,
            DeliveryRow.subject == happened.c.subject,
        )
        found += [
            _Happening(row.room_sid, event, row.subject, row.at_ms)
            for row in await connection.execute(select(happened).where(~is_queued))
            if event != "minutes.ready" or Minutes.model_validate_json(row.content).state == "final"
        ]
    return found


def _started(since_ms: int) -> Any:
    # A recording was made long before it was given: only its end is news.
    return select(
        MeetingRow.room_sid,
        MeetingRow.room_sid.label("subject"),
        MeetingRow.started_at_ms.label("at_ms"),
    ).where(MeetingRow.started_at_ms >= since_ms, MeetingRow.kind == "call")


def _ended(since_ms: int) -> Any:
    # A recording was over before it was given; that its meeting is complete is news much later.
    at_ms = func.coalesce(UploadRow.changed_at_ms, MeetingRow.ended_at_ms)
    return (
        select(
            MeetingRow.room_sid,
            # People may come back into a meeting that was over: it ends a second time.
            cast(MeetingRow.ended_at_ms, String).label("subject"),
            at_ms.label("at_ms"),
        )
        .outerjoin(UploadRow, UploadRow.room_sid == MeetingRow.room_sid)
        .where(
            # Else SQLite looks for the deliveries of all calls there ever were.
            (MeetingRow.ended_at_ms >= since_ms) | (MeetingRow.kind == "upload"),
            MeetingRow.ended_at_ms.is_not(None),
            at_ms >= since_ms,
        )
    )


def _written(since_ms: int) -> Any:
    version = cast(MinutesRow.version, String)
    subject = MinutesRow.template + "/" + MinutesRow.profile_id + "/" + version
    return (
        select(
            MinutesRow.room_sid,
            subject.label("subject"),
            MinutesRow.written_at_ms.label("at_ms"),
            MinutesRow.content,
        )
        # Those of a call that goes on are not final, and would be read at every look.
        .join(MeetingRow, MeetingRow.room_sid == MinutesRow.room_sid)
        .where(
            MinutesRow.written_at_ms >= since_ms,
            MinutesRow.content.is_not(None),
            MeetingRow.ended_at_ms.is_not(None),
        )
    )


def _tasks(since_ms: int) -> Any:
    return select(
        TaskRow.room_sid, TaskRow.id.label("subject"), TaskRow.changed_at_ms.label("at_ms")
    ).where(
        TaskRow.changed_at_ms >= since_ms,
        TaskRow.state.in_(("confirmed", "done")),
        TaskRow.changes_task_id.is_(None),
    )


_QUERIES: Final = {
    "meeting.started": _started,
    "meeting.ended": _ended,
    "minutes.ready": _written,
    "task.created": _tasks,
}


def _delivery_id(webhook_id: str, one: _Happening) -> str:
    parts = "\0".join((webhook_id, one.event, one.room_sid, one.subject))
    return f"msg_{hashlib.sha256(parts.encode()).hexdigest()[:32]}"


def _webhook(row: Any) -> Webhook:
    return Webhook(
        id=row["id"],
        url=row["url"],
        events=tuple(row["events"]),
        secret=row["secret"],
        with_words=row["with_words"],
        created_at_ms=row["created_at_ms"],
    )
