"""What webhooks are told: ids, and words only where they were asked for."""

import json
from typing import Any

from records import Store
from records.meeting_list import ListedMeeting
from records.webhooks import Delivery
from token_server.times import to_time


async def make_payload(store: Store, delivery: Delivery, *, with_words: bool) -> bytes | None:
    """Return the body of an event as JSON: what is true now, not what was when it happened.

    Returns:
        None: what it is about was deleted meanwhile.

    Raises:
        StoreUnavailableError: the store is away.
    """
    meeting = await store.find_listed_meeting(delivery.room_sid)
    if meeting is None:
        return None
    content = _describe(meeting, with_words=with_words)
    if delivery.event == "task.created":
        task = await store.find_task(delivery.room_sid, delivery.subject)
        if task is None:
            return None
        content["task_id"] = task.id
        if with_words:
            content["task"] = {"what": task.what, "who": task.who, "due": task.due}
    if delivery.event == "minutes.ready":
        template, profile_id, version = delivery.subject.split("/")
        content |= {"template": template, "profile_id": profile_id, "version": int(version)}
    body = {
        "type": delivery.event,
        "timestamp": to_time(delivery.happened_at_ms).isoformat(),
        "data": content,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _describe(meeting: ListedMeeting, *, with_words: bool) -> dict[str, Any]:
    ended = meeting.ended_at_ms
    content: dict[str, Any] = {
        "room_sid": meeting.room_sid,
        "room_name": meeting.room_name,
        "kind": meeting.kind,
        "started_at": to_time(meeting.started_at_ms).isoformat(),
        "ended_at": to_time(ended).isoformat() if ended is not None else None,
    }
    if with_words:
        content["title"] = meeting.title
    return content
