"""What the tests of meetings share: a room with a meeting in it, as an agent leaves it."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from records import Store
from tests.token_server.front import Front, create
from transcript_buffer import Segment
from wire.minutes import Evidence, Minutes, MinutesLine
from wire.talking_point import TalkingPoint

ROOM_SID = "RM_acme"


@dataclass
class Told:
    """A meeting in a room of its own, and how its people ask for it."""

    front: Front
    room: dict[str, Any]
    room_sid: str
    began_ms: int
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        store = self.front.app.state.desk.store
        assert isinstance(store, Store)
        return store

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.room[role]['invitation']}"}

    async def get(self, part: str = "", role: str = "host", **query: Any) -> httpx.Response:
        path = f"/meetings/{self.room_sid}{part}"
        return await self.front.client.get(path, headers=self.headers(role), params=query)

    async def delete(self, part: str = "", role: str = "host") -> httpx.Response:
        path = f"/meetings/{self.room_sid}{part}"
        return await self.front.client.delete(path, headers=self.headers(role))

    async def say(self, number: int, text: str, speaker: str = "guest-1", **more: Any) -> None:
        start = self.began_ms / 1000 + number
        segment = Segment(
            **{
                "id": f"{self.room_sid}-{number:04}",
                "speaker": speaker,
                "name": "Ben" if speaker.startswith("guest") else "Ana",
                "role": "guest" if speaker.startswith("guest") else "host",
                "text": text,
                "start_seconds": start,
                "end_seconds": start + 0.5,
                "final": True,
                "sequence": number,
                **more,
            }
        )
        assert await self.store.add_segment(self.room_sid, segment)

    async def tell(self, number: int, **more: Any) -> None:
        """Show the hosts a talking point."""
        values: dict[str, Any] = {
            "id": f"TP_{number}",
            "version": 1,
            "sequence": number,
            "source": "playbook",
            "rule_id": "pricing",
            "text": "Ask what one lost deal costs.",
            "quote": "the price",
            "segment_id": f"{self.room_sid}-0001",
            "speaker_identity": "guest-1",
            "speaker_name": "Ben",
            "heard_at_ms": self.began_ms,
            "sent_at_ms": self.began_ms,
            **more,
        }
        await self.store.put_talking_point(self.room_sid, TalkingPoint(**values))

    async def write(self, **more: Any) -> Minutes:
        """Write minutes."""
        line = MinutesLine(
            text="Ben finds the price too high.",
            evidence=[Evidence(segment_id=f"{self.room_sid}-0001", quote="the price")],
        )
        values: dict[str, Any] = {
            "room_sid": self.room_sid,
            "version": 1,
            "state": "final",
            "template": "free",
            "written_at_ms": self.began_ms + 60_000,
            "transcript_sequence": 1,
            "title": "Acme and the price",
            "summary": [line],
            "key_points": [],
            "decisions": [line],
            "action_items": [],
            "open_questions": [],
            "consent": "Everybody was told.",
            "coverage": "",
            **more,
        }
        seen = await self.store.see_erasures(self.room_sid)
        kept = await self.store.put_minutes(Minutes(**values), seen=seen)
        assert kept
        return kept


async def meet(front: Front, room_sid: str = ROOM_SID, **wanted: Any) -> Told:
    """Create a room, and begin a meeting in it as its agent does."""
    room = await create(front, **wanted)
    now_ms = front.app.state.desk.clock()
    store = front.app.state.desk.store
    await store.open_meeting(room_sid, room_name=room["room_name"], now_ms=now_ms)
    return Told(front=front, room=room, room_sid=room_sid, began_ms=now_ms)
